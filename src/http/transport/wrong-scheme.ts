import type { Socket } from 'node:net';
import { stopwatch } from '../../core/clock.ts';
import { SERVES_HTTPS } from '../../core/connection-advice.ts';
import type { Log } from '../../core/log.ts';
import { wireBytes } from './wire-answer.ts';

/** A record of a TLS handshake begins with its type and the major version (RFC 8446, 5.1). */
const HANDSHAKE = Buffer.from([0x16, 0x03]);

/** A client that tries again and again is named once in this time, in milliseconds. */
const SILENCE_MS = 60_000;
/** Clients that were named are forgotten all at once: somebody on a network may have many addresses. */
const MOST_NAMED = 1000;

/** Tells clients, and the person who reads the log, that a port serves the other of http and https. */
export class WrongScheme {
  readonly #log: Log;
  readonly #isTls: boolean;
  /** When an address was named. */
  readonly #named = new Map<string, number>();

  /** @param isTls does the server's own port serve https? */
  constructor(log: Log, isTls: boolean) {
    this.#log = log;
    this.#isTls = isTls;
  }

  /** @returns whether these first bytes on a port for http begin a TLS handshake; then the connection is over */
  answerHttps(packet: Buffer | undefined, socket: Socket): boolean {
    if (packet?.subarray(0, HANDSHAKE.length).equals(HANDSHAKE) !== true) return false;
    const instead = this.#isTls ? 'or the port for https' : 'or start the server with `--tls`';
    this.#answer(socket, `This port serves http, but a TLS handshake came. Use http://, ${instead}.`);
    return true;
  }

  /** Plain http came on a port for https. @param socket below TLS */
  answerHttp(socket: Socket): void {
    this.#answer(socket, `${SERVES_HTTPS} Use https://, or serve http with \`--http-port\`.`);
  }

  #answer(socket: Socket, sentence: string): void {
    const { remoteAddress: address = 'unknown', localPort } = socket;
    if (this.#isNews(address)) this.#log.warn(`${sentence} [port ${localPort}, from ${address}]`);
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    socket.end(wireBytes({ status: 400, headers, payload: `${sentence}\n` }), () => socket.destroy());
  }

  #isNews(address: string): boolean {
    const now = stopwatch();
    const before = this.#named.get(address);
    if (before !== undefined && now - before < SILENCE_MS) return false;
    if (this.#named.size >= MOST_NAMED) this.#named.clear();
    this.#named.set(address, now);
    return true;
  }
}
