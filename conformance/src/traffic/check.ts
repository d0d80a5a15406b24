import {
  describeUndocumented,
  isFingerprint,
  isJsonType,
  isWithinRange,
  type LocatedTarget,
  listUndocumentedMembers,
  listUndocumentedQuery,
  type Operation,
  orUnusable,
  Pacer,
  Problem,
  readQuery,
  redact,
  STATUSES_OF_THE_SERVER,
  showPath,
  useDocumentSpelling,
  usePageNames,
} from '../../../src/conformance-entry.ts';
import type { Exchange, RecordedBody } from './exchange.ts';
import { MAX_METHOD_LENGTH, type MatchedOperation, type OperationFinder } from './operation-finder.ts';

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

/** A recorded request that was not checked. */
export interface SkippedRequest extends Pick<CheckedRequest, 'place' | 'method'> {
  /** Without a user, a query, and credentials. */
  readonly url: string;
  /** Why, as a sentence without a full stop. */
  readonly what: string;
}

/** The result of a check. */
export interface TrafficReport {
  /** The number of requests for a documented API. */
  readonly checked: number;
  /** The number of other requests, such as for a web page. */
  readonly skipped: number;
  readonly skippedRequests: readonly SkippedRequest[];
  /** Requests without a violation, in the request or its response. */
  readonly conforming: readonly CheckedRequest[];
  readonly violations: readonly Violation[];
}

type ViolationPart = Pick<Violation, 'part' | 'what'>;

interface CheckedExchange {
  readonly request: CheckedRequest;
  readonly violations: readonly ViolationPart[];
}

/** Checks recorded traffic. */
export async function checkExchanges(finder: OperationFinder, exchanges: Iterable<Exchange>): Promise<TrafficReport> {
  const conforming: CheckedRequest[] = [];
  const violations: Violation[] = [];
  const skippedRequests: SkippedRequest[] = [];
  let checked = 0;
  const pacer = new Pacer();
  for (const exchange of exchanges) {
    if (pacer.isLong) await pacer.pause();
    const found = await checkExchange(finder, exchange);
    if ('url' in found) {
      skippedRequests.push(found);
      continue;
    }
    checked += 1;
    const { request, violations: parts } = found;
    if (parts.length === 0) conforming.push(request);
    for (const part of parts) violations.push({ ...request, ...part });
  }
  return { checked, skipped: skippedRequests.length, skippedRequests, conforming, violations };
}

/** Longer than the URLs that servers accept. */
const MAX_URL_LENGTH = 64 * 1024;

async function checkExchange(finder: OperationFinder, exchange: Exchange): Promise<CheckedExchange | SkippedRequest> {
  const { place, method, headers, request, response } = exchange;
  const located = finder.locate(exchange);
  const { target, prefix, services, operation } = located;
  if (method === 'OPTIONS') return skip(exchange, 'a CORS preflight request');
  const isTooLong = target.length > MAX_URL_LENGTH;
  const { path, query } = splitTarget(target.slice(0, MAX_URL_LENGTH));
  const canDecode = isDecodable(path);
  const canFind = !isTooLong && canDecode && operation === null;
  const matched = canFind ? finder.find(method, path, services) : null;
  if (matched === null && operation === null) {
    const leftOut = canFind ? finder.findLeftOut(method, path, located) : null;
    if (leftOut !== null) return skip(exchange, `the mock does not emulate ${leftOut}`);
    if (services === null && !finder.isForApi(method, path)) return skip(exchange, 'no documented API');
  }
  const checked = {
    place,
    method: method.slice(0, MAX_METHOD_LENGTH),
    path: showPath(path.slice(prefix.length)),
    status: response?.status ?? null,
    service: matched?.service ?? (operation === null ? null : (services?.[0] ?? null)),
    operation: matched?.operation.id ?? operation,
  };
  // Such a host takes any request, and responds with anything.
  if (operation !== null) return { request: checked, violations: [] };
  if (matched === null) {
    const what = isTooLong ? TOO_LONG : describeUnmatched(finder, method, path, located, canDecode);
    return { request: checked, violations: [{ part: 'request', what }] };
  }
  await matched.loadSchemas();
  const violations = [
    ...findRequestViolations(matched, query, headers, request),
    ...(response === null ? [] : findResponseViolations(matched, method, response)),
  ];
  return { request: checked, violations };
}

const TOO_LONG = `the URL is longer than ${MAX_URL_LENGTH} characters`;

function describeUnmatched(
  finder: OperationFinder,
  method: string,
  path: string,
  located: LocatedTarget,
  canDecode: boolean,
): string {
  return canDecode
    ? finder.whyNotFound(method, path, located)
    : 'the path has an escape sequence that cannot be decoded';
}

function skip({ place, method, origin, url }: Exchange, what: string): SkippedRequest {
  const { path } = splitTarget(url.slice(0, MAX_URL_LENGTH));
  return { place, method: method.slice(0, MAX_METHOD_LENGTH), url: `${redact(origin)}${showPath(path)}`, what };
}

function splitTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  return { path, query: new URLSearchParams(at < 0 ? '' : target.slice(at + 1)) };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function findRequestViolations(
  { operation, params, caseless, pageNames }: MatchedOperation,
  searchParams: URLSearchParams,
  headers: Exchange['headers'],
  recorded: RecordedBody,
): readonly ViolationPart[] {
  const undocumented = listUndocumentedQuery(operation.queryNames, new Set(searchParams.keys()));
  const violations = undocumented.map((name) => describeUndocumented('query parameter', name));
  const query = readQuery(operation, searchParams);
  const sent = readBody(operation, recorded, violations);
  const spelled = caseless.members && sent !== UNKNOWN ? inDocumentSpelling(operation, sent, violations) : sent;
  if (spelled === UNKNOWN) return violations.map(requestViolation);
  const body = caseless.enums ? operation.normalizeSpelling(spelled) : spelled;
  const header = headers === null ? UNRECORDED_HEADERS : { ...headers };
  const parts = { path: params, query, header, body };
  const violation = orUnusable(
    () => operation.findRequestViolation(parts, 'documented', isPlaceholder)?.sentence ?? null,
  );
  if (violation !== null) violations.push(usePageNames(violation, { pageNames }));
  for (const member of listUndocumentedMembers(operation.bodySchema(), spelled))
    violations.push(usePageNames(describeUndocumented('field', member), { pageNames }));
  return violations.map(requestViolation);
}

function requestViolation(what: string): ViolationPart {
  return { part: 'request', what };
}

/** Returns the body with member names spelled as in the document; `UNKNOWN` if a member is there in two spellings. */
function inDocumentSpelling({ bodyFields }: Operation, body: unknown, violations: string[]): unknown {
  try {
    return useDocumentSpelling(body, bodyFields);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    violations.push(thrown.message);
    return UNKNOWN;
  }
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A placeholder for headers that were not recorded. */
const UNRECORDED_HEADERS = Object.freeze({});

/** Whether a value was not recorded, or was replaced with a fingerprint. */
function isPlaceholder(value: unknown): boolean {
  return value === UNRECORDED_HEADERS || isFingerprint(value);
}

/** A placeholder for a body that was not recorded or can't be parsed. */
const UNKNOWN = Symbol('unknown');

/** Parses a recorded body as the operation expects it, and adds what is wrong with it to `faults`. */
function readBody(operation: Operation, { mediaType, text }: RecordedBody, violations: string[]): unknown {
  const { body, bodyForm } = operation;
  if (text === null) return UNKNOWN;
  if (body === 'none') {
    if (text !== '') violations.push('the document has no body for this request');
    return undefined;
  }
  if (bodyForm === 'bytes') {
    const types = operation.bodyTypes();
    const isWrongType =
      mediaType !== null && isJsonType(mediaType) && !types.some((type) => isWithinRange(mediaType, type));
    if (text !== '' && isWrongType) violations.push(`the body is ${mediaType}; the document has ${types.join(', ')}`);
    return text === '' ? undefined : Buffer.from(text);
  }
  if (text === '') return body === 'optional' ? {} : undefined;
  if (bodyForm === 'form') {
    if (mediaType === FORM_TYPE) return Object.fromEntries(new URLSearchParams(text));
    violations.push(
      `the body has ${mediaType === null ? 'no media type' : `media type ${mediaType}`}; the document has ${FORM_TYPE}`,
    );
    return UNKNOWN;
  }
  if (mediaType !== null && !isJsonType(mediaType)) {
    violations.push(`the body is ${mediaType}; the document has application/json`);
    return UNKNOWN;
  }
  const value = parseJson(text);
  if (value !== UNKNOWN) return value;
  violations.push('the body is not JSON');
  return UNKNOWN;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return UNKNOWN;
  }
}

/** Whether the mock responded that a world does not exist, in its own format, before any service read the request. */
function isUnknownWorld(status: number, mediaType: string | null, text: string | null): boolean {
  return status === 404 && mediaType === 'application/problem+json' && text !== null && /\bworlds?\b/i.test(text);
}

function findResponseViolations(
  { operation, service }: MatchedOperation,
  method: string,
  { status, mediaType, text }: RecordedBody & { readonly status: number },
): readonly ViolationPart[] {
  // Any server may respond with these. 304 depends on the client's cache.
  if (status >= 500 || status === 304 || STATUSES_OF_THE_SERVER.has(status)) return [];
  if (isUnknownWorld(status, mediaType, text)) return [];
  const toViolations = (what: string): ViolationPart[] => [{ part: 'answer', what }];
  if (text === '' || method === 'HEAD') {
    return operation.hasStatus(status) ? [] : toViolations(`the document does not list the status ${status}`);
  }
  let value: unknown = Buffer.from('');
  if (text !== null) {
    value = mediaType !== null && isJsonType(mediaType) ? parseJson(text) : text;
    if (value === UNKNOWN)
      return toViolations(`the response ${status} is not JSON, although its media type is ${mediaType}`);
  }
  const violation = orUnusable(() => operation.describeAnswerViolation(status, mediaType, value, isPlaceholder));
  // The mock's own documents reject undocumented members already.
  if (violation !== null || service !== null) return violation === null ? [] : toViolations(violation);
  return listUndocumentedMembers(operation.answerSchema(status, mediaType), value).flatMap((member) =>
    toViolations(describeUndocumented('field', member)),
  );
}
