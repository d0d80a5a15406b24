import { Readable } from 'node:stream';
import { describeRequestFault, tellingViolations, type Violation, valueFaultOf } from '../../explaining/index.ts';
import { own } from '../../objects/members.ts';
import { isWithinRange } from '../../responses/media-type.ts';
import { findNear } from '../../text/nearest.ts';
import type { JsonSchema, OperationSchemas, PreparedOperation } from './prepared.ts';
import type { IsUnknown, Keywords, Validators } from './validators.ts';

/** The parts of a request that are checked against the document. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  /** Numbers and booleans are converted in place. */
  readonly query: Record<string, unknown>;
  /** By their names in lower case; default: none. Numbers and booleans are converted in place. */
  readonly header?: Record<string, unknown>;
  readonly body: unknown;
}

/** A fault of a request, and which other versions would accept it. */
interface RequestFault {
  readonly sentence: string;
  readonly otherVersions: readonly string[];
}

/** Members of a prepared operation that an `Operation` has in another form. */
type Reshaped = 'operationId' | 'queryNames' | 'bodyFields';

/** One operation of a document. */
export interface Operation extends Omit<PreparedOperation, Reshaped> {
  /** The document lists the operation under another path first. */
  readonly isAlias: boolean;
  /** `any`: the document does not list them. */
  readonly queryNames: readonly string[] | 'any';
  /** The document's spelling of the body's members, by lower-case name. */
  readonly bodyFields: ReadonlyMap<string, string>;
  /** The same as the document spells them. */
  readonly bodyNames: readonly string[];
  /** The body, with enumerated values spelled as in the document, whatever their case. */
  normalizeSpelling(body: unknown): unknown;
  /**
   * The fault of a request; null if it is valid.
   *
   * @param isUnknown tells values that stand for others, of which nothing is known
   */
  requestFault(parts: RequestParts, keywords?: Keywords, isUnknown?: IsUnknown): RequestFault | null;
  /** The media types and ranges of its body. */
  bodyTypes(): readonly string[];
  /** The schema of its body, in JSON or a form; undefined if it has none. */
  bodySchema(): JsonSchema | undefined;
  /** The statuses that the vendor's document names, without ranges. */
  vendorStatuses(): readonly number[];
  /** Does its document name the status, or a range with it: `4XX`, or `default`? */
  hasStatus(status: number): boolean;
  /** The schema of an answer; undefined if its document has none, or the answer may be any bytes. */
  answerSchema(status: number, mediaType: string | null): JsonSchema | undefined;
  /** How an answer differs from the document: a sentence about it, or null. */
  answerFault(status: number, mediaType: string | null, body: unknown, isUnknown?: IsUnknown): string | null;
}

/** An operation as the build prepared it. There are hundreds in a document, and few of them are asked for. */
export class DocumentOperation implements Operation {
  readonly id: string;
  readonly public: boolean;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly pathParams: readonly string[];
  readonly uuidParams: readonly string[];
  readonly queryNames: readonly string[];
  readonly queryTypes: PreparedOperation['queryTypes'];
  readonly body: Operation['body'];
  readonly bodyForm: Operation['bodyForm'];
  readonly bodyNames: readonly string[];
  readonly bodyOtherVersions: Operation['bodyOtherVersions'];
  readonly #operationId: string;
  readonly #statusesOfOurs: readonly number[];
  readonly #validators: (keywords?: Keywords) => Validators;
  #bodyFields: Operation['bodyFields'] | undefined;

  /** @param validators returns the document's validators, once it is ready */
  constructor(prepared: PreparedOperation, validators: (keywords?: Keywords) => Validators) {
    this.id = prepared.id;
    this.public = prepared.public;
    this.method = prepared.method;
    this.path = prepared.path;
    this.summary = prepared.summary;
    this.pathParams = prepared.pathParams;
    this.uuidParams = prepared.uuidParams;
    this.queryNames = prepared.queryNames;
    this.queryTypes = prepared.queryTypes;
    this.body = prepared.body;
    this.bodyForm = prepared.bodyForm;
    this.bodyNames = prepared.bodyFields;
    this.bodyOtherVersions = prepared.bodyOtherVersions;
    this.#operationId = prepared.operationId;
    this.#statusesOfOurs = prepared.statusesOfOurs ?? [];
    this.#validators = validators;
  }

  get isAlias(): boolean {
    return this.id !== this.#operationId;
  }

  get bodyFields(): Operation['bodyFields'] {
    this.#bodyFields ??= new Map(this.bodyNames.map((field) => [field.toLowerCase(), field]));
    return this.#bodyFields;
  }

