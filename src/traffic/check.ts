import { isJsonType } from '../core/media-type.ts';
import { findNearPath } from '../core/nearest.ts';
import { otherVersionViolation } from '../core/other-versions.ts';
import { Problem } from '../core/problem.ts';
import { showPath } from '../core/redact.ts';
import { documentSpelling } from '../http/bodies.ts';
import { STATUSES_OF_THE_SERVER } from '../http/openapi/statuses.ts';
import { type UndocumentedMember, undocumentedMembers, undocumentedQuery } from '../http/openapi/undocumented.ts';
import type { Operation } from '../http/openapi.ts';
import type { Match, Routes } from '../http/routes.ts';
import { eventLoopTurn } from '../platform/time.ts';
import type { Exchange, RecordedBody } from './exchange.ts';

/** A request in recorded traffic that is for a documented API. */
export interface CheckedRequest {
  /** Where it was recorded: a line of a file, or the id of an entry in the journal. */
  readonly place: string;
  readonly method: string;
  readonly path: string;
  /** Null if there was no answer. */
  readonly status: number | null;
  /** Null if no document has the path. */
  readonly service: string | null;
  readonly operation: string | null;
}

/** Something in recorded traffic that the documents do not allow. */
export interface Violation extends CheckedRequest {
  readonly part: 'request' | 'answer';
  /** A sentence. */
  readonly what: string;
}

/** The result of a check. */
export interface TrafficReport {
  /** How many requests are for a documented API. */
  readonly checked: number;
  /** How many are for something else, such as a web page. */
  readonly skipped: number;
  /** Those that the documents allow, with their answers. */
  readonly conforming: readonly CheckedRequest[];
  readonly violations: readonly Violation[];
}

type What = Pick<Violation, 'part' | 'what'>;

interface Checked {
  readonly about: CheckedRequest;
  readonly faults: readonly What[];
}

/** Checks recorded traffic against the documents of a server. */
export async function checkTraffic(routes: Routes, exchanges: readonly Exchange[]): Promise<TrafficReport> {
  const checker = new TrafficChecker(routes);
  const conforming: CheckedRequest[] = [];
  const violations: Violation[] = [];
  let checked = 0;
  for (const [index, exchange] of exchanges.entries()) {
    // Other requests are answered in between.
    if (index % AT_ONCE === AT_ONCE - 1) await eventLoopTurn();
    const found = await checker.check(exchange);
    if (found === null) continue;
    checked += 1;
    const { about, faults } = found;
    if (faults.length === 0) conforming.push(about);
    violations.push(...faults.map((fault) => ({ ...about, ...fault })));
  }
  return { checked, skipped: exchanges.length - checked, conforming, violations };
}

/** Longer than any method that is registered. */
const LONGEST_METHOD = 20;

/** How many exchanges are checked without a pause: that takes about 10 ms. */
const AT_ONCE = 200;

class TrafficChecker {
  readonly #routes: Routes;
  /** The paths of all services, and their beginnings. */
  readonly #paths: readonly string[];
  readonly #beginnings: ReadonlySet<string>;

  constructor(routes: Routes) {
    this.#routes = routes;
    this.#paths = [false, true].flatMap((isControlApi) => routes.listServed(isControlApi).map(({ path }) => path));
    this.#beginnings = new Set(this.#paths.map(beginningOf));
  }

