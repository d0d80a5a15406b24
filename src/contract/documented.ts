import type { Documents } from '../../generated/documents.ts';

export type ServiceName = keyof Documents;

/** The operations of all versions of its document. */
export type OperationId<Service extends ServiceName> = keyof Documents[Service]['operations'];

/** A schema in a service's document, by its name there. */
export type Schema<
  Service extends ServiceName,
  Name extends keyof Documents[Service]['schemas'],
> = Documents[Service]['schemas'][Name];

/**
 * A document's types for an operation, in all versions together: members that only some versions have are optional.
 * The build writes these types (`scripts/handler-types.mjs`); this is their common shape.
 */
export interface OperationTypes {
  /** Strings, whatever their schema is. A parameter is optional if another path of the operation lacks it. */
  readonly params: Readonly<Record<string, string>>;
  /**
   * After validation: numbers and booleans are converted, lists are lists, and anything the document does not name is
   * removed.
   */
  readonly query: Readonly<Record<string, unknown>>;
  /**
   * Undefined if the operation takes none; a Buffer if it takes bytes of any type. An optional JSON body that was not
   * sent is `{}`.
   */
  readonly body: unknown;
  /**
   * The bodies by status, except refusals, which are thrown. A body is undefined if there is none, a stream of
   * server-sent events or JSON lines, or a Buffer for anything else that is not JSON.
   */
  readonly answers: Readonly<Record<number, unknown>>;
  /** Whether the document requires no credential. */
  readonly isPublic: boolean;
}

export type OperationOf<Service extends ServiceName, Id extends OperationId<Service>> = Extract<
  Documents[Service]['operations'][Id],
  OperationTypes
>;