  normalizeSpelling(body: unknown): unknown {
    return spellAs(this.#schemas().requestBody?.content['application/json']?.schema, body);
  }

  bodyTypes(): readonly string[] {
    return Object.keys(this.#schemas().requestBody?.content ?? {});
  }

  bodySchema(): JsonSchema | undefined {
    const { content } = this.#schemas().requestBody ?? {};
    return (content?.['application/json'] ?? content?.['application/x-www-form-urlencoded'])?.schema;
  }

  requestFault(
    { path, query, header = {}, body }: RequestParts,
    keywords?: Keywords,
    isUnknown: IsUnknown = () => false,
  ): RequestFault | null {
    const request = {
      ...{ path, query, header, cookie: {} },
      ...(body !== undefined && this.bodyForm !== 'bytes' && { requestBody: body }),
    };
    const errors = this.#validators(keywords).requestErrors(this.#operationId, request);
    const [first, ...others] = errors.filter(({ data }) => !isUnknown(data));
    return first === undefined ? null : requestFaultOf([first, ...others]);
  }

  vendorStatuses(): readonly number[] {
    const statuses = Object.keys(this.#schemas().responses).map(Number).filter(Number.isInteger);
    return statuses.filter((status) => !this.#statusesOfOurs.includes(status));
  }

  hasStatus(status: number): boolean {
    return this.#response(status) !== undefined;
  }

  answerSchema(status: number, mediaType: string | null): JsonSchema | undefined {
    const schema = mediaOf(this.#response(status)?.content, mediaType)?.schema;
    return schema?.['format'] === 'binary' ? undefined : schema;
  }

  answerFault(status: number, mediaType: string | null, body: unknown, isUnknown?: IsUnknown): string | null {
    const response = this.#response(status);
    if (response === undefined) return `the document does not name the status ${status}`;
    const { content } = response;
    if (content === undefined) return body === undefined ? null : 'it has a body, but the document has none';
    if (body === undefined) return Object.hasOwn(content, '*/*') ? null : 'it has no body, but the document has one';
    if (mediaOf(content, mediaType) === undefined) return `the document does not name the media type ${mediaType}`;
    const schema = this.answerSchema(status, mediaType);
    if (schema === undefined || Buffer.isBuffer(body) || body instanceof Readable) return null;
    return this.#validators().bodyFault(schema, body, isUnknown);
  }

  /** Vendors' documents have ranges such as `4XX`, and `default`. */
  #response(status: number) {
    const { responses } = this.#schemas();
    const names = [String(status), `${Math.trunc(status / 100)}XX`, 'default'];
    return responses[names.find((name) => Object.hasOwn(responses, name)) ?? ''];
  }

  #schemas(): OperationSchemas {
    return this.#validators().schemasOf(this.#operationId);
  }
}

/** The content with a media type, or with the first range that it is within. */
function mediaOf<Media>(content: Readonly<Record<string, Media>> | undefined, mediaType: string | null) {
  const type = mediaType ?? '';
  const range = () => Object.entries(content ?? {}).find(([one]) => isWithinRange(type, one))?.[1];
  return own(content, type) ?? range();
}

/** @param violations as ajv lists them */
function requestFaultOf(violations: readonly [Violation, ...Violation[]]): RequestFault {
  const [{ keyword, parentSchema, data: sent }] = violations;
  const values = keyword === 'enum' ? parentSchema?.['x-other-versions'] : undefined;
  // Anything else cannot be a name to look up, and an object may not even convert to a string.
  const otherVersions = typeof sent === 'string' || typeof sent === 'number' ? own(values, String(sent)) : undefined;
  const fault = valueFaultOf(tellingViolations(violations));
  const near = findNear(fault.given ?? '', fault.valid ?? []);
  return { sentence: describeRequestFault(fault, near), otherVersions: otherVersions ?? [] };
}

/**
 * A value with enumerated values spelled as in the schema, whatever their case. What the schema does not describe stays
 * unchanged.
 */
function spellAs(schema: JsonSchema | undefined, value: unknown): unknown {
  if (schema === undefined || value === null) return value;
  if (typeof value === 'string') {
    const wanted = value.toLowerCase();
    return schema.enum?.find((one) => typeof one === 'string' && one.toLowerCase() === wanted) ?? value;
  }
  if (Array.isArray(value)) return value.map((one) => spellAs(schema.items, one));
  if (typeof value !== 'object' || schema.properties === undefined) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, spellAs(own(schema.properties, name), one)]);
  return Object.fromEntries(entries);
}
