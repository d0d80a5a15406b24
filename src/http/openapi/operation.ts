import { Readable } from 'node:stream';
import {
  describeRequestError,
  findValueError,
  selectViolations,
  type Violation,
} from '../../decisions/explaining/index.ts';
import { isWithinRange } from '../../decisions/responses/media-type.ts';
import { own } from '../../lib/members.ts';
import { findNear } from '../../lib/nearest.ts';
import type { JsonSchema, OperationSchemas, PreparedOperation, QueryType } from './prepared.ts';
import type { IsUnknown, Keywords, Validators } from './validators.ts';

export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  /** Numbers and booleans are converted in place. */
  readonly query: Record<string, unknown>;
  /** By lower-case name; default: none. Numbers and booleans are converted in place. */
  readonly header?: Record<string, unknown>;
  readonly body: unknown;
}

/** A documented operation, or one for all paths of a host. */
export type Operation = Pick<DocumentOperation, keyof DocumentOperation>;

/** An operation as prepared by the build. Schemas are looked up lazily: a document has hundreds of operations. */
export class DocumentOperation {
  readonly id: string;
  readonly public: boolean;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly pathParams: readonly string[];
  readonly uuidParams: readonly string[];
  /** `any` if the document does not list them. */
  readonly queryNames: readonly string[] | 'any';
  readonly queryTypes: PreparedOperation['queryTypes'];
  readonly body: PreparedOperation['body'];
  readonly bodyForm: PreparedOperation['bodyForm'];
  /** The members of the body in the document's spelling. */
  readonly bodyNames: readonly string[];
  readonly bodyOtherVersions: PreparedOperation['bodyOtherVersions'];
  readonly #operationId: string;
  readonly #hasInput: boolean;
  readonly #statusesOfOurs: readonly number[];
  readonly #validators: (keywords?: Keywords) => Validators;
  #bodyFields: ReadonlyMap<string, string> | undefined;

  constructor(prepared: PreparedOperation, validators: (keywords?: Keywords) => Validators) {
    this.id = prepared.id;
    this.public = prepared.public;
    this.method = prepared.method;
    this.path = prepared.path;
    this.summary = prepared.summary;
    this.pathParams = prepared.pathParams;
    this.uuidParams = prepared.uuidParams;
    this.queryNames = prepared.queryNames;
    this.#hasInput = prepared.hasInput;
    this.queryTypes = prepared.queryTypes;
    this.body = prepared.body;
    this.bodyForm = prepared.bodyForm;
    this.bodyNames = prepared.bodyFields;
    this.bodyOtherVersions = prepared.bodyOtherVersions;
    this.#operationId = prepared.operationId;
    this.#statusesOfOurs = prepared.statusesOfOurs ?? [];
    this.#validators = validators;
  }

  /** Whether the document lists the operation under another path first. */
  get isAlias(): boolean {
    return this.id !== this.#operationId;
  }

  /** The document's spelling of body members, by lower-case name. */
  get bodyFields(): ReadonlyMap<string, string> {
    this.#bodyFields ??= new Map(this.bodyNames.map((field) => [field.toLowerCase(), field]));
    return this.#bodyFields;
  }

  /** Returns whether there is anything to validate: in the document, or a query in the request. */
  validates(query: Readonly<Record<string, unknown>>): boolean {
    return this.#hasInput || Object.keys(query).length > 0;
  }

