import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidRequest, Problem } from '../decisions/problem.ts';
import { isJsonType } from '../decisions/responses/media-type.ts';
import type { OperationRow } from '../decisions/rule.ts';
import { isRecord, own } from '../lib/members.ts';
import { shorten, showPath } from '../lib/redact.ts';
import type { Route } from './server.ts';
import { headerLines } from './transport/arrival.ts';

export interface ReceivedBody {
  /** Undefined if it cannot be read. */
  readonly value: unknown;
  /** The text exactly as received, in Latin-1; null if the body is incomplete. */
  readonly text: string | null;
  readonly fault: unknown;
}

const MAX_FIELDS = 100;

/** The maximum depth of a body: deeper than any documented one, and too shallow to exhaust a stack. */
const MAX_DEPTH = 64;
/** The maximum number of members of an object, more than any documented one has, even with names that users define. */
const MAX_MEMBERS = 5000;
/** The maximum length of an array, longer than any documented one. Validating its entries blocks all other requests. */
const MAX_ENTRIES = 10_000;

/** Collects bodies with a single parser: the operation's document defines how they are read. */
export function collectBodies(service: FastifyInstance): void {
  service.removeAllContentTypeParsers();
  service.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, bytes: Buffer) => bytes);
}

/** Leaves bodies to the operations, which receive them as streams. */
export function leaveBodies(service: FastifyInstance): void {
  service.removeAllContentTypeParsers();
  service.addContentTypeParser('*', async () => undefined);
}

/** Returns the body of a request; null if the operation reads none. A parse error is stored, and thrown later, in order. */
export async function readRequestBody({ body, raw, routed, server }: FastifyRequest): Promise<ReceivedBody | null> {
  const route = routed?.route;
  if (route?.readsBody !== true) return null;
  // Fastify collects no body for methods such as GET, but the host of a function accepts any request.
  const bytes = Buffer.isBuffer(body) ? body : await collect(raw, server.mock.limits.bodyBytes);
  const text = bytes.toString('latin1');
  try {
    return { value: parseBytes(bytes, route), text, fault: null };
  } catch (error) {
    return { value: undefined, text, fault: error };
  }
}

/** @throws Problem for a content type or coding that the operation does not read */
export function checkBodyType(raw: IncomingMessage, { operation, row }: Pick<Route, 'operation' | 'row'>): void {
  if (row.needsJsonType === true) checkType(headerLines(raw, 'content-type'), 'json');
  const { bodyForm } = operation;
  if (bodyForm === 'bytes' || !hasBody(raw)) return;
  if (row.anyBodyType !== true) checkType(headerLines(raw, 'content-type'), bodyForm);
  checkCoding(headerLines(raw, 'content-encoding'));
}

/** Converts Fastify's own body errors to problems; returns any other error unchanged. */
export function toBodyProblem(error: unknown, { raw, routeOptions }: FastifyRequest): unknown {
  // Errors of Fastify and Node have a code.
  const { code } = error as { readonly code?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return createTooLargeProblem(routeOptions.bodyLimit);
  // The connection closed, or the body is shorter or longer than announced.
  const isIncomplete = code === 'ECONNRESET' && !raw.complete;
  return isIncomplete || code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH' ? createIncompleteProblem() : error;
}

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

/** Parses a body; undefined if the operation takes none. @throws Problem with the expected format */
export function parseBytes(bytes: Buffer, { operation, row }: Pick<Route, 'operation' | 'row'>): unknown {
  const { body, bodyForm } = operation;
  if (body === 'none') return undefined;
  if (bodyForm === 'bytes') return bytes;
  if (bodyForm === 'form') return parseForm(bytes);
  if (bytes.length === 0) {
    if (body === 'optional') return {};
    const cause = new SyntaxError('no JSON');
    throw new Problem('invalid_request', 'The request has no body; expected a JSON object.', { cause });
  }
  if (bytes.length > SMALL_BODY_BYTES && row.readsTraffic !== true) checkStructure(bytes);
  const value = parseJson(bytes);
  checkMembers(value, row.readsTraffic === true ? Number.POSITIVE_INFINITY : MAX_ENTRIES);
  return row.fieldNames === 'caseless' ? useDocumentSpelling(value, operation.bodyFields) : value;
}

const SMALL_BODY_BYTES = 1024 * 1024;
/** The maximum number of commas and brackets in a larger body, because `JSON.parse` blocks the event loop. */
const MAX_STRUCTURE = 500_000;

const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;

function checkStructure(bytes: Buffer): void {
  let count = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === COMMA || byte === OPENING_BRACKET || byte === OPENING_BRACE) count += 1;
  }
  if (count <= MAX_STRUCTURE) return;
  throw invalidRequest(`The body has more than ${MAX_STRUCTURE} commas and brackets. Send less.`);
}

export function hasBody(request: IncomingMessage): boolean {
  const [length = '0'] = headerLines(request, 'content-length');
  return length !== '0' || headerLines(request, 'transfer-encoding').length > 0;
}

