import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isJsonType } from '../core/media-type.ts';
import { isRecord } from '../core/members.ts';
import { Problem } from '../core/problem.ts';
import { showPath } from '../core/redact.ts';
import type { OperationRow } from '../core/rule.ts';
import { shortName } from '../core/storable-text.ts';
import { clearTimeout, setTimeout } from '../platform/time.ts';
import type { Operation } from './openapi.ts';
import { headerLines } from './transport/arrival.ts';

/** How large a body may be, and how slowly it may arrive. */
export interface BodyLimits {
  /** Bytes of a JSON body. */
  readonly bodyBytes: number;
  /** Milliseconds that a body may pause. */
  readonly bodySilence: number;
  /** Milliseconds that any body may take; each `LEAST_RATE` bytes received add a second. */
  readonly bodyPatience: number;
  /** The byte budget that all bodies in progress share. */
  readonly room: BodyRoom;
  /** Entries of an array. Default: `MAX_ENTRIES`. */
  readonly entries?: number;
}

/** A body that was received, as its parser gives it. */
export interface ReceivedBody {
  readonly value: unknown;
  /** Its text, exactly as it arrived, in Latin-1; null if it was not read to its end. */
  readonly text: string | null;
  /** Why it cannot be read; null if it can. */
  readonly fault: unknown;
}

/**
 * Parses the bodies of a service. One parser takes all media types, because the document of the operation says how its
 * body is read. It runs after the hooks `onRequest`, so a caller without rights is refused even if the body is broken.
 */
export function addBodyParser(service: FastifyInstance): void {
  service.removeAllContentTypeParsers();
  service.addContentTypeParser('*', parseBodyOf);
}

/** The body of a request; null if its operation reads none. */
export async function parseBodyOf({ raw, routed, server }: FastifyRequest): Promise<ReceivedBody | null> {
  const route = routed?.route;
  return route?.readsBody === true ? receive(raw, route, server.mock.limits) : null;
}

/** Receives and parses a body. Why it cannot be read is thrown later, in its turn. */
export async function receive(
  raw: IncomingMessage,
  { operation, row }: { readonly operation: Operation; readonly row: OperationRow },
  limits: BodyLimits,
): Promise<ReceivedBody> {
  let text: string | null = null;
  const most = row.readsTraffic === true ? limitsForTraffic(limits) : limits;
  try {
    if (row.needsJsonType === true) checkType(headerLines(raw, 'content-type'), 'json');
    const value = await readBody(raw, operation, row.fieldNames ?? 'exact', most, (its) => {
      text = its;
    });
    return { value, text, fault: null };
  } catch (fault) {
    return { value: undefined, text, fault };
  }
}

/** The limits for a body of recorded traffic. */
function limitsForTraffic(limits: BodyLimits): BodyLimits {
  return { ...limits, bodyBytes: Math.max(limits.bodyBytes, MOST_TRAFFIC), entries: Number.POSITIVE_INFINITY };
}

/** Bytes of recorded traffic that are read at once. */
const MOST_TRAFFIC = 16 * 1024 * 1024;

/** The lowest average rate in bytes per second: a slow telephone line. */
const LEAST_RATE = 16 * 1024;

/** More than any documented form has. */
const MOST_FIELDS = 100;

/** The first allocation for a body, in bytes. */
const LEAST_BUFFER = 4096;

/** Deeper than any documented body, shallower than what could exhaust a stack. */
const MOST_DEPTH = 64;
/** More than any documented object has, even if users name its members. */
const MOST_MEMBERS = 5000;
/** More than any documented array has. Each entry takes time to validate, while no other request is served. */
const MAX_ENTRIES = 10_000;
const TYPES = {
  json: {
    usual: 'application/json',
    accepts: isJsonType,
    expected: 'The body must be JSON. Send the header `Content-Type: application/json` (in UTF-8).',
  },
  form: {
    usual: 'application/x-www-form-urlencoded',
    accepts: (essence: string) => essence === 'application/x-www-form-urlencoded',
    expected: 'The body must be a form. Send the header `Content-Type: application/x-www-form-urlencoded`.',
  },
} as const;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The body of a request; undefined if the operation takes none. A missing optional JSON body is `{}`.
 *
 * @param onText receives the body as it arrived
 * @throws Problem naming what was expected
 */
