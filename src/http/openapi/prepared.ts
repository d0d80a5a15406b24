import type { OtherVersions } from '../../decisions/explaining/hints/refused-request.ts';

/**
 * A document as prepared by the build (`scripts/documents/prepared.mjs`): two JSON texts. Startup needs the first. The
 * second has the schemas, is four times as long, and is read on first use.
 */
export interface PreparedDocument {
  /** `PreparedOperations` as JSON. */
  readonly operations: string;
  /** Reads `PreparedSchemas` as JSON. */
  readonly schemas: () => Promise<string>;
}

/** The operations of a document, and those that only other versions have. */
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

/** An operation without its schemas. */
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
  /** Members of a JSON body. */
  readonly bodyFields: readonly string[];
  /** Body members that only other versions have, with the names of those versions. */
  readonly bodyOtherVersions: Readonly<Record<string, readonly string[]>>;
  /** Statuses that only the mock's document has; absent in a vendor's document. */
  readonly statusesOfOurs?: readonly number[];
}

export type QueryType = 'array' | 'boolean' | 'integer' | 'number';

/** How a body is sent: as JSON, as a form, or as bytes of any type. */
export type BodyForm = 'json' | 'form' | 'bytes';

/**
 * A valid OpenAPI document with only the schemas of requests and responses, without annotations such as descriptions.
 * Its responses refer to components, which openapi-backend resolves.
 */
export interface PreparedSchemas {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  /** Operations by path and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationSchemas>>>>;
  /** Schemas of errors and other responses, by name. */
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface OperationSchemas {
  readonly operationId: string;
  readonly parameters: readonly object[];
  /** As in OpenAPI. */
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  /**
   * Responses by status. Unlike the vendor's, their objects allow no extra members: otherwise a misspelled member in a
   * response of the mock would be valid.
   */
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

/** Schemas by media type. */
type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

/** The few schema members that this code reads itself. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  /** Enum values or object properties that only these versions have. */
  readonly 'x-other-versions'?: Readonly<Record<string, readonly string[]>>;
  readonly [keyword: string]: unknown;
}
