import {
  documentSpelling,
  isFingerprint,
  isJsonType,
  isWithinRange,
  type Operation,
  orUnusable,
  Pacer,
  Problem,
  readQuery,
  STATUSES_OF_THE_SERVER,
  showPath,
  undocumentedMembers,
  undocumentedQuery,
  undocumentedSentence,
} from '../../../src/conformance-entry.ts';
import type { Exchange, RecordedBody } from './exchange.ts';
import { type Judge, type Judged, MAX_METHOD } from './judge.ts';

/** A recorded request for a documented API. */
export interface CheckedRequest {
  /** Where it was recorded: a line or entry of a file, or the id of a journal entry. */
  readonly place: string;
  readonly method: string;
  readonly path: string;
  /** Null if there was no response. */
  readonly status: number | null;
  /** Null if no document has the path, or if the document was given by the user. */
  readonly service: string | null;
  readonly operation: string | null;
}

/** A violation of the documents in recorded traffic. */
export interface Violation extends CheckedRequest {
  readonly part: 'request' | 'answer';
  /** A sentence without a full stop. */
  readonly what: string;
}

/** The result of a check. */
export interface TrafficReport {
  /** The number of requests for a documented API. */
  readonly checked: number;
  /** The number of other requests, such as for a web page. */
  readonly skipped: number;
  /** Requests without a violation, in the request or its response. */
  readonly conforming: readonly CheckedRequest[];
  readonly violations: readonly Violation[];
}

type What = Pick<Violation, 'part' | 'what'>;

interface Checked {
  readonly about: CheckedRequest;
  readonly faults: readonly What[];
}

/** Checks recorded traffic. */
export async function checkExchanges(judge: Judge, exchanges: Iterable<Exchange>): Promise<TrafficReport> {
  const conforming: CheckedRequest[] = [];
  const violations: Violation[] = [];
  let checked = 0;
  const pacer = new Pacer();
  let all = 0;
  for (const exchange of exchanges) {
    all += 1;
    if (pacer.isLong) await pacer.pause();
    const found = await check(judge, exchange);
    if (found === null) continue;
    checked += 1;
    const { about, faults } = found;
    if (faults.length === 0) conforming.push(about);
    for (const fault of faults) violations.push({ ...about, ...fault });
  }
  return { checked, skipped: all - checked, conforming, violations };
}

/** The maximum length of a URL, more than servers accept. */
const MAX_URL = 64 * 1024;

/** Returns an exchange with its violations; null if it isn't for a documented API. */
async function check(
  judge: Judge,
  { place, method, url, headers, request, answer }: Exchange,
): Promise<Checked | null> {
  const isLong = url.length > MAX_URL;
  const { path, query } = targetOf(url.slice(0, MAX_URL));
  // A CORS preflight request.
  if (method === 'OPTIONS') return null;
  const canRead = !isLong && isReadable(path);
  const found = canRead ? judge.find(method, path) : null;
  if (found === null && !judge.concerns(method, path)) return null;
  const about = {
    ...{ place, method: method.slice(0, MAX_METHOD), path: showPath(path), status: answer?.status ?? null },
    service: found?.service ?? null,
    operation: found?.operation.id ?? null,
  };
  if (found === null) {
    const what = isLong
      ? `the URL is longer than ${MAX_URL} characters`
      : canRead
        ? judge.whyUnknown(method, path)
        : 'the path has an escape sequence that cannot be decoded';
    return { about, faults: [{ part: 'request', what }] };
  }
  await found.ready();
  const faults = [
    ...requestFaults(found, query, headers, request),
    ...(answer === null ? [] : answerFaults(found, method, answer)),
  ];
  return { about, faults };
}

/** Returns the path and query of a URL, without the prefix of a world. */
function targetOf(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const at = url.indexOf('?');
  const path = (at < 0 ? url : url.slice(0, at)).replace(/^\/w\/[^/]*(?=\/)/, '');
  return { path, query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)) };
}

