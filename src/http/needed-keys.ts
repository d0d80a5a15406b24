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
import { type Located, locate, type Served } from './locate.ts';
import type { RequestInWorld } from './request.ts';
import type { Route, Server } from './server.ts';
import { findCaller, imagine, imagineAny } from './simulated-caller.ts';
import { lookUp } from './steps/decide.ts';
import { paramsOf } from './steps/select-world.ts';

type Needed = Schema<'control', 'NeededKeys'>;

const MAX_NAME = 100;

/** A request to allow. `body` is undefined if it has none. */
type Asked = Located & { readonly body: unknown };

/**
 * Returns the keys with the smallest rights that allow these requests. Nothing is executed or recorded.
 *
 * @throws Problem with the index of a request whose operation is unknown or ambiguous
 */
export async function neededKeys(
  server: Server,
  world: World,
  served: Served,
  requests: readonly Schema<'control', 'RequestToAllow'>[],
): Promise<Needed> {
  const asked = requests.map((request, index): Asked => {
    const place = `requests[${index}]`;
    checkService(served, request.service, `${place}.service`);
    return { ...locate(server, served, request, place), body: request.body };
  });
  const keys: Needed['keys'][number][] = [];
  // All services that accept a credential compute its least rights in the same way.
  for (const leastRights of new Set(served.services.map((service) => service.explaining?.leastRights))) {
    const group = asked.filter(
      ({ route: { rule, service } }) => rule !== null && service.explaining?.leastRights === leastRights,
    );
    const [first] = group;
    if (first !== undefined) keys.push(...(await keysFor(server, world, first.route.service, group)));
  }
  const free = asked
    .filter(({ route }) => route.rule === null)
    .map(({ route: { service, operation }, method, path }) => {
      return { service: service.name, operation: operation.id, method, path: showPath(path) };
    });
  return { keys, free: distinct(free) };
}

function checkService({ services }: Served, name: string | undefined, field: string): void {
  const known = services.map((service) => service.name);
  if (name === undefined || known.includes(name)) return;
  throw new Problem('invalid_request', `Field \`${field}\` names an unknown service.${adviseName(name, known)}`);
}

/**
 * Returns one key of the first kind that can do everything. If no kind can, each kind gets the uses that no earlier
 * kind can have.
 */
async function keysFor(
  server: Server,
  world: World,
  service: ServiceDefinition,
  asked: readonly Asked[],
): Promise<Needed['keys']> {
  const surroundings = imagineAny(server, world);
  const { principal } = await newCaller(surroundings, service);
  const uses = await usesOf(server, world, asked);
  const leastOf = async (part: Part, as: Principal = { ...principal, kind: part.kind }): Promise<readonly Found[]> => {
    const found = await service.explaining?.leastRights?.(surroundings, {
      principal: as,
      caller: null,
      uses: part.uses,
    });
    return found === undefined ? [] : [{ ...found, kind: part.kind, uses: part.uses, principal: as }];
  };
  const leastOfEach = async (parts: readonly Part[]) => (await Promise.all(parts.map((part) => leastOf(part)))).flat();
  const kinds = service.callers.holding?.kinds ?? [];
  const alone = await leastOfEach(kinds.map((kind) => ({ kind, uses })));
  const able = alone.find(({ beyond }) => beyond.length === 0);
  const kindOf = (use: Use) => (alone.find(({ beyond }) => !beyond.includes(use)) ?? alone[0])?.kind;
  const parts = kinds.map((kind) => ({ kind, uses: uses.filter((use) => kindOf(use) === kind) }));
  const chosen = able === undefined ? await leastOfEach(parts.filter((part) => part.uses.length > 0)) : [able];
  const named = await Promise.all(chosen.map((found) => leastOf(found, withName(found))));
  const senderOf = (await service.explaining?.findSenders?.(surroundings)) ?? (() => null);
  return named.flat().map((found) => render(found, senderOf));
}

/** Some uses, for a key of one kind. */
interface Part {
  readonly kind: Needed['keys'][number]['kind'];
  readonly uses: readonly Use[];
}

/** The least rights for some uses, and the key with those rights. */
type Found = LeastRights & Part & { readonly principal: Principal };

/** Names a new key after its rights. A personal key gets a new user, because roles belong to users. */
function withName({ smallest, principal }: Found): Principal {
  const { roles, services } = smallest as { readonly roles?: readonly string[]; readonly services?: readonly string[] };
  const words = ['least', ...(roles ?? services ?? [])].join('-').toLowerCase();
  const name = words.replaceAll(/[^a-z0-9]+/g, '-').slice(0, MAX_NAME);
  return { ...principal, name, ...(principal.kind === 'personal-key' && { user: `${name}@${principal.org}.test` }) };
}

function render(found: Found, senderOf: SenderOf): Needed['keys'][number] {
  const { kind, uses, smallest, beyond, seed, make, principal } = found;
  const [first = null, ...next] = make.map((request) => {
    const sender = senderOf(request);
    return { ...request, body: { ...request.body }, ...(sender !== null && { as: { principal: sender } }) };
  });
  return {
    kind,
    services: [...new Set(uses.map(({ accessRequest }) => accessRequest.ruleset.service))],
    smallest: { ...smallest },
    used: uses.map((use) => describeUse(use, principal, found)),
    beyond: [...new Set(beyond.map(({ operation }) => operation))],
    seed: { ...seed },
    make: first,
    ...(next.length > 0 && { next }),
  };
}

type SenderOf = Awaited<ReturnType<NonNullable<DecisionHelp['findSenders']>>>;

/** Returns the uses, one per operation and object. */
async function usesOf(server: Server, world: World, asked: readonly Asked[]): Promise<readonly Use[]> {
  const uses = new Map<string, Use>();
  for (const { route, method, path, params, body } of asked) {
    const { rule, ruleset, operation } = route;
    if (rule === null) continue;
    const request = imagine(server, world, { method, path, route, params: paramsOf(route, params) });
    request.caller = await newCaller(request, route.service);
    const accessRequest = { rule, ruleset };
    const lookedUp = (await objectOf(request, accessRequest, body)) ?? objectInPath(accessRequest, request.params);
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
async function newCaller(world: RequestInWorld<Route | null>, service: ServiceDefinition): Promise<Caller> {
  const roles = (await service.callers.holding?.roles(world)) ?? [];
  const caller = await findCaller(world, service, { principal: null, holding: { roles } });
  if (caller !== null && !(caller instanceof Problem)) return caller;
  throw new Problem(
    'invalid_request',
    `${service.title} refuses every new key, because the first organisation of this world has no subscription. Use a seed in which it has one.`,
  );
}

/** Finds the object in this world; null if it does not exist, or if the body does not identify it. */
async function objectOf(
  request: RequestInWorld,
  accessRequest: Use['accessRequest'],
  body: unknown,
): Promise<ResourceState | null> {
  const { operation, document } = request.route;
  await document.ready();
  // Look-ups expect a valid body.
  if (body !== undefined && operation.requestFault({ path: request.params, query: {}, body }) === null)
    request.body = body;
  try {
    const found = await lookUp(request, accessRequest);
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

function distinct<Thing>(things: readonly Thing[]): Thing[] {
  return [...new Map(things.map((thing) => [JSON.stringify(thing), thing])).values()];
}
