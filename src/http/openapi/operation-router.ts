import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Operation } from './operation.ts';

/** Longer parts of a path are refused. */
const LONGEST_PARAM = 16_384;

/** An operation with the parameters of a path. */
export interface FoundOperation {
  readonly operation: Operation;
  readonly params: Record<string, string>;
}

/** The operations of a document by method and path. Servers with the same document share one. */
export class OperationRouter {
  readonly #router = findMyWay({
    maxParamLength: LONGEST_PARAM,
    // Tells a path with a longer part from an unknown one.
    onMaxParamLength: () => undefined,
    querystringParser: () => ({}),
  });

  /** @param eitherSlash is a slash at the end of a path optional? */
  add(operation: Operation, eitherSlash: boolean): void {
    const url = fastifyPath(operation.path);
    const urls = eitherSlash && url.endsWith('/') ? [url, url.slice(0, -1)] : [url];
    // The type asks for one of Node's methods, and a document has no others.
    for (const one of urls) this.#router.on(operation.method as HTTPMethod, one, () => undefined, operation);
  }

  /** @returns null if there is none, or the path cannot be decoded */
  find(method: string, url: string): FoundOperation | 'path_too_long' | null {
    const found = this.#router.find(method as HTTPMethod, url);
    if (found === null) return null;
    const operation: Operation | null = found.store;
    if (operation === null) return 'path_too_long';
    const params = found.params as Record<string, string>;
    // The library takes an empty segment for a parameter: `/users/` would be the user without an id.
    return Object.values(params).includes('') ? null : { operation, params };
  }
}

/** A path template of OpenAPI, as Fastify and its router write it. */
export function fastifyPath(template: string): string {
  return template.replaceAll(/\{([^}]+)\}/g, ':$1');
}
