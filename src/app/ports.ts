import { createHostMatcher } from '../addresses/hosts.ts';
import type { EffectiveConfig } from '../config/config.ts';
import { formatFlagName, showOption } from '../config/options.ts';
import type { RequestContext } from '../contract/request.ts';
import type { ServiceDefinition, WorldEvent } from '../contract/service.ts';
import type { RequestScope, World } from '../contract/world.ts';
import type { Decision } from '../decisions/decision.ts';
import { Problem } from '../decisions/problem.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import { describeDecision, explain, type Fix, findFixes } from '../explaining/index.ts';
import { decideAgain } from '../http/decide-again.ts';
import { reportLeastPrivilege } from '../http/least-privilege.ts';
import { ownHostsOf } from '../http/mount.ts';
import { findNeededKeys } from '../http/needed-keys.ts';
import type { Operation } from '../http/openapi.ts';
import type { Routes } from '../http/routes.ts';
import type { Server } from '../http/server.ts';
import { simulateRequest } from '../http/simulate.ts';
import { simulateOperations } from '../http/simulate-operations.ts';
import { listPrincipalNames } from '../http/simulated-caller.ts';
import type { KnownNames } from '../journal/check.ts';
import { keysOf } from '../objects/members.ts';
import { addBearers } from '../seed/index.ts';
import { ALL_REASONS, listVendorHosts, MANIFESTS, type Ports } from '../services/index.ts';
import type { Storage } from '../store/storage.ts';
import type { Instant } from '../time/clock.ts';
import { countObjects } from '../worlds/counts.ts';
import { Casts } from './casts.ts';
import { createSnapshotPorts, type SnapshotPortParts } from './snapshot-ports.ts';
import { createTokenPorts } from './token-ports.ts';
import { createTrafficPort } from './traffic-port.ts';
import { createWorldPorts, type WorldPortParts } from './world-ports.ts';
import type { WorldsOfProcess } from './worlds-of-process.ts';

/** The server as seen by the control API. */
export interface ControlledServer extends WorldPortParts, SnapshotPortParts {
  readonly server: Server;
  readonly effective: EffectiveConfig;
  readonly storage: Pick<Storage, 'kind' | 'driver' | 'schema'>;
  readonly processWorlds: WorldsOfProcess;
  /** Only called after a request has arrived. */
  readonly routes: () => Routes;
}

/** Creates the parts of the server that the control API uses. */
export function createPorts(controlled: ControlledServer): Ports {
  const { server, services, version, routes } = controlled;
  const casts = new Casts(services);
  return {
    version,
    listDrills: () => listDrills(services),
    listKnownNames: () => listKnownNames(services, routes()),
    statusesOf: (service, operation) => routes().statusesOf(service, operation),
    findAnswerViolation: (service, operation, response) => routes().describeAnswerFault(service, operation, response),
    membersOf: (operation) => getControlOperation(routes(), operation).bodyNames,
    validateBody: (operation, value) => checkBody(getControlOperation(routes(), operation), value),
    readInfo: (world) => describeServer(controlled, world),
    buildCast: async (world, needsBearers = true) => {
      const cast = (await casts.createReader(world))();
      return needsBearers ? addBearers(cast, services, world) : cast;
    },
    checkTraffic: createTrafficPort(routes),
    findNames: (world, name) => listPrincipalNames(server, world, services, name),
    listCalls: () =>
      routes()
        .operationsOf('control')
        .map(({ method, path, summary }) => ({ method, path, summary })),
    listEvents: (world, from, to, limit) => listEvents(services, world, from, to, limit),
    worlds: createWorldPorts(controlled, casts),
    snapshots: createSnapshotPorts(controlled),
    tokens: createTokenPorts(services),
    loginClients: findLoginClients(services),
    readMetrics: () =>
      server.metrics.read({
        worlds: controlled.processWorlds.worlds.list().length,
        stateBytes: controlled.memory.quota.used,
      }),
    findTables: (name) => findRuleset(server, name) ?? null,
    fidelity: server.fidelity,
    reasons: server.reasons,
    listServices: () => services.map(({ name }) => name),
    describe: (decision) => describeWithFixes(controlled, decision),
    createDescriber: (world, decisions) => createDescriber(controlled, world, decisions),
    simulate: (world, caller, request) => simulateRequest(server, world, routes(), services, caller, request),
    decideAgain: (world, entry, at) => decideAgain(server, world, routes(), entry, at),
    leastPrivilege: (world, name) => reportLeastPrivilege(server, world, services, name),
    leastPrivilegeFor: (world, requests) =>
      findNeededKeys(server, world, { services, routes: routes(), findServicesAt }, requests),
    simulateOperations: (world, caller, service, at) =>
      simulateOperations(server, world, services, caller, service, at),
  };
}

/** Returns the clients of the service that users log in to, which every server has. */
function findLoginClients(services: readonly ServiceDefinition[]): Ports['loginClients'] {
  const [first] = services.flatMap(({ tokens }) => tokens?.loginClients ?? []);
  if (first === undefined) throw new Error('no service has logins of users');
  return first;
}

/** Returns an operation of the control API. */
function getControlOperation(routes: Routes, id: string): Operation {
  // The document has the operation, because the name comes from it.
  return routes.operationsOf('control').find((operation) => operation.id === id) as Operation;
}

/** Returns the value as a valid body of the operation. @throws Problem `invalid_request` with the violation */
function checkBody<Body>(operation: Operation, value: unknown): Body {
  const violation = operation.findRequestFault({ path: {}, query: {}, body: value });
  if (violation !== null) throw new Problem('invalid_request', violation.sentence);
  // The operation's document has just validated it.
  return value as Body;
}

