import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type { OpenAPIBackend } from 'openapi-backend';
import { own } from '../core/own.ts';
import type { DocumentedOperation } from '../core/tables.ts';
import { violationsSentence } from './violations.ts';

/** The parts of a request that are checked against the document. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  /** Numbers and booleans in it are converted in place. */
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

/** What is wrong with a request, and which other versions it would be right for. */
export interface RequestFault {
  readonly sentence: string;
  readonly otherVersions: readonly string[];
}

/** One operation of a document, resolved once. */
export interface Operation extends DocumentedOperation {
  readonly method: string;
  /** Under another path the document has the same operation first. */
  readonly isAlias: boolean;
  /** As in the document: `/api/v1/access-keys/{accessKeyId}`. */
  readonly path: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** `any`: the document does not say. */
  readonly queryNames: ReadonlySet<string> | 'any';
  /** Path parameters that are UUIDs, whose case does not count (RFC 9562, 4). */
  readonly uuidParams: readonly string[];
  /** Query parameters that are lists, also when they are sent once. */
  readonly queryLists: ReadonlySet<string>;
  readonly body: 'none' | 'optional' | 'required';
  /** How the body is sent. */
  readonly bodyForm: BodyForm;
  /** Spelling of the body's members, by their lower-case form. */
  readonly bodyFields: ReadonlyMap<string, string>;
  /** The body with enumerated values as the document spells them, whatever their case. */
  spelled(body: unknown): unknown;
  /** Members of the body that only other versions have. */
  readonly bodyOtherVersions: Readonly<Record<string, readonly string[]>>;
  /** What is wrong with a request; null for nothing. */
  requestFault(parts: RequestParts): RequestFault | null;
  /** How an answer differs from the document: a sentence, or null. */
  answerFault(status: number, mediaType: string | null, body: unknown): string | null;
}

/** JSON, a form of a web page, or bytes of any type. */
export type BodyForm = 'json' | 'form' | 'bytes';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** An operation that only other versions of a document have. */
export interface OtherOperation {
  readonly method: string;
  readonly path: string;
  readonly profiles: readonly string[];
}

/** A service's document. What validates is made when it is first needed, because that is most of the time of a start. */
export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** Makes what validates; until then nothing can be asked for its faults. */
  ready(): Promise<void>;
  /** Was it made? */
  readonly isReady: boolean;
  readonly otherVersions: readonly OtherOperation[];
  /** How a body differs from a schema of the document: a sentence, or null. */
  schemaFault(schema: string, body: unknown): string | null;
}

/** The little that we read of a dereferenced OpenAPI 3.0 document. */
interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: unknown;
  /** Values of an enumeration, or properties of an object, that only these versions have. */
  readonly 'x-other-versions'?: Readonly<Record<string, readonly string[]>>;
  readonly [keyword: string]: unknown;
}
interface Content {
  readonly [mediaType: string]: { readonly schema?: JsonSchema };
}
interface RawOperation {
  readonly operationId: string;
  /** The operation that this one is under another path. */
  readonly 'x-alias-of'?: string;
  readonly method: string;
  readonly path: string;
  readonly summary?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: JsonSchema }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/**
 * Documents that were read, for servers of one process that share them: a document and its validators are made once, and
 * not once for each server. Holds as many as there are texts.
 */
export class Documents {
  readonly #read = new Map<string, ApiDocument>();

  /** The document with this text. */
  read(text: string): ApiDocument {
    const read = this.#read.get(text) ?? openDocument(text);
    this.#read.set(text, read);
    return read;
  }
}

/** The document with this text, ready to be asked. */
export async function readDocument(text: string): Promise<ApiDocument> {
  const document = openDocument(text);
  await document.ready();
  return document;
}

/** Operations by method, and the parameters that all of them have. */
type PathItem = { readonly parameters?: NonNullable<RawOperation['parameters']> } & {
  readonly [method: string]: Unlocated;
};

interface Definition {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> };
  readonly security?: readonly unknown[];
  readonly 'x-other-versions'?: readonly OtherOperation[];
}

/** What of a document is only there once it is needed. */
interface Prepared {
  readonly api: OpenAPIBackend;
  /** By operationId, references resolved. */
  readonly operations: ReadonlyMap<string, RawOperation>;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly closed: ClosedSchemas;
}

