import type { Effective } from '../config/config.ts';
import { type Config, flagName, shownValue } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { Decision } from '../core/decision.ts';
import { describeDecision, explain, type Fix, findFixes } from '../core/explaining/index.ts';
import type { Law } from '../core/law.ts';
import { Problem } from '../core/problem.ts';
import type { Quota } from '../core/quota.ts';
import { Unusable } from '../core/unusable.ts';
import { derivationOf } from '../credentials/derivation.ts';
import type { Server } from '../http/in-flight.ts';
import { leastPrivilege } from '../http/least-privilege.ts';
import type { Routes } from '../http/routes.ts';
import { simulate } from '../http/simulate.ts';
import { simulateOperations } from '../http/simulate-operations.ts';
import { namesFound } from '../http/simulated-caller.ts';
import { deriveKeyText } from '../kits/ngc/key-text.ts';
import type { Random } from '../machine/random.ts';
import { castOf, seedOfValue } from '../seed/index.ts';
import { ALL_REASONS, type Ports } from '../services/index.ts';
import { dataFileOf, type Place } from '../store/open.ts';
import type { FrozenRows } from '../store/world-rows.ts';
import type { WorldOrigin } from '../worlds/copies.ts';
import { countsIn } from '../worlds/counts.ts';
import { infoOf, type MadeWorld, type WorldEntry, type Worlds } from '../worlds/registry.ts';
import type { Snapshot, Snapshots } from '../worlds/snapshots.ts';
import { drillsOf, endsOfDrills } from './drills.ts';
import { knownOf } from './known.ts';
import { tokenPorts } from './token-ports.ts';

/** The server, as the switchboard controls it. */
export interface Driven {
  readonly server: Server;
  /** All services but the switchboard. */
  readonly services: readonly ServiceDefinition[];
  readonly worlds: Worlds;
  readonly snapshots: Snapshots;
  readonly random: Random;
  readonly version: string;
  readonly effective: Effective;
  /** What the objects of all worlds may take. */
  readonly state: Quota;
  readonly place: Pick<Place, 'kind' | 'driver'>;
  /** Called only after a request has arrived. */
  readonly routes: () => Routes;
}

/** What the switchboard needs from the rest of the server. */
export function portsOf(driven: Driven): Ports {
  const { server, services, worlds, snapshots, random, version, effective, state, place, routes } = driven;
  const { config, origins } = effective;
  const lawOfService = (name: string) => server.laws.find(({ service }) => service === name);
  // `origins` has a member for each option, and no other.
  const names = Object.keys(origins) as (keyof Config)[];
  const originOf = async ({ seed, from }: Parameters<Ports['worlds']['make']>[0]): Promise<WorldOrigin> => {
    if (from === undefined) {
      if (seed === undefined) return { kind: 'seed', seed: worlds.entry('default').seed };
      return { kind: 'seed', seed: await readSeed(() => seedOfValue(seed, services, random)) };
    }
    if (seed !== undefined) {
      throw new Problem(
        'invalid_request',
        'Fields `from` and `seed` are both given; a copy has the seed of what it is copied from.',
      );
    }
    if ('snapshot' in from) {
      const { rows, world, ...made } = await snapshots.find(from.snapshot);
      return { kind: 'copy', rows, seed: made.seed, credentials: made.credentials, of: world };
    }
    const { world, seed: ofWorld, credentials } = await worlds.opened(from.world);
    return { kind: 'copy', rows: await world.store.freeze(), seed: ofWorld, credentials, of: world.id };
  };
  const serviceOf = (decision: Decision) => services.find(({ name }) => name === decision.service);
  const describe = (decision: Decision) => {
    // A decision is made under a law, so its service has one.
    const { tables } = lawOfService(decision.service) as Law;
    const fixes = findFixes(decision, tables, serviceOf(decision)?.findFixes);
    return describeDecision(decision, { fixes, explanation: explain(decision, ALL_REASONS) });
  };
  return {
    version,
    drills: () => drillsOf(services),
    known: () => knownOf(services, routes()),
    statusesOf: (service, operation) => routes().statusesOf(service, operation),
    info: async ({ store }) => ({
      name: 'nv-auth-mock',
      version,
      configuration: Object.fromEntries(
        names.map((name) => [flagName(name), { value: shownValue(name, config), origin: origins[name] }]),
      ),
      services: services.map((service) => {
        const { profile, tables } = service.law(config);
        return { name: service.name, title: service.title, profile, operations: tables.operations.length };
      }),
      counts: await countsIn(store.collections, services),
      store: {
        kind: place.kind,
        driver: place.driver,
        worlds: worlds.list().length,
        bytes: state.used,
        most: state.bytes,
      },
    }),
    cast: async (world) => castOf(await world.seed(), services),
    namesFound: (world, name) => namesFound(server, world, services, name),
    calls: () =>
      routes()
        .operationsOf('control')
        .map(({ method, path, summary }) => ({ method, path, summary })),
    events: async (world, from, to, limit) => {
      const { store } = world;
      const found = await Promise.all(services.map((service) => service.events?.(store, from, to, limit + 1) ?? []));
      const events = [...found.flat(), ...endsOfDrills(world, from, to)].sort((one, other) => one.at - other.at);
      return { events: events.slice(0, limit), more: events.length > limit };
    },
    worlds: {
      make: async (order) => {
        const { id, credentials, ttl } = order;
        const made = await worlds.create({ id, credentials, ttl, origin: await originOf(order) });
        const isCopy = order.from !== undefined && credentials === 'own';
        const { ambiguous } = made;
        return {
          ...infoOf(made.entry),
          cast: castOf(made.kept, services),
          ambiguous,
          created: isCopy ? createdOf(made) : null,
        };
      },
      list: () => worlds.list(),
      ofDecision: (id) => worlds.ofDecision(id),
      find: (id) => worlds.info(id),
      delete: (id) => worlds.delete(id),
    },
    snapshots: {
      take: ({ id }, name) => snapshots.take(worlds.entry(id), name),
      of: ({ id }) => snapshots.of(id),
      find: (world, id) => snapshots.find(id, world.id),
      file: async (world, id) => dataFile((await snapshots.find(id, world.id)).rows, config.sqlite),
      restore: async ({ id }, which) => {
        const snapshot = await snapshots.find(which, id);
        const entry = worlds.entry(id);
        const fault = whyNotHere(snapshot, entry);
        if (fault === null) return entry.world.restore(snapshot.rows, snapshot.at);
        const advice = `make a world from it: \`POST /_mock/worlds\` with \`{"from": {"snapshot": "${which}"}}\``;
        throw new Problem('conflict', `The snapshot is of ${fault}; ${advice}.`);
      },
      delete: (world, id) => snapshots.delete(id, world.id),
    },
    tokens: tokenPorts(services),
    tables: (name) => lawOfService(name) ?? null,
    fidelity: server.fidelity,
    reasons: server.reasons,
    services: () => services.map(({ name }) => name),
    describe,
    describer: async (world, decisions) => {
      const refusing = new Set(decisions.flatMap((one) => (one.effect === 'deny' ? (serviceOf(one) ?? []) : [])));
      const found = [...refusing].map(async (service) => [service.name, await service.findSenders?.(world)] as const);
      const senders = new Map(await Promise.all(found));
      return (decision) => {
        const described = describe(decision);
        const find = senders.get(decision.service);
        if (find === undefined) return described;
        const fixes = described.fixes.map((fix): Fix => {
          const principal = fix.request === undefined ? null : find(fix.request);
          return fix.request === undefined || principal === null
            ? fix
            : { ...fix, request: { ...fix.request, as: { principal } } };
        });
        return { ...described, fixes };
      };
    },
    simulate: (world, who, thought) => simulate(server, world, routes(), services, who, thought),
    leastPrivilege: (world, who) => leastPrivilege(server, world, services, who),
    simulateOperations: (world, who, service) => simulateOperations(server, world, services, who, service),
  };
}

