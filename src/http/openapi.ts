import { type Operation, operationOf } from './openapi/operation.ts';
import type { OperationRouter } from './openapi/operation-router.ts';
import type { OtherOperation, PreparedDocument, PreparedOperations } from './openapi/prepared.ts';
import { type Compiler, loadCompiler, type Validators, validatorsOf } from './openapi/validators.ts';

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
  /** The names of all members and parameters, as the journal compares names. */
  readonly names: readonly string[];
  /** How a body differs from a schema for refusals: a sentence, or null. @param schema its name */
  schemaFault(schema: string, body: unknown): string | null;
}

/**
 * Opened documents, for servers that share a process: a document, its validators and the router of its operations are
 * built once, and not once per server, and what compiles their schemas is loaded once for all. Holds at most one entry and
 * one router per name.
 */
export class Documents {
  readonly #opened = new Map<string, Promise<ApiDocument>>();
  readonly #routers = new Map<string, OperationRouter>();
  #compiler: Promise<Compiler> | undefined;

  /**
   * The document with this name, such as `air.2.0`. Tests prove that it is valid OpenAPI; here that is trusted.
   *
   * @param prepared called if it is not open yet
   */
  open(name: string, prepared: (name: string) => Promise<PreparedDocument>): Promise<ApiDocument> {
    const opened = this.#opened.get(name) ?? prepared(name).then((one) => openDocument(one, () => this.#compiling()));
    this.#opened.set(name, opened);
    return opened;
  }

  #compiling(): Promise<Compiler> {
    this.#compiler ??= loadCompiler();
    return this.#compiler;
  }

  /** The router of the operations of a document. @param name of it and its law @param made called if there is none yet */
  router(name: string, made: () => OperationRouter): OperationRouter {
    const router = this.#routers.get(name) ?? made();
    this.#routers.set(name, router);
    return router;
  }
}

function openDocument({ operations: text, schemas }: PreparedDocument, compiler: () => Promise<Compiler>): ApiDocument {
  const { operations, otherVersions, names }: PreparedOperations = JSON.parse(text);
  let validators: Validators | undefined;
  let loading: Promise<Validators> | undefined;
  const loaded = (): Validators => {
    if (validators === undefined) throw new Error('the document was used before it was ready');
    return validators;
  };
  return {
    operations: operations.map((operation) => operationOf(operation, loaded)),
    otherVersions,
    names,
    get isReady() {
      return validators !== undefined;
    },
    ready: async () => {
      loading ??= Promise.all([schemas(), compiler()]).then(([read, made]) => validatorsOf(read, made));
      validators = await loading;
    },
    schemaFault: (name, body) => loaded().bodyFault(name, loaded().errorSchema(name), body),
  };
}
