import type { Documents } from '../../generated/documents.ts';

/** A service that has a document. */
export type ServiceName = keyof Documents;

/** Of all versions of its document. */
export type OperationId<Service extends ServiceName> = keyof Documents[Service]['operations'];

/** A schema of a service's document, by its name there. */
export type Schema<
  Service extends ServiceName,
  Name extends keyof Documents[Service]['schemas'],
> = Documents[Service]['schemas'][Name];

/**
 * What a document says of an operation, of all versions together: what only some have may be missing. The build writes
 * these types (`scripts/handler-types.mjs`); this is what all of them have.
 */
export interface OperationTypes {
  /** Text, whatever the schema. Optional where the operation has further paths that lack it. */
  readonly params: Readonly<Record<string, string>>;
  /** After validation: numbers and booleans are converted, lists are lists, and what the document does not name is gone. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Undefined where the operation has none; a Buffer where it takes bytes of any type. An optional JSON body left out is `{}`. */
  readonly body: unknown;
  /** By status, but for refusals, which are thrown. Undefined where the answer has no body; a Buffer where it is not JSON. */
  readonly answers: Readonly<Record<number, unknown>>;
  /** The document asks for no credential. */
  readonly isPublic: boolean;
}

export type Operation<Service extends ServiceName, Id extends OperationId<Service>> = Extract<
  Documents[Service]['operations'][Id],
  OperationTypes
>;