/**
 * Why a snapshot cannot be restored here: a world can only go back to its own state, because its identity does not fit
 * the state of another one.
 */
function whyNotHere(snapshot: Snapshot, { world: { id }, seed, credentials }: WorldEntry): string | null {
  if (snapshot.world !== id) return `the world \`${snapshot.world}\`, but this one is \`${id}\``;
  if (snapshot.seed.text === seed.text && snapshot.credentials === credentials) return null;
  return `an earlier world \`${id}\`, which was made from another seed, or with other credentials`;
}

/** @throws Problem `unavailable` if there is no driver to write it with */
async function dataFile(rows: FrozenRows, driver: Config['sqlite']): Promise<Uint8Array> {
  try {
    return await dataFileOf(rows, driver);
  } catch (thrown) {
    throw thrown instanceof Unusable ? new Problem('unavailable', thrown.message) : thrown;
  }
}

/** Turns a fault in a seed into a fault of the request. */
async function readSeed<Read>(read: () => Promise<Read>): Promise<Read> {
  try {
    return await read();
  } catch (thrown) {
    throw thrown instanceof Unusable ? new Problem('invalid_request', `Field \`seed\`: ${thrown.message}`) : thrown;
  }
}

/** In the form of the cast. */
function createdOf({ entry, created }: MadeWorld) {
  const derivation = derivationOf(entry.world.id);
  const of = (kind: MadeWorld['created'][number]['kind']) => created.filter((one) => one.kind === kind);
  return {
    keys: of('ngc-key').map(({ id, name, owner: org }) => ({ id, name, org, key: deriveKeyText(derivation, id) })),
    accessKeys: of('access-key').map(({ id, name, clientId }) => ({
      ...{ id, name, clientId },
      clientSecret: derivation.secret(id),
    })),
    applications: of('application').map(({ id, name, clientId }) => ({
      id,
      name,
      clientId,
      secret: derivation.secret(id),
    })),
    serviceAccounts: of('service-account').map(({ id, name, clientId }) => ({
      ...{ id, name, clientId },
      clientSecret: derivation.secret(id),
    })),
    // Clients through which users log in have no secret.
    clients: [],
  };
}
