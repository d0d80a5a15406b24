import type { Route } from './passage.ts';

/** A route with what its path says. */
export interface Match {
  readonly route: Route;
  readonly params: Record<string, string>;
}

/** Finds routes by path outside the router: for requests that failed in it, and for such as were only thought of. */
export class Routes {
  readonly #routes: readonly Route[];
  #patterns: readonly { readonly pattern: RegExp; readonly route: Route }[] | undefined;

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
  }

  /** The methods that a path has. */
  methodsOf(path: string): string[] {
    const methods = this.#matching(path).map(({ route }) => route.operation.method);
    return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].sort();
  }

  /** A path without variables is preferred, as the router does. @throws URIError for a path that cannot be decoded */
  find(method: string, path: string): Match | null {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const found = this.#matching(path).filter(({ route }) => route.operation.method === wanted);
    const [best] = found.sort((one, other) => variables(one.route) - variables(other.route));
    if (best === undefined) return null;
    const groups = best.pattern.exec(path)?.groups ?? {};
    const params = Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { route: best.route, params: Object.fromEntries(params) };
  }

  /** Asked for rarely, so the patterns are made at the first time. */
  #matching(path: string) {
    this.#patterns ??= this.#routes.map((route) => ({ pattern: pathPattern(route.operation.path), route }));
    return this.#patterns.filter(({ pattern }) => pattern.test(path));
  }
}

function variables({ operation }: Route): number {
  return operation.path.split('{').length;
}

function pathPattern(template: string): RegExp {
  const escaped = template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{([^}]+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${escaped}$`);
}