/** Returns the services at a vendor's host. */
function findServicesAt(host: string): readonly string[] {
  return MANIFESTS.flatMap(({ name, hosts }) => (createHostMatcher(hosts)(host) ? name : []));
}

function findRuleset({ rulesets }: Server, service: string): Ruleset | undefined {
  return rulesets.find((ruleset) => ruleset.service === service);
}

/** Describes the server: its configuration, services, storage and counts. */
async function describeServer(
  { services, processWorlds: { worlds }, version, effective: { config, origins }, memory, storage }: ControlledServer,
  { store }: World,
): ReturnType<Ports['readInfo']> {
  // `origins` has exactly one member for each option.
  const names = keysOf(origins);
  return {
    name: 'nv-auth-mock',
    version,
    configuration: Object.fromEntries(
      names.map((name) => [formatFlagName(name), { value: showOption(name, config), origin: origins[name] }]),
    ),
    services: services.map((service) => {
      const { profile, tables } = service.rules.selectRuleset(config);
      const { name, title } = service;
      return { name, title, hosts: listVendorHosts(name), profile, operations: tables.operations.length };
    }),
    counts: await countObjects(store.collections, services),
    store: {
      kind: storage.kind,
      driver: storage.driver,
      ...(storage.schema !== null && { schema: storage.schema }),
      worlds: worlds.list().length,
      bytes: memory.quota.used,
      most: memory.quota.limit,
    },
  };
}

/** Returns the first events in `(from, to]` that happen without a request, earliest first. */
async function listEvents(
  services: readonly ServiceDefinition[],
  world: World,
  from: Instant,
  to: Instant,
  limit: number,
): ReturnType<Ports['listEvents']> {
  const { store } = world;
  const serviceEvents = await Promise.all(
    // One more than asked for, to see whether there are more.
    services.map((service) => service.state.events?.(store, from, to, limit + 1) ?? []),
  );
  const unordered = [...serviceEvents.flat(), ...listDrillEnds(world, from, to), ...listTokenExpiries(world, from, to)];
  const events = unordered.sort((a, b) => a.at - b.at);
  return { events: events.slice(0, limit), more: events.length > limit };
}

/** Describes a decision for users, with its explanation and fixes. */
function describeWithFixes({ server, services }: ControlledServer, decision: Decision) {
  // A decision always comes from a ruleset.
  const { tables } = findRuleset(server, decision.service) as Ruleset;
  const service = services.find(({ name }) => name === decision.service);
  const fixes = findFixes(decision, tables, service?.decisionHelp?.findFixes);
  return describeDecision(decision, { fixes, explanation: explain(decision, ALL_REASONS) });
}

/** Returns a function that describes these decisions, with the principals that may send the requests of fixes. */
async function createDescriber(
  controlled: ControlledServer,
  world: RequestScope,
  decisions: readonly Decision[],
): ReturnType<Ports['createDescriber']> {
  const refusingServices = new Set(decisions.flatMap(({ effect, service }) => (effect === 'deny' ? [service] : [])));
  const pending = controlled.services
    .filter(({ name }) => refusingServices.has(name))
    .map(async (service) => [service.name, await service.decisionHelp?.findSenders?.(world)] as const);
  const senderFinders = new Map(await Promise.all(pending));
  return (decision) => {
    const description = describeWithFixes(controlled, decision);
    const findSender = senderFinders.get(decision.service);
    if (findSender === undefined) return description;
    return { ...description, fixes: description.fixes.map((fix) => addSender(fix, findSender)) };
  };
}

/** Adds the principal that may send the request of a fix, if there are both. */
function addSender(fix: Fix, findSender: (request: NonNullable<Fix['request']>) => string | null): Fix {
  const { request } = fix;
  const principal = request === undefined ? null : findSender(request);
  if (request === undefined || principal === null) return fix;
  return { ...fix, request: { ...request, as: { principal } } };
}

/** Returns the drills of all services. */
function listDrills(services: readonly ServiceDefinition[]): ReturnType<Ports['listDrills']> {
  return services.flatMap((service) =>
    (service.drills ?? []).map((drill) => ({
      service: service.name,
      drill,
      find: async (context: RequestContext, name: string) =>
        (await service.callers.impersonate?.(context, name, context.now)) ?? null,
    })),
  );
}

/** Returns the drills that end by themselves in `(from, to]`. */
function listDrillEnds({ faults }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  const ends = new Map<string, Instant>();
  for (const { drill, until } of faults.list()) {
    if (drill !== null && until !== null && until > from && until <= to) ends.set(drill, until);
  }
  return [...ends].map(([drill, at]) => ({ at, kind: 'drill.ended', drill }));
}

/** Returns the access tokens that expire in `(from, to]`, only the newest of each principal. */
function listTokenExpiries({ activityLog: { journal } }: World, from: Instant, to: Instant): readonly WorldEvent[] {
  return [...journal.listTokenExpiries()]
    .filter(([, at]) => at > from && at <= to)
    .map(([subject, at]) => ({ at, kind: 'access-token.expired', subject }));
}

/** Returns the names that request matchers can use. No document has the operations of hosts. */
function listKnownNames(services: readonly ServiceDefinition[], routes: Routes): KnownNames {
  const operations = services.flatMap((service) => {
    const documented = routes.operationsOf(service.name).map(({ id, method, path }) => ({ id, method, path }));
    const ofHosts = ownHostsOf(service).map(({ operation }) => ({ id: operation, method: '*', path: null }));
    return [...documented, ...ofHosts].map((operation) => ({ service: service.name, ...operation }));
  });
  return { operations, reasons: Object.keys(ALL_REASONS) };
}