  /** Returns the body with enum values in the document's spelling, ignoring case. */
  normalizeSpelling(body: unknown): unknown {
    if (this.body === 'none') return body;
    return spellAs(this.#schemas().requestBody?.content['application/json']?.schema, body);
  }

  bodyTypes(): readonly string[] {
    return Object.keys(this.#schemas().requestBody?.content ?? {});
  }

  bodySchema(): JsonSchema | undefined {
    if (this.body === 'none') return undefined;
    const { content } = this.#schemas().requestBody ?? {};
    return (content?.['application/json'] ?? content?.['application/x-www-form-urlencoded'])?.schema;
  }

  /** Returns null for a valid request. @param isUnknown identifies placeholders, whose values are unknown */
  findRequestViolation(
    { path, query, header = {}, body }: RequestParts,
    keywords?: Keywords,
    isUnknown: IsUnknown = () => false,
  ) {
    if (!this.validates(query)) return null;
    const request = {
      path,
      query,
      header,
      cookie: {},
      ...(body !== undefined && this.bodyForm !== 'bytes' && { requestBody: body }),
    };
    const errors = this.#validators(keywords).listRequestErrors(this.#operationId, request);
    const [first, ...further]: readonly Violation[] = errors.filter(({ data }) => !isUnknown(data));
    if (first === undefined) return null;
    const { keyword, parentSchema, data: value } = first;
    const values = keyword === 'enum' ? parentSchema?.['x-other-versions'] : undefined;
    // Other types cannot be names, and an object may not even convert to a string.
    const isName = typeof value === 'string' || typeof value === 'number';
    const otherVersions = (isName ? own(values, String(value)) : undefined) ?? [];
    const fault = findValueError(selectViolations([first, ...further]));
    return { sentence: describeRequestError(fault, findNear(fault.given ?? '', fault.valid ?? [])), otherVersions };
  }

  /** The statuses in the vendor's document, without ranges. */
  vendorStatuses(): readonly number[] {
    const statuses = Object.keys(this.#schemas().responses).map(Number).filter(Number.isInteger);
    return statuses.filter((status) => !this.#statusesOfOurs.includes(status));
  }

  /** Returns whether the document lists the status, a range that includes it (`4XX`), or `default`. */
  hasStatus(status: number): boolean {
    return this.#response(status) !== undefined;
  }

  /** Returns undefined if the document has no schema, or if the response may be any bytes. */
  answerSchema(status: number, mediaType: string | null): JsonSchema | undefined {
    const schema = findMedia(this.#response(status)?.content, mediaType)?.schema;
    return schema?.['format'] === 'binary' ? undefined : schema;
  }

  /** Returns null if the response conforms. */
  describeAnswerViolation(
    status: number,
    mediaType: string | null,
    body: unknown,
    isUnknown?: IsUnknown,
  ): string | null {
    const response = this.#response(status);
    if (response === undefined) return `the document does not list the status ${status}`;
    const { content } = response;
    if (content === undefined) return body === undefined ? null : 'it has a body, but the document has none';
    if (body === undefined) return Object.hasOwn(content, '*/*') ? null : 'it has no body, but the document has one';
    if (findMedia(content, mediaType) === undefined) return `the document does not list the media type ${mediaType}`;
    const schema = this.answerSchema(status, mediaType);
    if (schema === undefined || Buffer.isBuffer(body) || body instanceof Readable) return null;
    return this.#validators().describeBodyFault(schema, body, isUnknown);
  }

  #response(status: number) {
    const { responses } = this.#schemas();
    const names = [String(status), `${Math.trunc(status / 100)}XX`, 'default'];
    return responses[names.find((name) => Object.hasOwn(responses, name)) ?? ''];
  }

  #schemas(): OperationSchemas {
    return this.#validators().schemasOf(this.#operationId);
  }
}

function findMedia<Media>(content: Readonly<Record<string, Media>> | undefined, mediaType: string | null) {
  const type = mediaType ?? '';
  const range = () => Object.entries(content ?? {}).find(([name]) => isWithinRange(type, name))?.[1];
  return own(content, type) ?? range();
}

/** Returns a value with enum values in the schema's spelling, ignoring case. Undescribed parts stay unchanged. */
function spellAs(schema: JsonSchema | undefined, value: unknown): unknown {
  if (schema === undefined || value === null) return value;
  if (typeof value === 'string') {
    const lowerCase = value.toLowerCase();
    return (
      schema.enum?.find((candidate) => typeof candidate === 'string' && candidate.toLowerCase() === lowerCase) ?? value
    );
  }
  if (Array.isArray(value)) return value.map((item) => spellAs(schema.items, item));
  if (typeof value !== 'object' || schema.properties === undefined) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, spellAs(own(schema.properties, name), member)]);
  return Object.fromEntries(entries);
}

/** Reads a query value by its schema type. Booleans may have any case: Python's `str(True)` is `True`. */
export function readQueryValue(type: QueryType | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'array') return value.split(',');
  return type === 'boolean' && /^(?:true|false)$/i.test(value) ? value.toLowerCase() : value;
}

export function readQuery(
  { queryNames, queryTypes }: Pick<Operation, 'queryNames' | 'queryTypes'>,
  search: URLSearchParams,
): Record<string, unknown> {
  const valuesByName = new Map<string, string[]>();
  for (const [name, value] of search) {
    const values = valuesByName.get(name);
    if (values !== undefined) values.push(value);
    else if (queryNames === 'any' || queryNames.includes(name)) valuesByName.set(name, [value]);
  }
  return Object.fromEntries(
    [...valuesByName].map(([name, values]) => [
      name,
      values.length > 1 ? values : readQueryValue(own(queryTypes, name), values[0]),
    ]),
  );
}