function checkType(types: readonly string[], form: keyof typeof TYPES): void {
  // Fast path: nearly all clients send exactly this.
  if (types.length === 1 && types[0] === TYPES[form].usual) return;
  const [essence = '', ...parameters] = (types[0] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset);
  if (types.length === 1 && TYPES[form].accepts(essence) && isUtf8) return;
  throw new Problem('unsupported_media_type', TYPES[form].expected);
}

const IDENTITY = 'identity';

/** A body with a content coding would be parsed as plain bytes (RFC 9110, 8.4). */
function checkCoding(codings: readonly string[]): void {
  if (codings.length === 0) return;
  const named = codings.join(', ');
  if (named.split(',').every((coding) => ['', IDENTITY].includes(coding.trim().toLowerCase()))) return;
  throw new Problem(
    'unsupported_media_type',
    `The body has the content encoding \`${showPath(named)}\`, which is not supported. Send it uncompressed, without \`Content-Encoding\`.`,
    { acceptEncoding: IDENTITY },
  );
}

/** Returns null for a chunked body. */
export function readAnnouncedLength(request: IncomingMessage): number | null {
  const [length] = headerLines(request, 'content-length');
  return length === undefined ? null : Number(length);
}

/** Passes a body on as it arrives, awaiting `take`. @throws Problem for more than `max` bytes or an early end */
export async function receiveBody(
  request: IncomingMessage,
  max: number,
  take: (chunk: Buffer) => void | Promise<void>,
): Promise<number> {
  if (!hasBody(request)) return 0;
  if ((readAnnouncedLength(request) ?? 0) > max) throw createTooLargeProblem(max);
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > max) throw createTooLargeProblem(max);
      await take(chunk);
    }
  } catch (cause) {
    // Let the client finish sending, otherwise it never reads the response.
    request.resume();
    throw request.destroyed && !request.readableEnded ? createIncompleteProblem(cause) : cause;
  }
  return length;
}

async function collect(request: IncomingMessage, max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await receiveBody(request, max, (chunk) => void chunks.push(chunk));
  return Buffer.concat(chunks);
}

function createTooLargeProblem(max: number): Problem {
  return new Problem('too_large', `The body is larger than ${max} bytes, which is the limit.`);
}

function createIncompleteProblem(cause?: unknown): Problem {
  return new Problem('invalid_request', 'The connection closed before the whole body arrived.', { close: true, cause });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    throw new Problem('invalid_request', 'The body is not valid JSON in UTF-8.', { cause });
  }
}

/** A repeated field is refused (RFC 6749, 3.2). */
function parseForm(bytes: Buffer): Record<string, string> {
  const text = bytes.toString('utf8');
  if (text.split('&', MAX_FIELDS + 1).length > MAX_FIELDS) {
    throw invalidRequest(`The body has more than ${MAX_FIELDS} fields. Send fewer.`);
  }
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) {
      throw invalidRequest(`The body has the field \`${shorten(name)}\` twice. Send it once.`);
    }
    fields.set(name, value);
  }
  const form = Object.fromEntries(fields);
  checkMembers(form);
  return form;
}

/** Checks depth, sizes and names. Iterates: a body can be nested as deeply as it is long. @throws Problem */
function checkMembers(root: unknown, maxEntries = MAX_ENTRIES): void {
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    // `JSON.parse` reads `1e400` as infinity, which would be stored as null.
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
      throw invalidRequest('The body has a number beyond ±1.8e308. Send one within that range.');
    }
    if (!isRecord(value)) continue;
    if (depth > MAX_DEPTH) {
      throw invalidRequest(`The body is nested deeper than ${MAX_DEPTH} levels.`);
    }
    if (Array.isArray(value) && value.length > maxEntries) {
      throw invalidRequest(`The body has an array of more than ${maxEntries} entries. Send fewer.`);
    }
    const keys = Object.keys(value);
    if (keys.length > MAX_MEMBERS && !Array.isArray(value)) {
      throw invalidRequest(`The body has an object of more than ${MAX_MEMBERS} members.`);
    }
    for (const key of keys) {
      if (key === '__proto__' || key === 'constructor') {
        throw invalidRequest(`The body has a member \`${key}\`, which is never accepted. Remove it.`);
      }
      pending.push({ value: value[key], depth: depth + 1 });
    }
  }
}

/** Puts the names of the vendor's pages into a message, in place of the document's. */
export function usePageNames(message: string, { pageNames = {} }: Pick<OperationRow, 'pageNames'>): string {
  return message.replaceAll(/(?<=`)\w+(?=`)/g, (name) => own(pageNames, name) ?? name);
}

/** Renames members to the document's spelling, ignoring case. */
export function useDocumentSpelling(value: unknown, spelling: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const sentKeys = new Map<string, string>();
  const renamed: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const field = spelling.get(key.toLowerCase()) ?? key;
    const earlierKey = sentKeys.get(field);
    if (earlierKey !== undefined) {
      throw invalidRequest(
        `The body has one field in two spellings, \`${earlierKey}\` and \`${key}\`. Send only one of them.`,
      );
    }
    sentKeys.set(field, key);
    renamed[field] = member;
  }
  return renamed;
}
