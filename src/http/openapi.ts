import { type Operation, operationOf } from './openapi/operation.ts';
import { OperationRouter } from './openapi/operation-router.ts';
import type { OtherOperation, PreparedDocument, PreparedOperations } from './openapi/prepared.ts';
import { loadValidators, type Validators } from './openapi/validators.ts';

export type { Operation } from './openapi/operation.ts';
export type { BodyForm, OtherOperation, PreparedDocument } from './openapi/prepared.ts';

/**
 * A service's document. Its validators are built when they are first needed, because building them is most of the time
 * a start takes.
 */
export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** Builds the validators; until then nothing can be checked. */
  ready(): Promise<void>;
  /** Have the validators been built? */
  readonly isReady: boolean;
  /** Operations that only other versions have. */
  readonly otherVersions: readonly OtherOperation[];
  /** How a body differs from a schema for refusals: a sentence, or null. @param schema its name */
  schemaFault(schema: string, body: unknown): string | null;
}

/**
 * Opened documents, for servers that share a process: a document and its validators are built once, and not once per
 * server. Holds at most one entry per name.
 */
export class Documents {
  readonly #opened = new Map<string, ApiDocument>();
  readonly #routers = new Map<string, OperationRouter>();

  /** The document with this name, such as `air.2.0`. Tests prove that it is valid OpenAPI; here that is trusted. */
  open(name: string, prepared: PreparedDocument): ApiDocument {
    const opened = this.#opened.get(name) ?? openDocument(prepared);
    this.#opened.set(name, opened);
    return opened;
  }

  /** Finds the operations of documents that were opened. @param named whether a slash at the end of a path is optional depends on the service */
  router(named: readonly { readonly name: string; readonly eitherSlash: boolean }[]): OperationRouter {
    const key = named.map(({ name }) => name).join(' ');
    const known = this.#routers.get(key);
    if (known !== undefined) return known;
    const router = new OperationRouter();
    for (const { name, eitherSlash } of named) {
      for (const operation of this.#opened.get(name)?.operations ?? []) router.add(operation, eitherSlash);
    }
    this.#routers.set(key, router);
    return router;
  }
}

function openDocument({ operations: text, schemas }: PreparedDocument): ApiDocument {
  const { operations, otherVersions }: PreparedOperations = JSON.parse(text);
  let validators: Validators | undefined;
  let loading: Promise<Validators> | undefined;
  const loaded = (): Validators => {
    if (validators === undefined) throw new Error('the document was used before it was ready');
    return validators;
  };
  return {
    operations: operations.map((operation) => operationOf(operation, loaded)),
    otherVersions,
    get isReady() {
      return validators !== undefined;
    },
    ready: async () => {
      loading ??= schemas().then(loadValidators);
      validators = await loading;
    },
    schemaFault: (name, body) => loaded().bodyFault(name, loaded().errorSchema(name), body),
  };
}
