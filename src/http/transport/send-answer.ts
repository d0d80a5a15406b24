import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { WireAnswer } from '../answer.ts';
import { breakOff } from './break-off.ts';
import type { Outgoing } from './outgoing.ts';
import { SlowBody } from './slow-body.ts';
import { streamOut } from './stream-out.ts';

/** Sends an answer: by Fastify, unless it is a stream or has faulty delivery. */
export function sendAnswer(reply: FastifyReply, answer: WireAnswer, outgoing: Outgoing): FastifyReply {
  const isUsual = answer.delivery === undefined && answer.stream === undefined;
  if (isUsual || !sendByHand(reply.raw, answer, outgoing)) {
    return reply.code(answer.status).headers(answer.headers).send(answer.payload);
  }
  return reply.hijack();
}

/** @returns false if nothing was sent, because there is no body to slow down */
function sendByHand(response: ServerResponse, answer: WireAnswer, outgoing: Outgoing): boolean {
  const { status, headers, payload = '', stream, delivery } = answer;
  const hasBody = mayHaveBody(response, status);
  const body = Buffer.from(hasBody ? payload : '');
  if (delivery !== undefined && 'drop' in delivery) {
    stream?.destroy();
    breakOff(response, { status, headers: addFraming(answer, body), body }, delivery.drop);
  } else if (stream !== undefined && hasBody) {
    // A slow body does not apply to streams.
    streamOut(response, answer, stream, outgoing);
  } else if (stream !== undefined) {
    stream.destroy();
    response.writeHead(status, headers).end();
  } else if (delivery !== undefined && body.length > 0) {
    const slow = new SlowBody(body, delivery.slow);
    streamOut(response, { status, headers: addFraming(answer, body) }, slow, outgoing, () => slow.finish());
  } else {
    return false;
  }
  return true;
}

/** May this answer have a body (RFC 9110, 6.4.1)? */
function mayHaveBody({ req }: ServerResponse, status: number): boolean {
  return req.method !== 'HEAD' && status !== 204 && status !== 304;
}

/** Adds the headers that Fastify adds to whole answers. */
function addFraming({ headers, payload }: WireAnswer, body: Buffer): WireAnswer['headers'] {
  const type = headers['content-type'];
  const isText = typeof payload === 'string' && type?.includes('json') === true && !type.includes('charset');
  return {
    ...headers,
    ...(isText && { 'content-type': `${type}; charset=utf-8` }),
    'content-length': String(body.length),
  };
}
