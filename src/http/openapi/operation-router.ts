import type { IncomingMessage, ServerResponse } from 'node:http';
import findMyWay from 'find-my-way';
import type { Operation } from './operation.ts';

/** Longer parts of a path are refused. */
const LONGEST_PARAM = 16_384;

/** An operation with the parameters of a path. */
export interface FoundOperation {
  readonly operation: Operation;
  readonly params: Record<string, string>;
}

/** The operations of one or more documents by method and path. Servers with the same documents share one. */
export class OperationRouter {
  readonly #router = findMyWay({
    maxParamLength: LONGEST_PARAM,
    onMaxParamLength: () => 'path_too_long',
    onBadUrl: () => null,
    defaultRoute: () => null,
    querystringParser: () => ({}),
  });

  /** @param eitherSlash is a slash at the end of a path optional? */
  add(operation: Operation, eitherSlash: boolean): void {
    const url = operation.path.replaceAll(/\{([^}]+)\}/g, ':$1');
    const urls = eitherSlash && url.endsWith('/') ? [url, url.slice(0, -1)] : [url];
    // The library takes an empty segment for a parameter: `/users/` would be the user without an id.
    const found: findMyWay.Handler<findMyWay.HTTPVersion.V1> = (_request, _response, params) =>
      Object.values(params).includes('') ? null : { operation, params };
    // The type asks for one of Node's methods, and a document has no others.
    for (const one of urls) this.#router.on(operation.method as findMyWay.HTTPMethod, one, found);
  }

  /** @returns null if there is none, or the path cannot be decoded */
  find(request: IncomingMessage): FoundOperation | 'path_too_long' | null {
    // What is called only finds, and answers nothing.
    return this.#router.lookup(request, null as unknown as ServerResponse);
  }
}
