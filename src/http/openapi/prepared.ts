import type { OtherVersions } from '../../decisions/explaining/hints/refused-request.ts';

/** A document as prepared by the build. Startup needs only its operations; the schemas are four times as long. */
export interface PreparedDocument {
  /** `PreparedOperations` as JSON. */
  readonly operations: string;
  /** Reads `PreparedSchemas` as JSON. */
  readonly schemas: () => Promise<string>;
}

export interface PreparedOperations {
  readonly operations: readonly PreparedOperation[];
  readonly otherVersions: readonly OtherOperation[];
}

/** An operation that only other versions of a document have. */
export interface OtherOperation extends OtherVersions {
  readonly method: string;
  readonly path: string;
}

/** Facts about an operation that the tables must agree with. */
export interface DocumentedOperation {
  readonly id: string;
  /** Whether the operation needs no credential. */
  readonly public: boolean;
  readonly pathParams: readonly string[];
}

export interface PreparedOperation extends DocumentedOperation {
  /** As in the document; an alias has a different one. */
  readonly operationId: string;
  /** As in tables and handlers; an alias has the id of its operation. */
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** As in the document: `/api/v1/access-keys/{accessKeyId}`. */
  readonly path: string;
  readonly summary: string;
  /** The path parameters that are UUIDs, which are case-insensitive (RFC 9562, 4). */
  readonly uuidParams: readonly string[];
  readonly queryNames: readonly string[];
  /** Whether the operation has parameters or a body. */
  readonly hasInput: boolean;
  /** The types of non-string query parameters, by name. */
  readonly queryTypes: Readonly<Record<string, QueryType>>;
  readonly body: 'none' | 'optional' | 'required';
  readonly bodyForm: BodyForm;
  readonly bodyFields: readonly string[];
  /** Body members that only other versions have, with the names of those versions. */
  readonly bodyOtherVersions: Readonly<Record<string, readonly string[]>>;
  /** Statuses that only the mock's document has; absent in a vendor's document. */
  readonly statusesOfOurs?: readonly number[];
}

export type QueryType = 'array' | 'boolean' | 'integer' | 'number';

export type BodyForm = 'json' | 'form' | 'bytes';

/** A valid OpenAPI document with only the schemas of requests and responses, without annotations. */
export interface PreparedSchemas {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationSchemas>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface OperationSchemas {
  readonly operationId: string;
  readonly parameters: readonly object[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  /** By status. Their objects allow no extra members, unlike the vendor's: misspelled members are invalid. */
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  /** Enum values or object properties that only these versions have. */
  readonly 'x-other-versions'?: Readonly<Record<string, readonly string[]>>;
  readonly [keyword: string]: unknown;
}