/** Opens a document. That it is valid OpenAPI is tested, and trusted here: looking at it again takes seconds. */
function openDocument(text: string): ApiDocument {
  const definition = JSON.parse(text) as Definition;
  const { paths, security = [], 'x-other-versions': otherVersions = [] } = definition;
  let prepared: Prepared | undefined;
  let preparing: Promise<Prepared> | undefined;
  const asked = (): Prepared => {
    if (prepared === undefined) throw new Error('the document was asked before it was ready');
    return prepared;
  };
  const operations = Object.entries(paths).flatMap(([path, { parameters: shared = [], ...item }]) =>
    Object.entries(item).map(([method, own]) => {
      const raw = withReferences(definition, { ...own, parameters: [...shared, ...(own.parameters ?? [])] });
      return operationOf({ security, ...raw, method, path }, asked);
    }),
  );
  return {
    operations,
    otherVersions,
    get isReady() {
      return prepared !== undefined;
    },
    ready: async () => {
      preparing ??= prepare(text);
      prepared = await preparing;
    },
    schemaFault: (name, body) => asked().closed.fault(name, () => own(asked().schemas, name) ?? {}, body),
  };
}

/** The validators are loaded here, and not with this file: a server that nobody asks anything never needs them. */
async function prepare(text: string): Promise<Prepared> {
  const [{ OpenAPIBackend }, { Ajv }, { default: addFormats }] = await Promise.all([
    import('openapi-backend'),
    import('ajv'),
    import('ajv-formats'),
  ]);
  const withFormats = (ajv: Ajv) => addFormats.default(ajv);
  const api = new OpenAPIBackend({
    definition: JSON.parse(text),
    strict: true,
    quick: true,
    ajvOpts: { verbose: true },
    customizeAjv: (ajv) => withFormats(ajv as unknown as Ajv) as never,
  });
  await api.init();
  const found = api.router.getOperations() as unknown as RawOperation[];
  const { components } = api.definition as unknown as Definition;
  return {
    api,
    operations: new Map(found.map((raw) => [raw.operationId, raw])),
    schemas: components?.schemas ?? {},
    closed: closedSchemas(withFormats(new Ajv({ strict: false }))),
  };
}

type Unlocated = Omit<RawOperation, 'method' | 'path'>;

/** Parameters, body and the schema of the body, where they stand elsewhere in the document. */
function withReferences(definition: Definition, raw: Unlocated): Unlocated {
  const at = <Value>(value: Value): Value => {
    const { $ref } = (value ?? {}) as { readonly $ref?: string };
    if ($ref === undefined) return value;
    const steps = $ref.slice(2).split('/');
    return steps.reduce<unknown>(
      (part, step) => (part as Record<string, unknown> | undefined)?.[step],
      definition,
    ) as Value;
  };
  const { parameters = [], requestBody } = raw;
  const body = at(requestBody);
  const content = Object.entries(body?.content ?? {}).map(([type, { schema }]) => [type, { schema: at(schema) }]);
  return {
    ...raw,
    parameters: parameters.map((parameter) => {
      const own = at(parameter);
      return own.schema === undefined ? own : { ...own, schema: at(own.schema) };
    }),
    ...(body !== undefined && { requestBody: { ...body, content: Object.fromEntries(content) } }),
  };
}

