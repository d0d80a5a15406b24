import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { SpoiledBody } from '../faults/fault.ts';
import { eventLoopTurn } from '../platform/time.ts';
import type { Outcome } from '../responses/outcome.ts';
import { StreamedBytes } from '../responses/streamed-bytes.ts';
import { StreamedList } from '../responses/streamed-list.ts';
import { OutcomeUnknown } from '../store/errors.ts';
import { compress } from './compress.ts';
import { dateHeader, headersOf, isBytes } from './headers.ts';
import type { Payload, RequestInWorld } from './request.ts';
import { injectAnswerFault } from './steps/inject-fault.ts';
import { reportAnswer } from './steps/record.ts';
import { refuse } from './steps/refuse.ts';
import { isOfForeignPage } from './steps/select-world.ts';
import { validateResponse } from './steps/validate-response.ts';
import { breakOff } from './transport/break-off.ts';
import { SlowBody } from './transport/slow-body.ts';

/** Sends the outcome of a request. */
export function respond(reply: FastifyReply, request: RequestInWorld): FastifyReply {
  return withHead(reply, request).send(sendable(request.outcome));
}

/** As `respond`, for a handler: Fastify sends what it returns, and does not watch for the end of the answer. */
export function payloadOf(reply: FastifyReply, request: RequestInWorld): unknown {
  // `undefined` would be sent only to a client that is still there.
  if (request.outcome.body === undefined) return respond(reply, request);
  withHead(reply, request);
  return sendable(request.outcome);
}

/** Sets the status and the headers of the outcome. */
function withHead(reply: FastifyReply, { outcome, problem, headersOfCheck }: RequestInWorld): FastifyReply {
  return reply.code(outcome.status).headers(headersOfCheck).headers(headersOf(outcome, problem));
}

/** A body as Fastify's `send` takes it. Fastify takes a text for JSON that is serialized already. */
function sendable({ body }: Outcome): unknown {
  if (body instanceof StreamedList || body instanceof StreamedBytes) return streamOfParts(body.parts());
  return typeof body === 'string' ? JSON.stringify(body) : body;
}

/**
 * Concludes the answers of a service before they are sent: compares them with their document, injects faults, and
 * records them. `onResponse` would be too late: a client may ask the journal as soon as it has its answer.
 */
export function addAnswerHook(service: FastifyInstance): void {
  // A callback: after `hijack`, an `async` hook would still send.
  service.addHook<Payload>('onSend', (request, reply, payload, next) => {
    const { inWorld } = request;
    if (inWorld === null) {
      next();
      return;
    }
    conclude(inWorld, reply, payload)
      // Without a call of `next`, Fastify sends nothing.
      .then((its) => {
        if (its === BROKEN) reply.hijack();
        else next(null, its);
      })
      // Fastify throws if it cannot write a header, such as a type that a function gives back.
      .catch((thrown) => {
        // The error handler must neither decide nor conclude it again.
        request.routed = null;
        request.inWorld = null;
        removeHeaders(reply, inWorld.outcome);
        next(thrown);
      });
  });
}

/** In place of a payload: the connection breaks. */
const BROKEN = Symbol('broken');

async function conclude(
  request: RequestInWorld,
  reply: FastifyReply,
  given: Payload,
): Promise<Payload | typeof BROKEN> {
  const { outcome, world } = request;
  let payload = given;
  try {
    const { 'content-type': type } = outcome.headers ?? {};
    // Fastify has put another in the place of a type that it cannot read.
    if (type !== undefined && isBytes(outcome.body)) reply.type(type);
    await checkResponse(request);
    if (request.outcome !== outcome) {
      if (given instanceof Readable) given.destroy();
      payload = replace(reply, outcome, request);
    }
    reply.headers(dateHeader(world.clock));
    payload = corruptBody(payload, request.injectedFault?.action.body);
    reportAnswer(request, reply, payload);
    // Answers of vendors stay plain: faults break their bytes, and tests intercept them.
    const isCompressed = request.route.service.isControlApi === true;
    return writePayload(request, reply, isCompressed ? await compress(reply, payload) : payload);
  } catch (thrown) {
    if (payload instanceof Readable) payload.destroy();
    throw thrown;
  } finally {
    onceRead(payload, () => world.release());
  }
}

/** Checks the answer before it is sent, and may put another in its place. */
async function checkResponse(request: RequestInWorld): Promise<void> {
  const { server, route } = request;
  const lost = route.row.withoutWorlds === true ? null : server.worlds.fault();
  if (lost !== null) await refuseLost(request, lost);
  if (request.isReplaced) return;
  try {
    if (server.offDocument !== 'off') {
      await route.document.ready();
      validateResponse(request);
    }
    if (!isOfForeignPage(request.fault)) await injectAnswerFault(request);
  } catch (thrown) {
    await refuse(request, thrown);
  }
}

