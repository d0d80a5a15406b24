import type { Socket } from 'node:net';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import { readStopwatch } from '../../lib/clock.ts';
import { HTTPS_PORT_TEXT } from '../../lib/connection-advice.ts';
import type { Log } from '../../lib/log.ts';
import { renderWireResponse, wireBytes } from '../headers.ts';
import type { UnroutedRequests } from '../unrouted-requests.ts';
import { pathOf } from './arrival.ts';
import type { Connections } from './connections.ts';

/** An error of Node's HTTP parser, with the bytes that it could not parse (https://nodejs.org/api/http.html#event-clienterror). */
export type WireError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Answers bytes that are no valid request in the format of the service that owns the path. */
export function endWithWireError(
  unrouted: UnroutedRequests,
  connections: Connections,
  error: WireError,
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  // Node passes only the last packet, so the path is known if the request fits into it.
  const start = error.rawPacket?.toString('latin1', 0, MAX_REQUEST_LINE) ?? '';
  const path = pathOf(/^[A-Z]+ (\S+)/.exec(start)?.[1] ?? connections.requestOn(socket)?.url);
  const problem = toWireProblem(error);
  const response = renderWireResponse(unrouted.renderProblem(problem, path), problem);
  socket.end(wireBytes(response), () => socket.destroy());
}

/** The maximum length of a request line whose path is read, in bytes. */
const MAX_REQUEST_LINE = 4096;

function toWireProblem({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', 'The request line and headers are larger than 16 KiB together.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('timeout', 'The request did not arrive in time.');
  return invalidRequest('The request is not valid HTTP/1.1.');
}

/** A TLS handshake record starts with its type and the major version (RFC 8446, 5.1). */
const HANDSHAKE = Buffer.from([0x16, 0x03]);

/** The parser's error code for the HTTP/2 preface (RFC 9113, 3.4), even if the preface arrives in several packets. */
const HTTP2_PREFACE = 'HPE_PAUSED_H2_UPGRADE';
/** Node's error code for a client that offers only `h2` in its TLS handshake. */
const NO_COMMON_PROTOCOL = 'ERR_SSL_NO_APPLICATION_PROTOCOL';
const SERVES_HTTP1 =
  'This port serves HTTP/1.1 only, but received an HTTP/2 connection, such as from a gRPC client. Use HTTP/1.1; gRPC is not emulated.';

/** The time in which a message is logged only once per client, in milliseconds. */
const LOG_INTERVAL_MS = 60_000;
/** The maximum number of remembered messages. Then all are forgotten, because a network may have many addresses. */
const MAX_LOGGED = 1000;

export class WrongProtocol {
  readonly #log: Log;
  readonly #isTls: boolean;
  /** When each message was last logged for an address. */
  readonly #logged = new Map<string, number>();

  constructor(log: Log, isTls: boolean) {
    this.#log = log;
    this.#isTls = isTls;
  }

  /** @returns whether the connection started with TLS or HTTP/2, and was ended */
  endIfWrongProtocol({ code, rawPacket }: WireError, socket: Socket): boolean {
    if (code === HTTP2_PREFACE) {
      this.#respond(socket, SERVES_HTTP1);
      return true;
    }
    if (rawPacket?.subarray(0, HANDSHAKE.length).equals(HANDSHAKE) !== true) return false;
    const alternative = this.#isTls ? 'or the port for https' : 'or start the server with `--tls`';
    this.#respond(socket, `This port serves http, but received a TLS handshake. Use http://, ${alternative}.`);
    return true;
  }

  /** Logs a failed handshake of a client that speaks only HTTP/2. TLS already reported it to the client. */
  reportHandshake({ code }: WireError, socket: Socket): void {
    if (code === NO_COMMON_PROTOCOL) this.#report(socket, SERVES_HTTP1);
  }

  endPlainHttp(socket: Socket): void {
    this.#respond(socket, `${HTTPS_PORT_TEXT} Use https://, or serve http with \`--http-port\`.`);
  }

  #respond(socket: Socket, sentence: string): void {
    this.#report(socket, sentence);
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    socket.end(wireBytes({ status: 400, headers, payload: `${sentence}\n` }), () => socket.destroy());
  }

  #report({ remoteAddress: address = 'unknown', localPort }: Socket, sentence: string): void {
    const now = readStopwatch();
    const subject = `${address} ${sentence}`;
    const lastTime = this.#logged.get(subject);
    if (lastTime !== undefined && now - lastTime < LOG_INTERVAL_MS) return;
    if (this.#logged.size >= MAX_LOGGED) this.#logged.clear();
    this.#logged.set(subject, now);
    this.#log.warn(`${sentence} [port ${localPort}, from ${address}]`);
  }
}
