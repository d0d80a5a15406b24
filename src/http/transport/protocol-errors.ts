import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../../decisions/problem.ts';
import type { UnroutedRequests } from '../unrouted-requests.ts';
import { pathOf } from './arrival.ts';
import type { Connections } from './connections.ts';
import { renderWireResponse, wireBytes } from './wire-answer.ts';

/** An error of Node's HTTP parser, with the bytes that it could not parse (https://nodejs.org/api/http.html#event-clienterror). */
export type WireError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/**
 * Answers bytes that are not a valid request or request body in the format of the service that owns the path, and
 * closes the connection. For Fastify's `clientErrorHandler`.
 */
export function endWithWireError(
  unrouted: UnroutedRequests,
  connections: Connections,
  error: WireError,
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable)
    socket.end(renderWireError(unrouted, error, connections.requestOn(socket)), () => socket.destroy());
  else socket.destroy();
}

function renderWireError(unrouted: UnroutedRequests, error: WireError, request: IncomingMessage | undefined): Buffer {
  const path = pathInPacket(error.rawPacket) ?? pathOf(request?.url);
  const problem = toWireProblem(error);
  return wireBytes(renderWireResponse(unrouted.renderProblem(problem, path), problem));
}

/** The maximum length of a request line whose path is read, in bytes. */
const MAX_REQUEST_LINE = 4096;

/** Converts a parser error to a problem. */
function toWireProblem({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', 'The request line and headers are larger than 16 KiB together.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('timeout', 'The request did not arrive in time.');
  return new Problem('invalid_request', 'The request is not valid HTTP/1.1.');
}

/** Returns the path in a packet. Node passes only the last one, so the path is known if the request fits into it. */
function pathInPacket(packet: Buffer | undefined): string | undefined {
  const target = /^[A-Z]+ (\S+)/.exec(packet?.toString('latin1', 0, MAX_REQUEST_LINE) ?? '')?.[1];
  return target && pathOf(target);
}
