import type { Documents } from '../../generated/documents.ts';

export type ServiceName = keyof Documents;

/** The operations of all versions of its document. */
export type OperationId<Service extends ServiceName> = keyof Documents[Service]['operations'];

/** A schema in a service's document, by its name there. */
export type Schema<
  Service extends ServiceName,
  Name extends keyof Documents[Service]['schemas'],
> = Documents[Service]['schemas'][Name];

/** A document's types for an operation, in all versions together. `scripts/handler-types.mjs` writes them. */
export interface OperationTypes {
  /** Strings, whatever their schema is. A parameter is optional if another path of the operation lacks it. */
  readonly params: Readonly<Record<string, string>>;
  /** Validated: numbers and booleans are converted, lists are lists, and only what the document names is there. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Undefined if it takes none; a Buffer for bytes of any type; `{}` for an optional JSON body that was not sent. */
  readonly body: unknown;
  /** By status, without refusals: JSON, undefined, a stream of events or lines, or a Buffer for anything else. */
  readonly answers: Readonly<Record<number, unknown>>;
  /** Whether the document requires no credential. */
  readonly isPublic: boolean;
}

export type OperationOf<Service extends ServiceName, Id extends OperationId<Service>> = Extract<
  Documents[Service]['operations'][Id],
  OperationTypes
>;
