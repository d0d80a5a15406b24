import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { NotEmulatedOperation } from '../../contract/sections.ts';
import type { Operation } from './operation.ts';

export const MAX_PARAM = 16_384;

export interface FoundOperation {
  readonly operation: Operation;
  readonly params: Record<string, string>;
}

/** Routes requests to the operations of a document. Servers with the same document share a router. */
export class OperationRouter {
  readonly #operations: readonly Operation[];
  readonly #eitherSlash: boolean;
  readonly #notEmulated: readonly NotEmulatedOperation[];
  #router: ReturnType<typeof findMyWay> | undefined;

  /** @param notEmulated operations whose paths must not match an id parameter of a served one */
  constructor(
    operations: readonly Operation[],
    eitherSlash: boolean,
    notEmulated: readonly NotEmulatedOperation[] = [],
  ) {
    this.#operations = operations;
    this.#eitherSlash = eitherSlash;
    this.#notEmulated = notEmulated;
  }

  /** Finds the operation of a request; null if none matches, or if the path cannot be decoded. */
  find(method: string, url: string): FoundOperation | 'path_too_long' | null {
    // Built on first use: find-my-way generates code per path, and most servers use one or two services.
    this.#router ??= this.#createRouter();
    const found = this.#router.find(method as HTTPMethod, url);
    if (found === null) return null;
    const operation: Operation | typeof NOT_EMULATED | null = found.store;
    if (operation === null) return 'path_too_long';
    if (operation === NOT_EMULATED) return null;
    const params = found.params as Record<string, string>;
    // find-my-way matches empty segments: `/users/` would be a user with an empty id.
    return Object.values(params).includes('') ? null : { operation, params };
  }

  #createRouter() {
    const router = findMyWay({
      maxParamLength: MAX_PARAM,
      // Distinguishes a parameter that is too long from an unknown path.
      onMaxParamLength: () => undefined,
      querystringParser: () => ({}),
    });
    for (const operation of this.#operations) {
      const url = fastifyPath(operation.path);
      const urls = this.#eitherSlash && url.length > 1 && url.endsWith('/') ? [url, url.slice(0, -1)] : [url];
      // OpenAPI allows only methods that Node knows.
      for (const routePath of urls) router.on(operation.method as HTTPMethod, routePath, () => undefined, operation);
    }
    for (const { method, path } of this.#notEmulated)
      router.on(method as HTTPMethod, fastifyPath(path), () => undefined, NOT_EMULATED);
    return router;
  }
}

const NOT_EMULATED = 'not emulated';

export function fastifyPath(template: string): string {
  return template.replaceAll(/\{([^}]+)\}/g, ':$1');
}
