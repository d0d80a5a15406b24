import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Outcome, type Parts, StreamedBytes } from '../decisions/responses/outcome.ts';
import { StreamedList } from '../decisions/responses/streamed-list.ts';
import type { BrokenAt, SpoiledBody } from '../journal/faults/fault.ts';
import { awaitEventLoopTurn } from '../lib/time.ts';
import { LARGE_ANSWER_BYTES } from './answer-room.ts';
import { compress } from './compress.ts';
import { dateHeader, headBytes, headersOf, isBytes, sentHeaders } from './headers.ts';
import type { AnsweredRequest, Payload, WorldRequest } from './request.ts';
import { serializeToBytes } from './serialize.ts';
import { injectAnswerFault } from './steps/inject-fault.ts';
import { reportAnswer } from './steps/record.ts';
import { refuse } from './steps/refuse.ts';
import { isOfForeignPage } from './steps/select-world.ts';
import { validateResponse } from './steps/validate-response.ts';
import { NOT_FOR_PAGES } from './transport/origins.ts';
import { SlowBody } from './transport/slow-body.ts';
import { dropUnreadBody } from './transport/unread-body.ts';

export function respond(reply: FastifyReply, request: AnsweredRequest): FastifyReply {
  return setHead(reply, request).send(bodyToSend(request.answer.outcome));
}

/** Like `respond`, for handlers: Fastify sends the returned payload without waiting for the response to end. */
export function preparePayload(reply: FastifyReply, request: AnsweredRequest): unknown {
  // Fastify sends `undefined` only while the client is connected.
  const { outcome } = request.answer;
  if (outcome.body === undefined) return respond(reply, request);
  setHead(reply, request);
  const { body } = outcome;
  const isJson = typeof body === 'object' && body !== null && !isBytes(body) && !(body instanceof Readable);
  return request.notes.reservedBytes > 0 && isJson ? serializeToBytes(body) : bodyToSend(outcome);
}

function setHead(reply: FastifyReply, { answer, notes, route }: AnsweredRequest): FastifyReply {
  const { outcome, problem } = answer;
  const headers = headersOf(outcome, problem);
  const { 'content-security-policy': policy } = headers;
  // Would replace the policy of the control API.
  if (policy !== undefined && route.service.isControlApi === true)
    headers['content-security-policy'] = `${policy}; ${NOT_FOR_PAGES['content-security-policy']}`;
  return reply.code(outcome.status).headers(notes.headersOfCheck).headers(headers);
}

/** Converts a body for Fastify's `send`, which takes a string for serialized JSON. */
function bodyToSend({ body }: Outcome): unknown {
  if (body instanceof StreamedList || body instanceof StreamedBytes) return streamOfParts(body.parts());
  return typeof body === 'string' ? JSON.stringify(body) : body;
}

/** Completes responses before they are sent: a client may query the journal as soon as it has its response. */
export function addResponseHook(service: FastifyInstance): void {
  // Takes a callback because an `async` hook would still send after `hijack`.
  service.addHook<Payload>('onSend', (request, reply, payload, next) => {
    const { worldRequest } = request;
    if (worldRequest === null || !isAnswered(worldRequest)) {
      next();
      return;
    }
    prepareResponse(worldRequest, reply, payload)
      // Fastify sends nothing until `next` is called.
      .then((prepared) => {
        if (prepared === DROP_CONNECTION) reply.hijack();
        else next(null, prepared);
      })
      // Fastify throws if it cannot write a header, such as an invalid content type returned by a function.
      .catch((thrown) => {
        // Keep the error handler from deciding or completing the request again.
        request.routed = null;
        request.worldRequest = null;
        removeHeaders(reply, worldRequest.answer.outcome);
        next(thrown);
      });
  });
}

function isAnswered(request: WorldRequest): request is AnsweredRequest {
  return request.answer !== null;
}

const DROP_CONNECTION = Symbol('drop connection');

async function prepareResponse(
  request: AnsweredRequest,
  reply: FastifyReply,
  original: Payload,
): Promise<Payload | typeof DROP_CONNECTION> {
  const { world, notes } = request;
  const { outcome } = request.answer;
  // Out of the heap, which unread texts would fill.
  const isLarge = typeof original === 'string' && original.length > LARGE_ANSWER_BYTES;
  let payload = isLarge ? Buffer.from(original) : original;
  try {
    const { 'content-type': type } = outcome.headers ?? {};
    // Fastify replaces a content type that it cannot parse.
    if (type !== undefined && isBytes(outcome.body)) reply.type(type);
    await checkResponse(request, payload);
    if (request.answer.outcome !== outcome) {
      if (original instanceof Readable) original.destroy();
      payload = replacePayload(reply, outcome, request);
    }
    reply.headers(dateHeader(world.clock));
    payload = corruptBody(payload, notes.injectedFault?.action.body);
    reportAnswer(request, reply, payload);
    // Vendor responses stay uncompressed: faults corrupt their bytes, and tests intercept them.
    const isCompressed = request.route.service.isControlApi === true;
    if (!request.raw.complete) dropUnreadBody(reply.request, reply);
    return writePayload(request, reply, isCompressed ? await compress(reply, payload) : payload);
  } catch (thrown) {
    if (payload instanceof Readable) payload.destroy();
    throw thrown;
  } finally {
    const { reservedBytes } = notes;
    const release = () => request.server.answerRoom.release(reservedBytes);
    if (reservedBytes > 0 && reply.raw.destroyed) release();
    else if (reservedBytes > 0) reply.raw.once('close', release);
    callOnceRead(payload, () => world.release());
  }
}

