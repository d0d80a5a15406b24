import { once } from '../lib/memory.ts';
import { DocumentOperation, type Operation } from './openapi/operation.ts';
import type { OperationRouter } from './openapi/operation-router.ts';
import type { OtherOperation, PreparedDocument, PreparedOperations } from './openapi/prepared.ts';
import {
  type Compiler,
  type CompilerOptions,
  compileValidators,
  type Keywords,
  loadCompiler,
  type Validators,
} from './openapi/validators.ts';

export type { Operation } from './openapi/operation.ts';
export type { BodyForm, OtherOperation, PreparedDocument } from './openapi/prepared.ts';

/** A service's document. Its validators are built on first use, because building them would dominate startup. */
export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** Builds the validators, which all checks need. @param keywords of requests */
  ready(keywords?: Keywords): Promise<void>;
  readonly isReady: boolean;
  readonly otherVersions: readonly OtherOperation[];
  /** Describes how a body violates the error schema of this name; null if it conforms. */
  describeSchemaFault(schema: string, body: unknown): string | null;
}

/** Cache of opened documents and their routers. Each is built once per name, and the schema compiler is loaded once. */
export class Documents {
  readonly #opened = new Map<string, () => Promise<ApiDocument>>();
  readonly #routers = new Map<string, OperationRouter>();
  readonly #compiler: () => Promise<Compiler>;

  constructor(options: CompilerOptions = {}) {
    this.#compiler = once(() => loadCompiler(options));
  }

  async load(): Promise<void> {
    await this.#compiler();
  }

  /** Opens a document by name, such as `air.2.0`. @param prepared reads it on first use */
  open(name: string, prepared: (name: string) => Promise<PreparedDocument>): Promise<ApiDocument> {
    const opened = this.#opened.get(name) ?? once(async () => openDocument(await prepared(name), this.#compiler));
    this.#opened.set(name, opened);
    return opened();
  }

  /** Returns the router of a document and its ruleset. */
  getRouter(name: string, create: () => OperationRouter): OperationRouter {
    const router = this.#routers.get(name) ?? create();
    this.#routers.set(name, router);
    return router;
  }
}

/** The documents of this package. Sharing them starts a second server in two thirds of the time. */
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
    const [schemasText, loadedCompiler] = await Promise.all([schemas(), compiler()]);
    loaded.set(keywords, await compileValidators(schemasText, loadedCompiler, keywords));
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
    describeSchemaFault: (name, body) => {
      const violation = getValidators().describeBodyFault(getValidators().findErrorSchema(name), body);
      return violation === null ? null : `${name}: ${violation}`;
    },
  };
}
