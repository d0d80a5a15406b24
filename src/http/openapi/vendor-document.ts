import type { ApiDocument } from '../openapi.ts';
import { type FoundOperation, OperationRouter } from './operation-router.ts';

/** A vendor's own document, beside ours. */
export class VendorDocument {
  /** `--spec-of runai=openapi.yaml` */
  readonly name: string;
  readonly #base: string;
  readonly #router: OperationRouter;

  /**
   * @param document is ready
   * @param base the path of its server, which is not part of its paths; often empty
   */
  constructor(name: string, document: ApiDocument, base: string) {
    this.name = name;
    this.#base = base;
    this.#router = new OperationRouter(document.operations, true);
  }

  /** Its operation for a path; null if it has none. */
  find(method: string, path: string): FoundOperation | null {
    if (!path.startsWith(this.#base)) return null;
    const found = this.#router.find(method, path.slice(this.#base.length));
    return found === 'path_too_long' ? null : found;
  }
}
