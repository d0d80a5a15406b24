import type { ApiDocument } from '../openapi.ts';
import { type FoundOperation, OperationRouter } from './operation-router.ts';

/** A vendor's own document, beside ours. */
export class VendorDocument {
  /** `--spec-of runai=openapi.yaml` */
  readonly name: string;
  /** Of its operations. */
  readonly paths: readonly string[];
  readonly #document: ApiDocument;
  readonly #router: OperationRouter;

  /** @param document is ready, and its paths begin with those of its servers */
  constructor(name: string, document: ApiDocument) {
    this.name = name;
    this.paths = [...new Set(document.operations.map(({ path }) => path))];
    this.#document = document;
    this.#router = new OperationRouter(document.operations, true);
    // Builds it now: a path that it does not take ends the start, and not the first request.
    this.#router.find('GET', '/');
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

  /** Its operation for a path; null if it has none. */
  find(method: string, path: string): FoundOperation | null {
    const found = this.#router.find(method, path);
    return found === 'path_too_long' ? null : found;
  }
}