/** The process may have lost the worlds since the request began: then what was read and decided may be out of date. */
async function refuseLost(request: RequestInWorld, lost: Error): Promise<void> {
  if (request.problem?.kind === 'unavailable') return;
  const mayBeStored = request.isDone && !isSafe(request.method);
  await refuse(request, mayBeStored ? new OutcomeUnknown('the worlds were lost before the answer') : lost);
}

/** Does a method change nothing (RFC 9110, 9.2.1)? */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** Puts another outcome in the place of the one that Fastify has serialized. */
function replace(reply: FastifyReply, before: Outcome, request: RequestInWorld): Payload {
  removeHeaders(reply, before);
  withHead(reply, request);
  const body = sendable(request.outcome);
  if (body instanceof Readable || Buffer.isBuffer(body) || typeof body === 'string') return body;
  // Given no payload at all, Fastify sends the one before.
  return JSON.stringify(body) ?? null;
}

function removeHeaders(reply: FastifyReply, outcome: Outcome): void {
  for (const name of Object.keys(headersOf(outcome, null))) reply.removeHeader(name);
}

/** Duration of a slow body in milliseconds: longer than a careless timeout, shorter than a good one. */
const SLOW_MS = 3000;

/** Lets Fastify send a payload, or does with it what a fault says. */
function writePayload(
  { server, injectedFault, outcome, raw }: RequestInWorld,
  reply: FastifyReply,
  payload: Payload,
): Payload | typeof BROKEN {
  const { drop, body } = injectedFault?.action ?? {};
  // RFC 9110, 6.4.1.
  const isWithoutBody = raw.method === 'HEAD' || reply.statusCode === 204 || reply.statusCode === 304;
  if (payload instanceof Readable) {
    if (drop === undefined && !isWithoutBody && server.streams.watch(reply.raw, payload)) return payload;
    payload.destroy();
  }
  const whole = payload instanceof Readable ? null : payload;
  if (drop !== undefined) {
    breakOff(reply, isWithoutBody ? '' : (whole ?? ''), drop);
    return BROKEN;
  }
  if (body === 'slow' && !isWithoutBody && whole) return throttleBody(server, reply, Buffer.from(whole));
  // Node writes the head in the encoding of a text that follows it, and a header may have bytes of its own.
  return typeof whole === 'string' && hasBytes(outcome?.headers) ? Buffer.from(whole) : whole;
}

/** Has a header characters that are bytes, beyond ASCII? */
function hasBytes(headers: Outcome['headers'] = {}): boolean {
  return Object.values(headers).some((value) => /[^\0-\x7f]/.test(value));
}

function throttleBody({ streams }: RequestInWorld['server'], reply: FastifyReply, payload: Buffer): Payload {
  const body = new SlowBody(payload, SLOW_MS);
  reply.header('content-length', payload.length);
  return streams.watch(reply.raw, body, () => body.finish()) ? body : payload;
}

/**
 * Streams parts that are made on demand. Before each part the process answers other requests, and notices that the
 * reader has left: then no further part is made. All streams take turns, so what a request waits for does not grow with
 * their number.
 */
export function streamOfParts(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array | string>): Readable {
  return Readable.from(withTurns(parts), { objectMode: false });
}

async function* withTurns(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array> {
  await eventLoopTurn();
  for await (const part of parts) {
    yield Buffer.from(part);
    await eventLoopTurn();
  }
}

/** Calls back once a body no longer needs its world: now or, for a stream, when it closes. */
export function onceRead(payload: Payload, callback: () => void): void {
  if (payload instanceof Readable && !payload.closed) payload.once('close', callback);
  else callback();
}

/** No byte can begin a UTF-8 character, so this is not JSON either. */
const GARBAGE = 'fe9dff80c0bff5a8c1fbb6f9';

const SPOILED: Readonly<Record<Exclude<SpoiledBody, 'slow'>, (bytes: Buffer) => string | Buffer>> = {
  empty: () => '',
  truncated: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  garbage: (bytes) => Buffer.alloc(bytes.length, GARBAGE, 'hex'),
};

/** Corrupts a body, the same way in every run. A stream, an empty body and a slow one stay as they are. */
export function corruptBody(payload: Payload, how: SpoiledBody | undefined): Payload {
  const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
  return how === undefined || how === 'slow' || !isWhole || payload.length === 0
    ? payload
    : SPOILED[how](Buffer.from(payload));
}
