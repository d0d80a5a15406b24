import type { OfOtherVersions } from '../../explaining/other-versions.ts';

/**
 * A document as the build prepares it (`scripts/documents/prepared.mjs`): two JSON texts. The start needs the first. The
 * second is four times as long, has the schemas for requests and answers, and is read on first use.
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
export interface OtherOperation extends OfOtherVersions {
  readonly method: string;
  readonly path: string;
}

/** The facts about an operation that the tables must agree with. */
export interface DocumentedOperation {
  readonly id: string;
  /** The document does not ask for a credential. */
  readonly public: boolean;
  readonly pathParams: readonly string[];
}

/** An operation without its schemas. */
export interface PreparedOperation extends DocumentedOperation {
  /** As in the document; an alias has its own. */
  readonly operationId: string;
  /** As in tables and handlers; an alias has the id of its operation. */
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** As in the document: `/api/v1/access-keys/{accessKeyId}`. */
  readonly path: string;
  /** Its summary in the document. */
  readonly summary: string;
  /** Path parameters that are UUIDs, whose case does not count (RFC 9562, 4). */
  readonly uuidParams: readonly string[];
  readonly queryNames: readonly string[];
  /** The types of query parameters that are not texts, by name. */
  readonly queryTypes: Readonly<Record<string, QueryType>>;
  readonly body: 'none' | 'optional' | 'required';
  readonly bodyForm: BodyForm;
  /** Members of a JSON body. */
  readonly bodyFields: readonly string[];
  /** Members of the body that only other versions have, with the names of those versions. */
  readonly bodyOtherVersions: Readonly<Record<string, readonly string[]>>;
  /** The statuses that only the mock's document has; absent in a vendor's document. */
  readonly statusesOfOurs?: readonly number[];
}

/** What the schema of a query parameter says, where it is not a text. */
export type QueryType = 'array' | 'boolean' | 'integer' | 'number';

/** How a body is sent: JSON, a form of a web page, or bytes of any type. */
export type BodyForm = 'json' | 'form' | 'bytes';

/**
 * A valid OpenAPI document that has only the schemas of requests and answers, without annotations such as descriptions.
 * Its answers refer to components; openapi-backend resolves that.
 */
export interface PreparedSchemas {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  /** Operations by path and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationSchemas>>>>;
  /** Schemas of refusals and of other answers, by name. */
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** The schemas of one operation. */
export interface OperationSchemas {
  readonly operationId: string;
  readonly parameters: readonly object[];
  readonly requestBody?: RequestBody;
  /**
   * Answers by status. Objects allow only the members they name. The vendor's schemas allow any other, so a misspelt
   * member of ours would pass.
   */
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

/** As in OpenAPI. */
export interface RequestBody {
  readonly required?: boolean;
  readonly content: Content;
}

/** Schemas by media type. */
type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

/** The few members of a schema that we read ourselves. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  /** Values of an enumeration, or properties of an object, that only these versions have. */
  readonly 'x-other-versions'?: Readonly<Record<string, readonly string[]>>;
  readonly [keyword: string]: unknown;
}