export async function readBody(
  request: IncomingMessage,
  operation: Operation,
  fieldNames: 'exact' | 'caseless',
  limits: BodyLimits,
  onText: (text: string) => void,
): Promise<unknown> {
  const { body, bodyForm } = operation;
  const sent = isSent(request);
  if (sent && bodyForm !== 'bytes') {
    checkType(headerLines(request, 'content-type'), bodyForm);
    checkCoding(headerLines(request, 'content-encoding'));
  }
  if (body === 'none') return undefined;
  const bytes = sent ? await readBytes(request, limits) : Buffer.alloc(0);
  onText(bytes.toString('latin1'));
  if (bodyForm === 'bytes') return bytes;
  if (bodyForm === 'form') return parseForm(bytes);
  if (bytes.length === 0) {
    if (body === 'optional') return {};
    throw new Problem('invalid_request', 'The request has no body; expected a JSON object.');
  }
  const value = parseJson(bytes);
  checkMembers(value, limits.entries);
  return fieldNames === 'caseless' ? documentSpelling(value, operation.bodyFields) : value;
}

/** Does a request have a body? */
export function isSent(request: IncomingMessage): boolean {
  const [length = '0'] = headerLines(request, 'content-length');
  return length !== '0' || headerLines(request, 'transfer-encoding').length > 0;
}

function checkType(types: readonly string[], form: keyof typeof TYPES): void {
  // As nearly all clients send it.
  if (types.length === 1 && types[0] === TYPES[form].usual) return;
  const [essence = '', ...parameters] = (types[0] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset);
  if (types.length === 1 && TYPES[form].accepts(essence) && isUtf8) return;
  throw new Problem('unsupported_media_type', TYPES[form].expected, { close: true });
}

/** The only content coding that is read: none. */
const IDENTITY = 'identity';

/** @throws Problem naming the content coding of a body, which would otherwise be parsed as it is (RFC 9110, 8.4) */
function checkCoding(codings: readonly string[]): void {
  if (codings.length === 0) return;
  const named = codings.join(', ');
  if (named.split(',').every((coding) => ['', IDENTITY].includes(coding.trim().toLowerCase()))) return;
  throw new Problem(
    'unsupported_media_type',
    `The body has the content encoding \`${showPath(named)}\`, which is not supported. Send it uncompressed, without \`Content-Encoding\`.`,
    { acceptEncoding: IDENTITY, close: true },
  );
}

/** Reads into one growing buffer: a body may arrive byte by byte, and each chunk would cost a hundred bytes more. */
async function readBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  let length = 0;
  const most = Math.min(announcedLength(request) ?? limits.bodyBytes, limits.bodyBytes);
  const grow = (needed: number) => {
    const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(Math.max(2 * bytes.length, LEAST_BUFFER), most)));
    limits.room.take(larger.length - bytes.length);
    bytes.copy(larger, 0, 0, length);
    bytes = larger;
  };
  try {
    await consume(request, limits.bodyBytes, limits, (chunk) => {
      if (length + chunk.length > bytes.length) grow(length + chunk.length);
      chunk.copy(bytes, length);
      length += chunk.length;
    });
    return bytes.subarray(0, length);
  } finally {
    limits.room.give(bytes.length);
  }
}

/** The announced bytes of a body; null if it is sent in chunks. */
export function announcedLength(request: IncomingMessage): number | null {
  const [length] = headerLines(request, 'content-length');
  return length === undefined ? null : Number(length);
}

/** The byte budget that all bodies in progress share. */
export class BodyRoom {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws Problem `unavailable` if there is no room for this many more bytes */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#most) {
      const message = `The server reads at most ${this.#most} bytes of request bodies at a time. Send fewer requests at once, and try again.`;
      throw new Problem('unavailable', message, { close: true });
    }
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** Takes a chunk of a body. No more of the body is read until a promise resolves. */
export type TakeChunk = (chunk: Buffer) => void | Promise<void>;

/** Passes on a body as it arrives. @returns its size @throws Problem if it is too large or too slow, or of `take` */
export async function receiveBody(
  request: IncomingMessage,
  most: number,
  limits: BodyLimits,
  take: TakeChunk,
): Promise<number> {
  return isSent(request) ? consume(request, most, limits, take) : 0;
}

/**
 * Passes on each chunk of a body.
 *
 * @returns the number of bytes
 * @throws Problem if the body is too large or too slow
 */
