import type { ServiceDefinition } from '../contract/service.ts';
import { Problem } from '../decisions/problem.ts';
import { quote } from '../explaining/index.ts';
import { showPath } from '../text/redact.ts';
import { removeWorldPrefix } from './request-address.ts';
import type { Match, Routes } from './routes.ts';
import type { Server } from './server.ts';
import { assertNotControlApi, findMatch, isDecodable } from './simulate.ts';
import { pathOf } from './transport/arrival.ts';

/** The parts of a server that know its operations. */
export interface ServedApi {
  readonly services: readonly ServiceDefinition[];
  readonly routes: Routes;
  /** Returns the names of the services at a vendor's host; none for other hosts. */
  readonly findServicesAt: (host: string) => readonly string[];
}

/** A request that a client sends to the mock or the vendor. */
interface SentRequest {
  readonly method: string;
  readonly url?: string;
  readonly path?: string;
  readonly service?: string;
}

/** The operation of a request, with the request's method and its path on this server. */
export interface LocatedOperation extends Match {
  readonly method: string;
  readonly path: string;
}

/**
 * Finds the operation of a request. Its host may serve a service's paths without their prefix. At other hosts, such as
 * a proxy, only the path counts.
 *
 * @param pointer the field with the request, for messages
 * @throws Problem if no operation matches, or operations of several services do
 */
export function locateOperation(
  server: Server,
  served: ServedApi,
  request: SentRequest,
  pointer: string,
): LocatedOperation {
  const { method, service } = request;
  const { host, path, field } = parseTarget(request, pointer);
  const matches = isDecodable(path) ? findMatches(served, method, host, path, service) : [];
  const servicesAtHost = served.findServicesAt(host);
  const matchesAtHost = matches.filter(({ route }) => servicesAtHost.includes(route.service.name));
  const [match, ambiguousMatch] = matchesAtHost.length === 1 ? matchesAtHost : matches;
  if (ambiguousMatch !== undefined) {
    const services = quote(matches.map(({ route }) => route.service.name));
    const line = `${method} ${showPath(path)}`;
    const message = `Field \`${pointer}\`: \`${line}\` belongs to several services: ${services}. Add \`"service"\`.`;
    throw new Problem('invalid_request', message);
  }
  if (match !== undefined) {
    assertNotControlApi(server, match.route, field);
    return { ...match, method };
  }
  // Without a service, this throws: the path has no operation. Otherwise another service has it.
  const { route } = findMatch(served.routes, method, path, { method: `${pointer}.method`, path: field });
  const message = `Field \`${pointer}.service\`: \`${method} ${showPath(path)}\` belongs to \`${route.service.name}\`, not to \`${service}\`.`;
  throw new Problem('invalid_request', message);
}

/** Returns the host (empty for a path), the path without a world's prefix, and the name of the field with both. */
function parseTarget({ url, path }: SentRequest, pointer: string) {
  if ((url === undefined) === (path === undefined)) {
    throw new Problem('invalid_request', `Field \`${pointer}\` must have either \`url\` or \`path\`.`);
  }
  if (path !== undefined) return { host: '', path: removeWorldPrefix(pathOf(path)), field: `${pointer}.path` };
  const field = `${pointer}.url`;
  if (url === undefined || !URL.canParse(url)) {
    throw new Problem(
      'invalid_request',
      `Field \`${field}\` is not a URL. Expected a URL such as \`https://host/path\`.`,
    );
  }
  const { hostname: host, pathname } = new URL(url);
  return { host, path: removeWorldPrefix(pathname), field };
}

/** Returns the operations that match, each with its path on this server. Several matches belong to several services. */
function findMatches(
  { services, routes }: ServedApi,
  method: string,
  host: string,
  path: string,
  service: string | undefined,
): readonly (Match & { readonly path: string })[] {
  const ofHost = routes.findAtHost(host);
  if (ofHost !== null && (service ?? ofHost.route.service.name) === ofHost.route.service.name) {
    return [{ ...ofHost, path }];
  }
  const prefixes = services.flatMap(({ hosts = [] }) =>
    hosts.flatMap((candidate) => ('prefix' in candidate && candidate.pattern.test(host) ? candidate.prefix : [])),
  );
  for (const prefix of [...prefixes, '']) {
    const match = routes.find(method, prefix + path, service);
    if (match !== null) return [{ ...match, path: prefix + path }];
  }
  return routes
    .findWithoutPrefix(method, path)
    .filter(({ route }) => service === undefined || route.service.name === service);
}
