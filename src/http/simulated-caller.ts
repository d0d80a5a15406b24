import type { IncomingMessage } from 'node:http';
import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { type Caller, serviceOfKey } from '../decisions/decide.ts';
import type { HypotheticalRights } from '../decisions/policy.ts';
import { namesOf } from '../decisions/principal.ts';
import { invalidRequest, Problem, type ProblemKind } from '../decisions/problem.ts';
import { listNames, suggestName } from '../lib/nearest.ts';
import { redact } from '../lib/redact.ts';
import { type RoutedRequest, WorldRequest } from './request.ts';
import type { Route, Server } from './server.ts';

/** At least one member is set. */
export interface SimulatedCaller {
  /** An id, name, client id or e-mail address. */
  readonly principal: string | null;
  /** Rights that replace the principal's own. */
  readonly held: HypotheticalRights | null;
}

const CREDENTIAL_REFUSALS: ReadonlySet<ProblemKind> = new Set(['unauthenticated', 'payment_required']);

type AnyRequest = WorldRequest<Route | null>;

const NO_ORIGINS = { origin: '', openOrigin: '', namesWorld: false } as const;

export function createSimulatedRequest<OfRoute extends Route | null>(
  server: Server,
  world: World,
  method: string,
  path: string,
  { route, params }: Pick<RoutedRequest<OfRoute>, 'route' | 'params'>,
): WorldRequest<OfRoute> {
  // The steps read nothing else of a simulated request. HTTP 1.0 allows requests without a `Host` header.
  const raw = { httpVersion: '1.0', method, url: path, rawHeaders: [], headers: {} } as unknown as IncomingMessage;
  const request = { raw, route, params, query: {}, calledUrl: '', startedAt: 0 };
  const entered = { fault: null, origins: NO_ORIGINS, received: null, isSimulated: true };
  return new WorldRequest(server, world, request, entered);
}

export function createRequestWithoutOperation(server: Server, world: World): WorldRequest<null> {
  return createSimulatedRequest(server, world, 'GET', '/', { route: null, params: {} });
}

/** Returns the caller, or why the credential is refused; null if the service does not know the principal. */
export async function findCaller(
  request: AnyRequest,
  service: ServiceDefinition,
  { principal, held }: SimulatedCaller,
): Promise<Caller | Problem | null> {
  try {
    const { impersonate, hypothetical } = service.callers;
    const found = principal === null ? null : ((await impersonate?.(request, principal, request.now)) ?? null);
    const isUnknown = principal !== null && found === null;
    if (held === null || isUnknown) return found;
    return (await hypothetical?.caller(request, held, found)) ?? null;
  } catch (thrown) {
    if (thrown instanceof Problem && CREDENTIAL_REFUSALS.has(thrown.kind)) return thrown;
    throw thrown;
  }
}

export async function* findCallers(request: AnyRequest, principal: string) {
  for (const service of request.server.services) {
    const caller = await findCaller(request, service, { principal, held: null });
    if (caller !== null) yield { service, caller };
  }
}

/** Returns all names of the principals that any service finds by this name. */
export async function listPrincipalNames(server: Server, world: World, principal: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { caller } of findCallers(createRequestWithoutOperation(server, world), principal)) {
    const found = caller instanceof Problem ? [principal] : namesOf(caller.principal);
    for (const name of found) names.add(name);
  }
  return [...names];
}

/** Returns whether the service knows these rights. One known role is enough. */
export async function knowsRights(
  request: AnyRequest,
  service: ServiceDefinition,
  held: HypotheticalRights,
): Promise<boolean> {
  if ('policy' in held) return serviceOfKey(service.rules.selectRuleset(request.settings), 'service-key') !== null;
  const roles = (await service.callers.hypothetical?.roles(request)) ?? [];
  return held.roles.length === 0 || held.roles.some((role) => roles.includes(role));
}

/** @param serviceName the service whose roles a message lists; null for all @throws Problem with the nearest role */
export async function assertRolesExist(
  request: AnyRequest,
  { held }: SimulatedCaller,
  serviceName: string | null,
): Promise<void> {
  if (held === null || 'policy' in held) return;
  const listRoles = async (selected: readonly ServiceDefinition[]) =>
    (await Promise.all(selected.map((service) => service.callers.hypothetical?.roles(request) ?? []))).flat();
  const { services } = request.server;
  const known = await listRoles(services);
  const unknown = held.roles.find((role) => !known.includes(role));
  if (unknown === undefined) return;
  const rolesOfService = await listRoles(services.filter(({ name }) => name === serviceName));
  const listed =
    rolesOfService.length === 0
      ? `Expected one of ${listNames(unknown, known)}`
      : `The roles of \`${serviceName}\` are ${listNames(unknown, rolesOfService)}`;
  const message = `Field \`held.roles\` has the unknown role \`${redact(unknown).slice(0, 100)}\`.`;
  throw invalidRequest(`${message}${suggestName(unknown, known)} ${listed}.`);
}