function consume(
  request: IncomingMessage,
  most: number,
  { bodySilence, bodyPatience }: BodyLimits,
  take: TakeChunk,
): Promise<number> {
  const tooLarge = () =>
    new Problem('too_large', `The body is larger than ${most} bytes, which is the limit.`, { close: true });
  if ((announcedLength(request) ?? 0) > most) return Promise.reject(tooLarge());
  const closed = () => timeoutProblem('The connection closed before the whole body arrived.');
  // The client may have left while the request was decided.
  if (request.destroyed && !request.readableEnded) return Promise.reject(closed());

  return new Promise((resolve, reject) => {
    let length = 0;
    let taking: Promise<void> | undefined;
    const stopTimers = () => {
      clearTimeout(silence);
      clearTimeout(lateness);
    };
    const giveUp = (cause: unknown) => {
      stopTimers();
      request.off('data', onData);
      reject(cause);
    };
    /**
     * Checks the average rate, and schedules the next check for when the bytes received so far would be too few.
     *
     * @param waited milliseconds since the first byte was awaited
     */
    const checkPace = (waited: number) => {
      const granted = bodyPatience + (length / LEAST_RATE) * 1000;
      if (granted <= waited) {
        giveUp(
          timeoutProblem(
            `Only ${length} bytes of the body arrived within ${Math.round(waited / 1000)} s. Send it faster.`,
          ),
        );
      } else lateness = setTimeout(() => checkPace(granted), granted - waited);
    };
    const onData = (chunk: Buffer) => {
      silence.refresh();
      length += chunk.length;
      if (length > most) return giveUp(tooLarge());
      try {
        const pending = take(chunk);
        if (pending === undefined) return;
        request.pause();
        // Also after a failure: the client may finish sending, so that it reads the answer.
        taking = pending.catch(giveUp).finally(() => request.resume());
      } catch (cause) {
        giveUp(cause);
      }
    };
    const silence = setTimeout(
      () => giveUp(timeoutProblem(`No more of the body arrived for ${bodySilence / 1000} s.`)),
      bodySilence,
    );
    let lateness = setTimeout(() => checkPace(bodyPatience), bodyPatience);
    request.on('data', onData);
    request.on('end', async () => {
      stopTimers();
      // A paused request ends, too, once its last chunk was read.
      await taking;
      resolve(length);
    });
    request.on('close', () => {
      if (!request.readableEnded) giveUp(closed());
    });
  });
}

function timeoutProblem(message: string): Problem {
  return new Problem('timeout', message, { close: true });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    throw new Problem('invalid_request', 'The body is not valid JSON in UTF-8.', { cause });
  }
}

/** Parameters must not be repeated (RFC 6749, 3.2). */
function parseForm(bytes: Buffer): Record<string, string> {
  if (countOf(bytes, 0x26) >= MOST_FIELDS) {
    throw new Problem('invalid_request', `The body has more than ${MOST_FIELDS} fields. Send fewer.`);
  }
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) {
    if (fields.has(name)) {
      throw new Problem('invalid_request', `The body has the field \`${shortName(name)}\` twice. Send it once.`);
    }
    fields.set(name, value);
  }
  const form = Object.fromEntries(fields);
  checkMembers(form);
  return form;
}

function countOf(bytes: Buffer, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count += 1;
  return count;
}

/** Without recursion, because the nesting of a body can be as deep as its length. */
function checkMembers(root: unknown, maxEntries = MAX_ENTRIES): void {
  const waiting: [value: unknown, depth: number][] = [[root, 1]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, depth] = next;
    // `JSON.parse` reads `1e400` as infinity, which is stored as null.
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
      throw new Problem('invalid_request', 'The body has a number beyond ±1.8e308. Send one within that range.');
    }
    if (!isRecord(value)) continue;
    if (depth > MOST_DEPTH) {
      throw new Problem('invalid_request', `The body is nested deeper than ${MOST_DEPTH} levels.`);
    }
    if (Array.isArray(value) && value.length > maxEntries) {
      throw new Problem('invalid_request', `The body has an array of more than ${maxEntries} entries. Send fewer.`);
    }
    const keys = Object.keys(value);
    if (keys.length > MOST_MEMBERS && !Array.isArray(value)) {
      throw new Problem('invalid_request', `The body has an object of more than ${MOST_MEMBERS} members.`);
    }
    for (const key of keys) {
      if (key === '__proto__' || key === 'constructor') {
        throw new Problem('invalid_request', `The body has a member \`${key}\`, which is never accepted. Remove it.`);
      }
      waiting.push([value[key], depth + 1]);
    }
  }
}

/** Spells the names of members as the document does, whatever their case. */
export function documentSpelling(value: unknown, spelling: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const sentAs = new Map<string, string>();
  const renamed: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const field = spelling.get(key.toLowerCase()) ?? key;
    const before = sentAs.get(field);
    if (before !== undefined) {
      throw new Problem(
        'invalid_request',
        `The body has the field \`${field}\` twice, as \`${before}\` and as \`${key}\`. Send it once.`,
      );
    }
    sentAs.set(field, key);
    renamed[field] = member;
  }
  return renamed;
}
