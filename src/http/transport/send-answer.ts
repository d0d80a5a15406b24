import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { WireAnswer } from '../answer.ts';
import { breakOff } from './break-off.ts';
import type { Outgoing } from './outgoing.ts';
import { SlowBody } from './slow-body.ts';
import { streamOut } from './stream-out.ts';

/** Sends an answer on the response of Fastify, and in place of Fastify. */
export function sendAnswer(reply: FastifyReply, answer: WireAnswer, outgoing: Outgoing): FastifyReply {
  const { raw } = reply;
  const isUsual = answer.delivery === undefined && answer.stream === undefined;
  if (isUsual || !sendUnusual(raw, answer, outgoing)) {
    // Fastify sets it while the server stops.
    const connection = reply.getHeader('connection');
    sendWhole(
      raw,
      connection === undefined ? answer : withHeaders(answer, { connection: String(connection) }),
      outgoing,
    );
  }
  return reply.hijack();
}

function withHeaders(answer: WireAnswer, headers: WireAnswer['headers']): WireAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/**
 * Writes head and body to the socket at once. `end(payload)` would write an empty piece after them, and two pieces cost
 * a sixth of the time of a short answer.
 */
function sendWhole(response: ServerResponse, answer: WireAnswer, outgoing: Outgoing): void {
  const { status, payload = '' } = answer;
  const { socket } = response;
  response.writeHead(status, framedHeaders(response, answer));
  // A pipelined request has no socket until those before it are answered.
  if (socket === null || payload.length === 0 || !mayHaveBody(response, status)) {
    response.end(payload);
    return;
  }
  socket.cork();
  response.write(payload);
  outgoing.send(socket, response);
}

/** @returns false if nothing was sent, because there is no body to slow down */
function sendUnusual(response: ServerResponse, answer: WireAnswer, outgoing: Outgoing): boolean {
  const { status, headers, payload = '', stream, delivery } = answer;
  const hasBody = mayHaveBody(response, status);
  const body = Buffer.from(hasBody ? payload : '');
  if (delivery !== undefined && 'drop' in delivery) {
    stream?.destroy();
    breakOff(response, { status, headers: framedHeaders(response, answer), body }, delivery.drop);
  } else if (stream !== undefined && hasBody) {
    // A slow body does not apply to streams.
    streamOut(response, answer, stream, outgoing);
  } else if (stream !== undefined) {
    stream.destroy();
    response.writeHead(status, headers).end();
  } else if (delivery !== undefined && body.length > 0) {
    const slow = new SlowBody(body, delivery.slow);
    const head = { status, headers: framedHeaders(response, answer) };
    streamOut(response, head, slow, outgoing, () => slow.finish());
  } else {
    return false;
  }
  return true;
}

/** May this answer have a body (RFC 9110, 6.4.1)? */
function mayHaveBody({ req }: ServerResponse, status: number): boolean {
  return req.method !== 'HEAD' && !isWithoutContent(status);
}

function isWithoutContent(status: number): boolean {
  return status === 204 || status === 304;
}

/** The headers, with those that say how long the body is and how its text is encoded. */
function framedHeaders({ req }: ServerResponse, { status, headers, payload }: WireAnswer): WireAnswer['headers'] {
  const framed = { ...headers };
  const type = framed['content-type'];
  if (typeof payload === 'string' && type?.includes('json') === true && !type.includes('charset')) {
    framed['content-type'] = `${type}; charset=utf-8`;
  }
  if (isWithoutContent(status)) {
    if (status === 204) delete framed['content-type'];
  } else if (payload !== undefined) {
    framed['content-length'] = String(Buffer.byteLength(payload));
  } else if (req.method !== 'HEAD') {
    framed['content-length'] = '0';
  }
  return framed;
}
