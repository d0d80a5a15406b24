import type { NotEmulatedOperation } from '../contract/sections.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { ServedPath } from '../decisions/explaining/hints/refused-request.ts';
import type { Outcome } from '../decisions/responses/outcome.ts';
import { fits, readVariables, segmentsOf } from '../lib/path-template.ts';
import { mediaTypeOf } from './headers.ts';
import type { Operation, OtherOperation } from './openapi.ts';
import type { ServedHost } from './request-address.ts';
import type { Route } from './server.ts';

export interface Match {
  readonly route: Route;
  readonly params: Record<string, string>;
}

/** Finds routes by path without the router, for requests that the router refused and for simulated requests. */
export class Routes {
  readonly #routes: readonly Route[];
  /** The results of `listServed`, by its parameter. */
  readonly #served = new Map<boolean, readonly ServedPath[]>();
  readonly #otherVersions: readonly OtherOperation[];
  readonly #notEmulated: readonly NotEmulatedOperation[];

  constructor(
    routes: readonly Route[],
    otherVersions: readonly OtherOperation[] = [],
    notEmulated: readonly NotEmulatedOperation[] = [],
  ) {
    this.#routes = routes;
    this.#otherVersions = otherVersions;
    this.#notEmulated = notEmulated;
  }

  routesByOperation(service: string): ReadonlyMap<Operation, Route> {
    const routes = this.#routes.filter((route) => route.service.name === service);
    return new Map(routes.map((route) => [route.operation, route]));
  }

  operationsOf(service: string): readonly Operation[] {
    return this.#routes.filter((route) => route.service.name === service).map(({ operation }) => operation);
  }

  async statusesOf(service: string, operation: string): Promise<readonly number[]> {
    return (await this.#ready(service, operation))?.operation.vendorStatuses() ?? [];
  }

  async describeAnswerViolation(service: string, operation: string, answer: Outcome): Promise<string | null> {
    const route = await this.#ready(service, operation);
    if (route === undefined) return null;
    const { status, body } = answer;
    const fault = route.operation.describeAnswerViolation(
      status,
      body === undefined ? null : mediaTypeOf(answer),
      body,
    );
    return fault === null ? null : `${operation} ${status}: ${fault}`;
  }

  findInOtherVersions(method: string, path: string): OtherOperation | null {
    return findOtherVersion(this.#otherVersions, method, path);
  }

  /** Finds the vendor's operation, if the mock does not emulate it. Prefers the path with the fewest variables. */
  findNotEmulated(method: string, path: string): NotEmulatedOperation | null {
    const segments = path.split('/');
    const normalized = requestedMethod(method);
    const [best] = this.#notEmulated
      .filter((operation) => operation.method === normalized && fits(operation.path.split('/'), segments))
      .sort((a, b) => countVariables(a) - countVariables(b));
    return best ?? null;
  }

  methodsOf(path: string): string[] {
    const methods = this.#matching(path).map(({ operation }) => operation.method);
    return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].sort();
  }

  /** Prefers the path with the fewest variables, like the router. @throws URIError if it cannot be decoded */
  find(method: string, path: string): Match | null {
    const normalized = requestedMethod(method);
    const matches = this.#matching(path).filter(({ operation }) => operation.method === normalized);
    const [route] = matches.sort((a, b) => countVariables(a.operation) - countVariables(b.operation));
    if (route === undefined) return null;
    // A variable must not match what is a word in the vendor's path, such as `/users/me` for `/users/{id}`.
    const notEmulated = this.findNotEmulated(method, path);
    if (notEmulated !== null && countVariables(notEmulated) < countVariables(route.operation)) return null;
    const params = readVariables(route.operation.path, path).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { route, params: Object.fromEntries(params) };
  }

  /** Lists the operations of the control API, or of all other services, for hints about similar paths. */
  listServed(isControlApi: boolean): readonly ServedPath[] {
    const cached = this.#served.get(isControlApi);
    if (cached !== undefined) return cached;
    const served = this.#routes
      .filter(({ service, operation }) => (service.isControlApi === true) === isControlApi && hasWords(operation))
      .map(({ operation: { method, path }, service }) => {
        const atHost = findHostOfPath(service, path);
        return { method, path, segments: segmentsOf(path), ...(atHost !== null && { atHost }) };
      });
    this.#served.set(isControlApi, served);
    return served;
  }

  listAtHost({ services, prefix }: ServedHost): readonly ServedPath[] {
    return this.#routes
      .filter(({ service, operation }) => services?.includes(service.name) !== false && hasWords(operation))
      .flatMap(({ operation }) => {
        const path = removePrefix(operation.path, prefix);
        return path === null ? [] : [{ method: operation.method, path, segments: segmentsOf(path) }];
      });
  }

  /** Finds the vendor's host that has a path; prefers the method. The path may have the prefix that the mock adds. */
  findAtHosts(hosts: readonly ServedHost[], method: string, path: string) {
    const segments = path.split('/');
    const found = hosts.flatMap(({ name, services, prefix }) =>
      this.#routes.flatMap(({ service, operation }) => {
        if (service.name !== services?.[0] || !hasWords(operation)) return [];
        const short = removePrefix(operation.path, prefix);
        const isHere =
          short !== null && [short, operation.path].some((known) => fits(known.split('/'), segments, true));
        return isHere ? [{ host: name, method: operation.method, path: short, fullPath: operation.path }] : [];
      }),
    );
    return found.find((operation) => operation.method === requestedMethod(method)) ?? found[0] ?? null;
  }

  async #ready(service: string, operation: string): Promise<Route | undefined> {
    const route = this.#routes.find(
      (candidate) => candidate.service.name === service && candidate.operation.id === operation,
    );
    await route?.document.ready();
    return route;
  }

  #matching(path: string): readonly Route[] {
    const segments = path.split('/');
    return this.#routes.filter(({ operation, service }) =>
      fits(operation.path.split('/'), segments, service.conventions?.optionalTrailingSlash === true),
    );
  }
}

export function findOtherVersion(
  otherVersions: readonly OtherOperation[],
  method: string,
  path: string,
): OtherOperation | null {
  const segments = path.split('/');
  return (
    otherVersions.find((operation) => operation.method === method && fits(operation.path.split('/'), segments, true)) ??
    null
  );
}

function requestedMethod(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}

function countVariables({ path }: { readonly path: string }): number {
  return path.split('{').length - 1;
}

/** Excludes paths with more parameters than words, which are similar to any path. */
function hasWords({ path, pathParams }: Pick<Operation, 'path' | 'pathParams'>): boolean {
  return 2 * pathParams.length <= segmentsOf(path).length;
}

function removePrefix(path: string, prefix: string): string | null {
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : null;
}

function findHostOfPath({ hosts = [] }: ServiceDefinition, path: string): NonNullable<ServedPath['atHost']> | null {
  for (const host of hosts) {
    if (!('prefix' in host) || host.prefix === '' || !path.startsWith(`${host.prefix}/`)) continue;
    return { host: host.example, path: path.slice(host.prefix.length) };
  }
  return null;
}
