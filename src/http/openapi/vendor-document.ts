import type { ApiDocument } from '../openapi.ts';
import { type FoundOperation, OperationRouter } from './operation-router.ts';

/** A vendor's own document, beside ours. */
export class VendorDocument {
  /** `--spec-of runai=openapi.yaml` */
  readonly name: string;
  /** Of its operations, with the base path. */
  readonly paths: readonly string[];
  readonly #base: string;
  readonly #document: ApiDocument;
  readonly #router: OperationRouter;

  /**
   * @param document is ready
   * @param base the path of its server, which is not part of its paths; often empty
   */
  constructor(name: string, document: ApiDocument, base: string) {
    this.name = name;
    this.paths = [...new Set(document.operations.map(({ path }) => `${base}${path}`))];
    this.#base = base;
    this.#document = document;
    this.#router = new OperationRouter(document.operations, true);
  }

  /** Reads its schemas with all keywords, which `requestFault` needs for `documented`. */
  async ready(): Promise<void> {
    await Promise.all([this.#document.ready(), this.#document.ready('documented')]);
  }

  /** The methods that it has for a path. */
  methodsOf(path: string): string[] {
    const methods = new Set(this.#document.operations.map(({ method }) => method));
    return [...methods].filter((method) => this.find(method, path) !== null).sort();
  }

  /** Its operation for a path, with the whole path that it has in the document; null if it has none. */
  find(method: string, path: string): (FoundOperation & { readonly path: string }) | null {
    if (!path.startsWith(this.#base)) return null;
    const found = this.#router.find(method, path.slice(this.#base.length));
    return found === null || found === 'path_too_long'
      ? null
      : { ...found, path: `${this.#base}${found.operation.path}` };
  }
}
