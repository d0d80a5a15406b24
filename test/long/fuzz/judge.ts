import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type Document, type Operation, operationAt } from '../../support/documents.ts';
import type { FuzzRequest } from './requests.ts';

/** An answer as it was received. */
export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** What the server logged of a fault of its own. */
  readonly logged: string;
}

/** What a request must never be answered: one sentence, and what it is the same as. */
export interface Violation {
  /** Violations with the same key are told once. */
  readonly key: string;
  readonly sentence: string;
}

/** Statuses of the connection or of the server as a whole, which documents need not name. */
const OF_THE_SERVER = [405, 408, 413, 414, 417, 431];
/** The beginning of the only 500 that a vendor is known to answer: a body that is no JSON, at the API catalogue. */
const NOT_DECODED = /^failed to decode json body/;
/** Where no operation has the path. */
const UNROUTED = [400, 401, 403, 404, 415, ...OF_THE_SERVER];
/** Refusals that are no decision, or that are made before anybody is asked who they are. */
const UNDECIDED = [400, 415, ...OF_THE_SERVER];
/** They show credentials because that is what they are for. */
const SHOWS_CREDENTIALS = new Set(['get_cast', 'reset_world', 'create_world', 'download_snapshot']);
const MAX_DECISION = 4096;

/** Holds answers to documents, with validators that are none of the server's. */
export class Judge {
  readonly #operations: readonly Operation[];
  readonly #documents: readonly Document[];
  readonly #ajv = new Ajv({ strict: false, validateSchema: false, allErrors: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(documents: readonly Document[]) {
    addFormats.default(this.#ajv);
    this.#documents = documents;
    this.#operations = documents.flatMap(({ operations }) => operations);
    for (const { name, whole } of documents) this.#ajv.addSchema(whole, name);
  }

  /** The operation that a request reached. */
  reached({ method, url }: FuzzRequest): Operation | undefined {
    return operationAt(this.#operations, method, pathOf(url));
  }

  /** @param secrets that no answer may show */
  violation(request: FuzzRequest, answer: FuzzAnswer, secrets: readonly string[]): Violation | null {
    const operation = this.reached(request);
    const name = operation?.id ?? 'no operation';
    const sentence =
      this.#offStatus(answer, operation, request) ??
      this.#offBody(request, answer, operation) ??
      offDecision(request, answer, operation) ??
      shownSecret(request, answer, operation, secrets);
    return sentence === null ? null : { key: `${name}: ${sentence.slice(0, 120)}`, sentence: `${name}: ${sentence}` };
  }

  #offStatus(
    { status, logged, text }: FuzzAnswer,
    operation: Operation | undefined,
    request: FuzzRequest,
  ): string | null {
    // The vendor's gateway answers so what is not JSON, and only its operations do.
    const isVendors = status === 500 && NOT_DECODED.test(text) && operation?.service === 'catalogue';
    if (status >= 500 && !isVendors) return `answered ${status}: ${faultOf(logged)}`;
    if (operation === undefined || isAtOwnHost(request)) {
      const isFine = UNROUTED.includes(status) || isAtOwnHost(request);
      return isFine ? null : `answered ${status} on a path that no operation has`;
    }
    const isNamed = status in operation.responses || OF_THE_SERVER.includes(status);
    return isNamed ? null : `answered ${status}, which the document does not name`;
  }

  #offBody(
    request: FuzzRequest,
    { status, headers, text }: FuzzAnswer,
    operation: Operation | undefined,
  ): string | null {
    const mediaType = headers['content-type']?.split(';')[0] ?? null;
    const schemas = operation?.responses[status];
    const isJson = IS_JSON.test(mediaType ?? '') && request.method !== 'HEAD' && !('*/*' in (schemas ?? {}));
    if (isJson && !isAtOwnHost(request) && asJson(text) === undefined)
      return `answered ${status} as ${mediaType} that is not JSON`;
    if (operation === undefined || schemas === undefined || isAtOwnHost(request)) return null;
    if (Object.keys(schemas).length === 0)
      return text === '' ? null : `answered ${status} with a body, and its document has none`;
    if ('*/*' in schemas) return null;
    const pointer = schemas[mediaType ?? ''];
    if (pointer === undefined) return `answered ${status} as ${mediaType}, which the document does not name`;
    if (request.method === 'HEAD') return text === '' ? null : `answered HEAD with a body`;
    if (!IS_JSON.test(mediaType ?? '')) return null;
    const document = this.#documents.find(({ operations }) => operations.includes(operation)) as Document;
    const validate = this.#validator(`${document.name}${pointer}`);
    if (validate(asJson(text))) return null;
    return `answered ${status} with a body that does not fit: ${this.#ajv.errorsText(validate.errors, { dataVar: 'body' })}`;
  }

  #validator($ref: string): ValidateFunction {
    const known = this.#validators.get($ref);
    if (known !== undefined) return known;
    const made = this.#ajv.compile({ $ref });
    this.#validators.set($ref, made);
    return made;
  }
}

/** The error under the line of the log, without its stack. */
function faultOf(logged: string): string {
  return logged.split('\n')[1] ?? 'nothing was logged';
}

/** Hosts of a function are in no document. */
function isAtOwnHost({ headers }: FuzzRequest): boolean {
  return /\.invocation\./.test(String(headers['host']));
}

export function pathOf(url: string): string {
  return url.split('?')[0] ?? '';
}

/** Not `application/x-ndjson`, which has a line for each value. */
const IS_JSON = /^application\/(?:json|[a-z.-]+\+json)$/;

/** Undefined: it is not JSON. */
export function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function offDecision(
  { method, url, headers: sent }: FuzzRequest,
  { status, headers }: FuzzAnswer,
  operation?: Operation,
): string | null {
  const header = headers['x-mock-decision'];
  if (header === undefined) {
    const isExpected = operation !== undefined && !operation.isPublic && !UNDECIDED.includes(status);
    const isEmptySegment = /\/(?:\/|$)/.test(pathOf(url)) && status === 404;
    // A page of another origin is refused before anything is decided.
    const isForeignPage = status === 403 && sent['origin'] !== undefined;
    return isExpected && !isEmptySegment && !isForeignPage && method !== 'OPTIONS'
      ? `answered ${status} without x-mock-decision`
      : null;
  }
  const decision = asJson(header) as { id?: unknown; effect?: unknown } | undefined;
  if (header.length > MAX_DECISION) return 'has a longer x-mock-decision than 4 kB';
  if (/[^\x20-\x7e]/.test(header)) return 'has an x-mock-decision that is not ASCII';
  const isWhole = typeof decision?.id === 'string' && ['allow', 'deny'].includes(String(decision.effect));
  return isWhole ? null : `has an x-mock-decision that does not parse: ${header.slice(0, 100)}`;
}

function shownSecret(
  request: FuzzRequest,
  { text, headers }: FuzzAnswer,
  operation: Operation | undefined,
  secrets: readonly string[],
): string | null {
  if (operation !== undefined && SHOWS_CREDENTIALS.has(operation.id)) return null;
  const answered = `${text}\n${Object.values(headers).join('\n')}`;
  const own = String(request.headers['authorization'] ?? '').replace(/^\w+ /, '');
  const shown = [...secrets, ...(own.length >= 20 ? [own] : [])].find((secret) => answered.includes(secret));
  // What echoes bodies and paths may say what was said to it.
  const said = `${request.url}\n${request.payload ?? ''}`;
  if (shown === undefined || said.includes(shown) || said.includes(encodeURIComponent(shown))) return null;
  return 'answered with a credential in it';
}