function operationOf(raw: RawOperation, prepared: () => Prepared): Operation {
  const { operationId, 'x-alias-of': id = operationId, requestBody } = raw;
  const whole = () => prepared().operations.get(operationId) as RawOperation;
  const parameters = raw.parameters ?? [];
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
  const bodySchema = requestBody?.content['application/json']?.schema;
  const fields = Object.keys(bodySchema?.properties ?? {});
  const bodyForm = bodyFormOf(requestBody?.content);
  let validators: readonly ValidateFunction[] | undefined;
  return {
    id,
    method: raw.method.toUpperCase(),
    path: raw.path,
    summary: raw.summary ?? '',
    public: raw.security?.length === 0,
    pathParams: named('path'),
    isAlias: id !== operationId,
    queryNames: new Set(named('query')),
    uuidParams: parameters.filter(isUuid).map(({ name }) => name),
    queryLists: new Set(parameters.filter(isQueryList).map(({ name }) => name)),
    body: requestBody === undefined ? 'none' : requestBody.required === true ? 'required' : 'optional',
    bodyForm,
    bodyFields: new Map(fields.map((field) => [field.toLowerCase(), field])),
    spelled: (body) => spelledAs(whole().requestBody?.content['application/json']?.schema, body),
    bodyOtherVersions: (bodySchema?.properties && bodySchema['x-other-versions']) ?? {},
    requestFault: ({ path, query, body }) => {
      validators ??= prepared().api.validator.getRequestValidatorsForOperation(
        operationId,
      ) as unknown as readonly ValidateFunction[];
      const request = {
        path,
        query,
        header: {},
        cookie: {},
        ...(body !== undefined && bodyForm !== 'bytes' && { requestBody: body }),
      };
      const failed = validators.find((validate) => !validate(request));
      return failed === undefined ? null : requestFaultOf(failed.errors ?? []);
    },
    answerFault: (status, mediaType, body) => {
      const response = whole().responses[status];
      if (response === undefined) return `${id} answered ${status}, which its document does not name`;
      if (response.content === undefined) {
        return body === undefined ? null : `${id} answered ${status} with a body, and its document has none`;
      }
      if (Object.hasOwn(response.content, '*/*')) return null;
      const schema = own(response.content, mediaType ?? '')?.schema;
      if (schema === undefined) return `${id} answered ${status} as ${mediaType}, which its document does not name`;
      if (Buffer.isBuffer(body)) return null;
      return prepared().closed.fault(`${id} ${status} ${mediaType}`, () => schema, body);
    },
  };
}

function requestFaultOf(errors: readonly ErrorObject[]): RequestFault {
  const { keyword, data, parentSchema } = errors[0] as ErrorObject;
  const values = keyword === 'enum' ? (parentSchema as JsonSchema | undefined)?.['x-other-versions'] : undefined;
  // Of what was sent in place of a name, nothing can be looked up, and an object may not even have a text.
  const otherVersions = typeof data === 'string' || typeof data === 'number' ? own(values, String(data)) : undefined;
  return { sentence: violationsSentence(errors), otherVersions: otherVersions ?? [] };
}

function isUuid({ in: place, schema }: { readonly in: string; readonly schema?: JsonSchema }): boolean {
  return place === 'path' && schema?.['format'] === 'uuid';
}

function isQueryList({ in: place, schema }: { readonly in: string; readonly schema?: JsonSchema }): boolean {
  return place === 'query' && schema?.type === 'array';
}

function bodyFormOf(content: Content | undefined): BodyForm {
  if (content === undefined || Object.hasOwn(content, 'application/json')) return 'json';
  return Object.hasOwn(content, FORM_TYPE) ? 'form' : 'bytes';
}

/** Only along the schema, so what it does not describe stays as it is. */
function spelledAs(schema: JsonSchema | undefined, value: unknown): unknown {
  if (schema === undefined || value === null) return value;
  if (typeof value === 'string') {
    const wanted = value.toLowerCase();
    return schema.enum?.find((one) => typeof one === 'string' && one.toLowerCase() === wanted) ?? value;
  }
  if (Array.isArray(value)) return value.map((one) => spelledAs(schema.items, one));
  if (typeof value !== 'object' || schema.properties === undefined) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, spelledAs(own(schema.properties, name), one)]);
  return Object.fromEntries(entries);
}

interface ClosedSchemas {
  /** How a body differs from a schema whose objects have no other members than it names; compiled at the first use. */
  fault(name: string, schema: () => JsonSchema, body: unknown): string | null;
}

/**
 * openapi-backend checks answers of one media type only, and the vendor's schemas allow any further member, so a member
 * that we made up would pass. Hence validators of our own, on closed copies.
 */
function closedSchemas(ajv: Ajv): ClosedSchemas {
  const compiled = new Map<string, ValidateFunction>();
  return {
    fault: (name, schema, body) => {
      let validate = compiled.get(name);
      if (validate === undefined) {
        validate = ajv.compile(closed(schema()));
        compiled.set(name, validate);
      }
      return validate(body) ? null : `${name}: ${ajv.errorsText(validate.errors, { dataVar: 'body' })}`;
    },
  };
}

function closed(schema: unknown): JsonSchema {
  if (Array.isArray(schema)) return schema.map(closed) as unknown as JsonSchema;
  if (typeof schema !== 'object' || schema === null) return schema as JsonSchema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}
