import type { Schema } from '../contract/documented.ts';
import type { DecisionHelp, ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { type Caller, type ResourceState, resourceStateOf } from '../decisions/decide.ts';
import type { Principal } from '../decisions/principal.ts';
import { Problem } from '../decisions/problem.ts';
import type { Use } from '../decisions/uses.ts';
import type { LeastRights } from '../explaining/least-rights.ts';
import { own } from '../objects/members.ts';
import { adviseName } from '../text/nearest.ts';
import { showPath } from '../text/redact.ts';
import { describeUse } from './least-privilege.ts';
import { type LocatedOperation, locateOperation, type ServedApi } from './locate.ts';
import type { RequestInWorld } from './request.ts';
import type { Route, Server } from './server.ts';
import { createRequestWithoutOperation, createSimulatedRequest, findCaller } from './simulated-caller.ts';
import { lookUpObject } from './steps/decide.ts';
import { paramsOf } from './steps/select-world.ts';

type Needed = Schema<'control', 'NeededKeys'>;

const MAX_NAME_LENGTH = 100;

/** A request to allow. `body` is undefined if it has none. */
type RequestToAllow = LocatedOperation & { readonly body: unknown };

/**
 * Returns the keys with the smallest rights that allow these requests. Nothing is executed or recorded.
 *
 * @throws Problem with the index of a request whose operation is unknown or ambiguous
 */
export async function findNeededKeys(
  server: Server,
  world: World,
  served: ServedApi,
  requests: readonly Schema<'control', 'RequestToAllow'>[],
): Promise<Needed> {
  const located = requests.map((request, index): RequestToAllow => {
    const pointer = `requests[${index}]`;
    checkService(served, request.service, `${pointer}.service`);
    return { ...locateOperation(server, served, request, pointer), body: request.body };
  });
  const keys: Needed['keys'][number][] = [];
  // All services that accept a credential compute its least rights in the same way.
  for (const leastRights of new Set(served.services.map((service) => service.decisionHelp?.leastRights))) {
    const group = located.filter(
      ({ route: { rule, service } }) => rule !== null && service.decisionHelp?.leastRights === leastRights,
    );
    const [first] = group;
    if (first !== undefined) keys.push(...(await findKeys(server, world, first.route.service, group)));
  }
  const free = located
    .filter(({ route }) => route.rule === null)
    .map(({ route: { service, operation }, method, path }) => {
      return { service: service.name, operation: operation.id, method, path: showPath(path) };
    });
  return { keys, free: distinct(free) };
}

function checkService({ services }: ServedApi, name: string | undefined, field: string): void {
  const names = services.map((service) => service.name);
  if (name === undefined || names.includes(name)) return;
  throw new Problem('invalid_request', `Field \`${field}\` names an unknown service.${adviseName(name, names)}`);
}

/**
 * Returns one key of the first kind that can do everything. If no kind can, each kind gets the uses that no earlier
 * kind can have.
 */
async function findKeys(
  server: Server,
  world: World,
  service: ServiceDefinition,
  requests: readonly RequestToAllow[],
): Promise<Needed['keys']> {
  const surroundings = createRequestWithoutOperation(server, world);
  const { principal } = await createCaller(surroundings, service);
  const uses = await collectUses(server, world, requests);
  const findLeast = async (
    part: Part,
    as: Principal = { ...principal, kind: part.kind },
  ): Promise<readonly KeyWithLeastRights[]> => {
    const rights = await service.decisionHelp?.leastRights?.(surroundings, {
      principal: as,
      caller: null,
      uses: part.uses,
    });
    return rights === undefined ? [] : [{ ...rights, kind: part.kind, uses: part.uses, principal: as }];
  };
  const findLeastOfEach = async (parts: readonly Part[]) =>
    (await Promise.all(parts.map((part) => findLeast(part)))).flat();
  const kinds = service.callers.hypothetical?.kinds ?? [];
  const alone = await findLeastOfEach(kinds.map((kind) => ({ kind, uses })));
  const able = alone.find(({ impossibleUses }) => impossibleUses.length === 0);
  const chooseKind = (use: Use) =>
    (alone.find(({ impossibleUses }) => !impossibleUses.includes(use)) ?? alone[0])?.kind;
  const parts = kinds.map((kind) => ({ kind, uses: uses.filter((use) => chooseKind(use) === kind) }));
  const chosen = able === undefined ? await findLeastOfEach(parts.filter((part) => part.uses.length > 0)) : [able];
  const named = await Promise.all(chosen.map((key) => findLeast(key, withName(key))));
  const findSender = (await service.decisionHelp?.findSenders?.(surroundings)) ?? (() => null);
  return named.flat().map((key) => render(key, findSender));
}

/** Some uses, for a key of one kind. */
interface Part {
  readonly kind: Needed['keys'][number]['kind'];
  readonly uses: readonly Use[];
}

/** The least rights for some uses, and the key with those rights. */
type KeyWithLeastRights = LeastRights & Part & { readonly principal: Principal };

/** Names a new key after its rights. A personal key gets a new user, because roles belong to users. */
function withName({ smallest, principal }: KeyWithLeastRights): Principal {
  const { roles, services } = smallest as { readonly roles?: readonly string[]; readonly services?: readonly string[] };
  const words = ['least', ...(roles ?? services ?? [])].join('-').toLowerCase();
  const name = words.replaceAll(/[^a-z0-9]+/g, '-').slice(0, MAX_NAME_LENGTH);
  return { ...principal, name, ...(principal.kind === 'personal-key' && { user: `${name}@${principal.org}.test` }) };
}

function render(key: KeyWithLeastRights, findSender: FindSender): Needed['keys'][number] {
  const { kind, uses, smallest, impossibleUses, seedEntry, make, principal } = key;
  const [first = null, ...next] = make.map((request) => {
    const sender = findSender(request);
    return { ...request, body: { ...request.body }, ...(sender !== null && { as: { principal: sender } }) };
  });
  return {
    kind,
    services: [...new Set(uses.map(({ accessRequest }) => accessRequest.ruleset.service))],
    smallest: { ...smallest },
    used: uses.map((use) => describeUse(use, principal, key)),
    beyond: [...new Set(impossibleUses.map(({ operation }) => operation))],
    seed: { ...seedEntry },
    make: first,
    ...(next.length > 0 && { next }),
  };
}

type FindSender = Awaited<ReturnType<NonNullable<DecisionHelp['findSenders']>>>;

/** Returns the uses, one per operation and object. */
async function collectUses(server: Server, world: World, requests: readonly RequestToAllow[]): Promise<readonly Use[]> {
  const uses = new Map<string, Use>();
  for (const { route, method, path, params, body } of requests) {
    const { rule, ruleset, operation } = route;
    if (rule === null) continue;
    const request = createSimulatedRequest(server, world, { method, path, route, params: paramsOf(route, params) });
    request.caller = await createCaller(request, route.service);
    const accessRequest = { rule, ruleset };
    const lookedUp = (await findObject(request, accessRequest, body)) ?? objectInPath(accessRequest, request.params);
    const use = { operation: operation.id, accessRequest, lookedUp, example: { method, path: showPath(path) } };
    const key = JSON.stringify([ruleset.service, operation.id, lookedUp]);
    if (!uses.has(key)) uses.set(key, use);
  }
  return [...uses.values()];
}

/**
 * Creates a caller with every role, so that no object is hidden.
 *
 * @throws Problem if the service would refuse any new key
 */
async function createCaller(world: RequestInWorld<Route | null>, service: ServiceDefinition): Promise<Caller> {
  const roles = (await service.callers.hypothetical?.roles(world)) ?? [];
  const caller = await findCaller(world, service, { principal: null, holding: { roles } });
  if (caller !== null && !(caller instanceof Problem)) return caller;
  throw new Problem(
    'invalid_request',
    `${service.title} refuses every new key, because the first organisation of this world has no subscription. Use a seed in which it has one.`,
  );
}

/** Finds the object in this world; null if it does not exist, or if the body does not identify it. */
async function findObject(
  request: RequestInWorld,
  accessRequest: Use['accessRequest'],
  body: unknown,
): Promise<ResourceState | null> {
  const { operation, document } = request.route;
  await document.ready();
  // Look-ups expect a valid body.
  if (body !== undefined && operation.findRequestViolation({ path: request.params, query: {}, body }) === null)
    request.body = body;
  try {
    const found = await lookUpObject(request, accessRequest);
    return found?.found === 'object' ? resourceStateOf(found) : null;
  } catch (thrown) {
    if (thrown instanceof Problem) return null;
    throw thrown;
  }
}

/**
 * Assumes an object of the key's own account with the names in the path: a key that lists objects needs a right to
 * some. Null where resources name no objects.
 */
function objectInPath(
  { rule: { on = [] }, ruleset: { resourceTypes } }: Use['accessRequest'],
  params: Readonly<Record<string, string>>,
): ResourceState | null {
  // Run:ai scopes have no objects, and an access rule cannot be for a scope that does not exist.
  if (on.length === 0 || [...resourceTypes.values()].every(({ objects }) => objects === undefined)) return null;
  const named = on.flatMap((type) => {
    const form = resourceTypes.get(type)?.names ?? '';
    const name = form.replaceAll(/<(\w+)>/g, (_, param: string) => own(params, param) ?? '');
    return name.split('/').every((part) => UUID.test(part)) ? [[type, [name]] as const] : [];
  });
  return { found: 'object', attributes: { relation: 'owned', names: Object.fromEntries(named) } };
}

/** Script variables such as `$FUNCTION_ID` are not ids. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