function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function requestFaults(
  { operation, params, caseless }: Judged,
  search: URLSearchParams,
  headers: Exchange['headers'],
  recorded: RecordedBody,
): readonly What[] {
  const others = undocumentedQuery(operation.queryNames, new Set(search.keys()));
  const faults = others.map((other) => undocumentedSentence('query parameter', other));
  const query = readQuery(operation, search);
  const written = bodyOf(operation, recorded, faults);
  if (written === UNKNOWN) return faults.map(inRequest);
  const sent = caseless.members ? spelt(operation, written, faults) : written;
  const body = caseless.enums ? operation.normalizeSpelling(sent) : sent;
  const header = headers === null ? UNRECORDED : { ...headers };
  const parts = { path: params, query, header, body };
  const fault = orUnusable(() => operation.requestFault(parts, 'documented', isHidden)?.sentence ?? null);
  if (fault !== null) faults.push(fault);
  for (const member of undocumentedMembers(operation.bodySchema(), sent))
    faults.push(undocumentedSentence('field', member));
  return faults.map(inRequest);
}

function inRequest(what: string): What {
  return { part: 'request', what };
}

/** Returns the body with member names in the document's case. */
function spelt({ bodyFields }: Operation, body: unknown, faults: string[]): unknown {
  try {
    return documentSpelling(body, bodyFields);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    faults.push(thrown.message);
    return body;
  }
}

/** A placeholder for headers that were not recorded. */
const UNRECORDED = Object.freeze({});

/** Whether a value is a placeholder for an unknown value. */
function isHidden(value: unknown): boolean {
  return value === UNRECORDED || isFingerprint(value);
}

/** A placeholder for a body that was not recorded or can't be parsed. */
const UNKNOWN = Symbol('unknown');

function bodyOf(operation: Operation, { mediaType, text }: RecordedBody, faults: string[]): unknown {
  const { body, bodyForm } = operation;
  if (text === null) return UNKNOWN;
  if (body === 'none') {
    if (text !== '') faults.push('the document has no body for this request');
    return undefined;
  }
  if (bodyForm === 'bytes') {
    const types = operation.bodyTypes();
    const isOther =
      mediaType !== null && isJsonType(mediaType) && !types.some((type) => isWithinRange(mediaType, type));
    if (text !== '' && isOther) faults.push(`the body is ${mediaType}; the document has ${types.join(', ')}`);
    return text === '' ? undefined : Buffer.from(text);
  }
  if (text === '') return body === 'optional' ? {} : undefined;
  if (bodyForm === 'form') {
    if (mediaType === FORM) return Object.fromEntries(new URLSearchParams(text));
    faults.push(
      `the body has ${mediaType === null ? 'no media type' : `media type ${mediaType}`}; the document has ${FORM}`,
    );
    return UNKNOWN;
  }
  if (mediaType !== null && !isJsonType(mediaType)) {
    faults.push(`the body is ${mediaType}; the document has application/json`);
    return UNKNOWN;
  }
  const value = parsed(text);
  if (value !== UNKNOWN) return value;
  faults.push('the body is not JSON');
  return UNKNOWN;
}

const FORM = 'application/x-www-form-urlencoded';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return UNKNOWN;
  }
}

function answerFaults(
  { operation, service }: Judged,
  method: string,
  { status, mediaType, text }: RecordedBody & { readonly status: number },
): readonly What[] {
  // These come from servers in general, not from an operation; 304 depends on the client's cache.
  if (status >= 500 || status === 304 || STATUSES_OF_THE_SERVER.has(status)) return [];
  const difference = (what: string): What[] => [{ part: 'answer', what }];
  if (text === '' || method === 'HEAD') {
    return operation.hasStatus(status) ? [] : difference(`the document does not list the status ${status}`);
  }
  let value: unknown = Buffer.from('');
  if (text !== null) {
    value = mediaType !== null && isJsonType(mediaType) ? parsed(text) : text;
    if (value === UNKNOWN)
      return difference(`the response ${status} is not JSON, although its media type is ${mediaType}`);
  }
  const fault = orUnusable(() => operation.answerFault(status, mediaType, value, isHidden));
  // The mock's own documents reject undocumented members already.
  if (fault !== null || service !== null) return fault === null ? [] : difference(fault);
  return undocumentedMembers(operation.answerSchema(status, mediaType), value).flatMap((member) =>
    difference(undocumentedSentence('field', member)),
  );
}
