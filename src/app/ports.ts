import type { EffectiveConfig } from '../config/config.ts';
import { formatFlagName, showOption } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { RequestScope, World } from '../contract/world.ts';
import type { Decision } from '../decisions/decision.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import { describeDecision, explain, type Fix, findFixes } from '../explaining/index.ts';
import { reportLeastPrivilege } from '../http/least-privilege.ts';
import { ownHostsOf } from '../http/mount.ts';
import type { Routes } from '../http/routes.ts';
import type { Server } from '../http/server.ts';
import { simulateRequest } from '../http/simulate.ts';
import { simulateOperations } from '../http/simulate-operations.ts';
import { listPrincipalNames } from '../http/simulated-caller.ts';
import type { KnownNames } from '../journal/check.ts';
import { keysOf } from '../objects/members.ts';
import { addBearers } from '../seed/index.ts';
import { streamCast } from '../seed/stream-cast.ts';
import { ALL_REASONS, listVendorHosts, type Ports } from '../services/index.ts';
import { countObjects } from '../worlds/counts.ts';
import { Casts } from './casts.ts';
import { listEvents } from './event-ports.ts';
import type { OpenWorlds } from './open-worlds.ts';
import { createSnapshotPorts } from './snapshot-ports.ts';
import { createTokenPorts } from './token-ports.ts';
import { createTrafficPort } from './traffic-port.ts';
import { createWorldPorts, type WorldPortParts } from './world-ports.ts';

/** The server as seen by the control API. */
export interface ControlledServer extends WorldPortParts {
  readonly server: Server;
  readonly effective: EffectiveConfig;
  readonly openedWorlds: OpenWorlds;
  readonly version: string;
  /** Only called after a request has arrived. */
  readonly routes: () => Routes;
}

/** Creates the parts of the server that the control API uses. */
export function createPorts(controlled: ControlledServer): Ports {
  const { server, services, version, routes } = controlled;
  const casts = new Casts(services);
  const findNames: Ports['findNames'] = (world, name) => listPrincipalNames(server, world, services, name);
  return {
    version,
    listKnownNames: () => listKnownNames(services, routes()),
    statusesOf: (service, operation) => routes().statusesOf(service, operation),
    findAnswerViolation: (service, operation, response) =>
      routes().describeAnswerViolation(service, operation, response),
    readInfo: (world) => describeServer(controlled, world),
    buildCast: async (world, needsBearers = true) => {
      const cast = (await casts.createReader(world))();
      return needsBearers ? addBearers(cast, services, world) : cast;
    },
    streamCast: async (world, needsBearers = true) => {
      const cast = (await casts.createReader(world))();
      return streamCast(cast, needsBearers ? services : [], world);
    },
    checkTraffic: createTrafficPort(routes),
    findNames,
    listOperations: () =>
      routes()
        .operationsOf('control')
        .map(({ method, path, summary }) => ({ method, path, summary })),
    listEvents: (world, from, to, limit) => listEvents(services, world, from, to, limit),
    worlds: createWorldPorts(controlled, casts),
    snapshots: createSnapshotPorts(controlled.openedWorlds),
    tokens: createTokenPorts(services, findNames),
    loginClients: findLoginClients(services),
    findTables: (name) => findRuleset(server, name) ?? null,
    reasons: server.reasons,
    listServiceNames: () => services.map(({ name }) => name),
    describeDecision: (decision) => describeWithFixes(controlled, decision),
    createDecisionDescriber: (world, decisions) => createDecisionDescriber(controlled, world, decisions),
    simulate: (world, caller, request) => simulateRequest(server, world, routes(), services, caller, request),
    reportLeastPrivilege: (world, name) => reportLeastPrivilege(server, world, services, name),
    simulateOperations: (world, caller, service) => simulateOperations(server, world, services, caller, service),
  };
}

/** Returns the functions for login clients, from the only service with logins. */
function findLoginClients(services: readonly ServiceDefinition[]): Ports['loginClients'] {
  const [first] = services.flatMap(({ tokens }) => tokens?.loginClients ?? []);
  if (first === undefined) throw new Error('no service has logins of users');
  return first;
}

function findRuleset({ rulesets }: Server, service: string): Ruleset | undefined {
  return rulesets.find((ruleset) => ruleset.service === service);
}

/** Describes the server: its configuration, services, storage and counts. */
async function describeServer(
  { server, services, version, effective: { config, origins }, openedWorlds }: ControlledServer,
  { store }: World,
): ReturnType<Ports['readInfo']> {
  const { worlds, storage, memory } = openedWorlds;
  const { kind, driver, schema } = storage.info;
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
      kind,
      driver,
      ...(schema !== null && { schema }),
      worlds: worlds.list().length,
      bytes: memory.quota.used,
      most: memory.quota.limit,
    },
    ...server.counts.read(),
    memory: { resident: process.memoryUsage.rss() },
  };
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
async function createDecisionDescriber(
  controlled: ControlledServer,
  world: RequestScope,
  decisions: readonly Decision[],
): ReturnType<Ports['createDecisionDescriber']> {
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

/** Adds the principal that may send the request of a fix. Returns the fix unchanged if it has no request, or if none may. */
function addSender(fix: Fix, findSender: (request: NonNullable<Fix['request']>) => string | null): Fix {
  const { request } = fix;
  const principal = request === undefined ? null : findSender(request);
  if (request === undefined || principal === null) return fix;
  return { ...fix, request: { ...request, as: { principal } } };
}

/** Returns the names that request matchers can use. No document has the operations of hosts, so they are added. */
function listKnownNames(services: readonly ServiceDefinition[], routes: Routes): KnownNames {
  const operations = services.flatMap((service) => {
    const documented = routes.operationsOf(service.name).map(({ id, method, path }) => ({ id, method, path }));
    const hostOperations = ownHostsOf(service).map(({ operation }) => ({ id: operation, method: '*', path: null }));
    return [...documented, ...hostOperations].map((operation) => ({ service: service.name, ...operation }));
  });
  return { operations, reasons: Object.keys(ALL_REASONS) };
}
