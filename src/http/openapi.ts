import { once } from '../platform/once.ts';
import { DocumentOperation, type Operation } from './openapi/operation.ts';
import type { OperationRouter } from './openapi/operation-router.ts';
import type { OtherOperation, PreparedDocument, PreparedOperations } from './openapi/prepared.ts';
import {
  type Compiler,
  type CompilerOptions,
  type Keywords,
  loadCompiler,
  type Validators,
  validatorsOf,
} from './openapi/validators.ts';

export type { Operation } from './openapi/operation.ts';
export type { BodyForm, OtherOperation, PreparedDocument } from './openapi/prepared.ts';

/** A service's document. Its validators are built on first use, because building them takes most of a start. */
export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** Builds the validators. Nothing can be checked before. @param keywords of requests */
  ready(keywords?: Keywords): Promise<void>;
  /** Have the validators been built? */
  readonly isReady: boolean;
  /** Operations that only other versions have. */
  readonly otherVersions: readonly OtherOperation[];
  /** How a body differs from an error schema: a sentence, or null. @param schema its name */
  schemaFault(schema: string, body: unknown): string | null;
}

/**
 * Opened documents. A document, its validators and its router are built once, and the schema compiler is loaded once.
 * Holds at most one entry and one router per name.
 */
export class Documents {
  readonly #opened = new Map<string, () => Promise<ApiDocument>>();
  readonly #routers = new Map<string, OperationRouter>();
  readonly #compiler: () => Promise<Compiler>;

  constructor(options: CompilerOptions = {}) {
    this.#compiler = once(() => loadCompiler(options));
  }

  /**
   * The document with this name, such as `air.2.0`. It is trusted to be valid OpenAPI: tests prove it.
   *
   * @param prepared reads it; of several that are given for a name, the first is called
   */
  open(name: string, prepared: (name: string) => Promise<PreparedDocument>): Promise<ApiDocument> {
    const opened = this.#opened.get(name) ?? once(async () => openDocument(await prepared(name), this.#compiler));
    this.#opened.set(name, opened);
    return opened();
  }

  /**
   * The router of a document's operations.
   *
   * @param name of the document and its ruleset
   * @param made called if there is none yet
   */
  router(name: string, made: () => OperationRouter): OperationRouter {
    const router = this.#routers.get(name) ?? made();
    this.#routers.set(name, router);
    return router;
  }
}

/**
 * The documents of this package, which never change. All servers of the process have them, so that a second one starts in
 * two thirds of the time and has the validators that the first one has compiled.
 */
export const DOCUMENTS = new Documents();

function openDocument({ operations: text, schemas }: PreparedDocument, compiler: () => Promise<Compiler>): ApiDocument {
  const { operations, otherVersions }: PreparedOperations = JSON.parse(text);
  const loaded = new Map<Keywords, Validators>();
  const getValidators = (keywords: Keywords = 'validated'): Validators => {
    const validators = loaded.get(keywords);
    if (validators === undefined) throw new Error('the document was used before `ready()` resolved');
    return validators;
  };
  const load = async (keywords: Keywords) => {
    const [read, made] = await Promise.all([schemas(), compiler()]);
    loaded.set(keywords, await validatorsOf(read, made, keywords));
  };
  const loading: Readonly<Record<Keywords, () => Promise<void>>> = {
    validated: once(() => load('validated')),
    documented: once(() => load('documented')),
  };
  return {
    operations: operations.map((operation) => new DocumentOperation(operation, getValidators)),
    otherVersions,
    get isReady() {
      return loaded.has('validated');
    },
    ready: (keywords = 'validated') => loading[keywords](),
    schemaFault: (name, body) => {
      const fault = getValidators().bodyFault(getValidators().errorSchema(name), body);
      return fault === null ? null : `${name}: ${fault}`;
    },
  };
}