  /** An exchange with what is wrong with it; null if it has nothing to do with the documents. */
  async check({ place, method, url, request, answer }: Exchange): Promise<Checked | null> {
    const { path, query } = targetOf(url);
    // A browser's question before a request (CORS).
    if (method === 'OPTIONS') return null;
    const match = isReadable(path) ? this.#routes.find(method, path) : null;
    if (match === null && !this.#beginnings.has(beginningOf(path))) return null;
    const about = {
      ...{ place, method: method.slice(0, LONGEST_METHOD), path: showPath(path), status: answer?.status ?? null },
      service: match?.route.service.name ?? null,
      operation: match?.route.operation.id ?? null,
    };
    if (match === null) return { about, faults: [{ part: 'request', what: this.#unknownPath(method, path) }] };
    const { document } = match.route;
    await Promise.all([document.ready(), document.ready('documented')]);
    const faults = [
      ...requestFaults(match, query, request),
      ...(answer === null ? [] : answerFaults(match.route.operation, method, answer)),
    ];
    return { about, faults };
  }

  #unknownPath(method: string, path: string): string {
    if (!isReadable(path)) return 'the path has an escape sequence that cannot be decoded';
    if (this.#routes.notEmulated(method, path) !== null) return 'the mock does not emulate this operation';
    const methods = this.#routes.methodsOf(path);
    if (methods.length > 0)
      return `the document has no ${method.slice(0, LONGEST_METHOD)} for this path; it has ${methods.join(', ')}`;
    const other = this.#routes.otherVersions(method, path);
    if (other !== null) return otherVersionViolation(other);
    const near = findNearPath(path, this.#paths);
    return `no document has this path${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
  }
}

/** Path and query of a URL, without the prefix of a world. */
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

/** The first two segments of a path: `/api/v1`. */
function beginningOf(path: string): string {
  return path.split('/', 3).join('/');
}

function requestFaults({ route, params }: Match, search: URLSearchParams, recorded: RecordedBody): readonly What[] {
  const { operation, service, row } = route;
  const faults: string[] = [];
  const query = queryOf(operation, search, faults);
  const written = bodyOf(operation, recorded, faults);
  if (written === UNKNOWN) return faults.map(inRequest);
  const sent = row.fieldNames === 'caseless' ? spelt(operation, written, faults) : written;
  const body = service.conventions?.caselessEnums === true ? operation.normalizeSpelling(sent) : sent;
  const fault = operation.requestFault({ path: params, query, body }, 'documented');
  if (fault !== null) faults.push(fault.sentence);
  for (const member of undocumentedMembers(operation.bodySchema(), sent))
    faults.push(undocumentedSentence('field', member));
  return faults.map(inRequest);
}

function inRequest(what: string): What {
  return { part: 'request', what };
}

function undocumentedSentence(kind: string, { path, near }: UndocumentedMember): string {
  return `the document does not name the ${kind} \`${path}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

/** The parameters that the document names, lists as lists. Tells of all others. */
function queryOf({ queryNames, queryLists }: Operation, search: URLSearchParams, faults: string[]) {
  const names = new Set(search.keys());
  for (const other of undocumentedQuery(queryNames, names)) faults.push(undocumentedSentence('query parameter', other));
  const query: Record<string, unknown> = {};
  for (const name of names) {
    if (queryNames !== 'any' && !queryNames.includes(name)) continue;
    const values = search.getAll(name);
    const [first = ''] = values;
    const isList = queryLists.includes(name) || values.length > 1;
    query[name] = !isList ? first : values.length > 1 ? values : first.split(',');
  }
  return query;
}

/** The body with its members as the document spells them, whatever their case. */
function spelt({ bodyFields }: Operation, body: unknown, faults: string[]): unknown {
  try {
    return documentSpelling(body, bodyFields);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    faults.push(thrown.message);
    return body;
  }
}

/** Stands for a body that was not recorded, or that cannot be read. */
const UNKNOWN = Symbol('unknown');

function bodyOf(operation: Operation, { mediaType, text }: RecordedBody, faults: string[]): unknown {
  const { body, bodyForm } = operation;
  if (text === null) return UNKNOWN;
  if (body === 'none') {
    if (text !== '') faults.push('the document has no body for this request');
    return undefined;
  }
  if (bodyForm === 'bytes') return text === '' ? undefined : Buffer.from(text);
  if (text === '') return body === 'optional' ? {} : undefined;
  if (bodyForm === 'form') {
    if (mediaType === FORM) return Object.fromEntries(new URLSearchParams(text));
    faults.push(`the body is ${mediaType ?? 'of no media type'}; the document has ${FORM}`);
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
  operation: Operation,
  method: string,
  { status, mediaType, text }: RecordedBody & { readonly status: number },
): readonly What[] {
  // They come from servers in general, not from an operation. A client without a body asks what is not modified.
  if (status >= 500 || status === 304 || STATUSES_OF_THE_SERVER.has(status)) return [];
  const told = (what: string): What[] => [{ part: 'answer', what }];
  if (text === '' || method === 'HEAD') {
    const isNamed = operation.statuses().includes(status);
    return isNamed ? [] : told(`the document does not name the status ${status}`);
  }
  let value: unknown = Buffer.from('');
  if (text !== null) {
    value = mediaType !== null && isJsonType(mediaType) ? parsed(text) : text;
    if (value === UNKNOWN) return told(`the answer ${status} is not JSON, although its media type is ${mediaType}`);
  }
  const fault = operation.answerFault(status, mediaType, value);
  return fault === null ? [] : told(fault);
}