async function checkResponse(request: AnsweredRequest, payload: Payload): Promise<void> {
  const { server, route } = request;
  if (request.answer.isOfFault) return;
  try {
    if (Buffer.isBuffer(payload) && request.notes.reservedBytes === 0) await request.reserveBytes(payload.length);
    if (server.offDocument !== 'off') {
      await route.document.ready();
      validateResponse(request);
    }
    if (!isOfForeignPage(request.fault)) await injectAnswerFault(request);
  } catch (thrown) {
    await refuse(request, thrown);
  }
}

function replacePayload(reply: FastifyReply, replacedOutcome: Outcome, request: AnsweredRequest): Payload {
  removeHeaders(reply, replacedOutcome);
  setHead(reply, request);
  const body = bodyToSend(request.answer.outcome);
  if (body instanceof Readable || Buffer.isBuffer(body) || typeof body === 'string') return body;
  // With `undefined`, Fastify would send the previous payload.
  return JSON.stringify(body) ?? null;
}

function removeHeaders(reply: FastifyReply, outcome: Outcome): void {
  for (const name of Object.keys(headersOf(outcome, null))) reply.removeHeader(name);
}

/** Duration of a slow body in milliseconds: longer than a careless timeout, shorter than a sensible one. */
const SLOW_MS = 3000;

/** Hands a payload to Fastify, or applies the injected fault to it. */
function writePayload(
  { server, notes, answer, raw }: AnsweredRequest,
  reply: FastifyReply,
  payload: Payload,
): Payload | typeof DROP_CONNECTION {
  const { drop, body } = notes.injectedFault?.action ?? {};
  // These responses have no body (RFC 9110, 6.4.1).
  const isWithoutBody = raw.method === 'HEAD' || reply.statusCode === 204 || reply.statusCode === 304;
  if (payload instanceof Readable) {
    if (drop === undefined && !isWithoutBody && server.streams.watch(reply.raw, payload)) return payload;
    payload.destroy();
  }
  const content = payload instanceof Readable ? null : payload;
  if (drop !== undefined) {
    breakOff(reply, isWithoutBody ? '' : (content ?? ''), drop);
    return DROP_CONNECTION;
  }
  if (body === 'slow' && !isWithoutBody && content) {
    const slow = new SlowBody(Buffer.from(content), SLOW_MS);
    reply.header('content-length', Buffer.byteLength(content));
    return server.streams.watch(reply.raw, slow, () => slow.finish()) ? slow : Buffer.from(content);
  }
  // Node encodes the head like the string after it, but a header may contain raw bytes.
  const hasRawBytes = Object.values(answer.outcome.headers ?? {}).some((value) => /[^\0-\x7f]/.test(value));
  return typeof content === 'string' && hasRawBytes ? Buffer.from(content) : content;
}

/** Streams parts. A turn before each lets the process serve others, and notice that the reader has left. */
export function streamOfParts(parts: Parts): Readable {
  async function* takeTurns() {
    await awaitEventLoopTurn();
    for await (const part of parts) {
      yield Buffer.from(part);
      await awaitEventLoopTurn();
    }
  }
  return Readable.from(takeTurns(), { objectMode: false });
}

/** Calls back when a body no longer needs its world: immediately or, for a stream, when it closes. */
export function callOnceRead(payload: Payload, callback: () => void): void {
  if (payload instanceof Readable && !payload.closed) payload.once('close', callback);
  else callback();
}

/** Hexadecimal bytes of which none can start a UTF-8 character, so they are not JSON either. */
const GARBAGE = 'fe9dff80c0bff5a8c1fbb6f9';

export function corruptBody(payload: Payload, corruption: SpoiledBody | undefined): Payload {
  const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
  if (corruption === undefined || corruption === 'slow' || !isWhole || payload.length === 0) return payload;
  if (corruption === 'empty') return '';
  const bytes = Buffer.from(payload);
  return corruption === 'truncated' ? firstHalf(bytes) : Buffer.alloc(bytes.length, GARBAGE, 'hex');
}

/** Drops the connection. A response without a body is cut within its headers, so that none looks complete. */
export function breakOff(reply: FastifyReply, payload: string | Buffer, position: BrokenAt): void {
  const { raw: response, statusCode: status } = reply;
  const body = Buffer.from(payload);
  reply.header('content-length', body.length);
  const headers = sentHeaders(reply);
  if (position === 'body' && body.length > 0) {
    response.writeHead(status, headers);
    response.write(firstHalf(body), () => response.destroy());
    return;
  }
  const { socket } = response;
  // An injected request has no connection that could carry half of the headers.
  if (!(socket instanceof Socket)) response.destroy();
  else if (position !== 'before') socket.write(firstHalf(headBytes(status, headers)), () => socket.destroy());
  // Node cannot reset a connection with TLS, so that one closes without a response.
  else if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
