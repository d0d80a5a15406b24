import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { Problem } from '../core/problem.ts';
import { Unusable } from '../core/unusable.ts';
import { derivationOf } from '../credentials/derivation.ts';
import { deriveKeyText } from '../ngc-keys/key-text.ts';
import type { Random } from '../platform/random.ts';
import { castOf, seedOfValue } from '../seed/index.ts';
import type { Ports } from '../services/index.ts';
import type { Seed } from '../store/seed.ts';
import type { FrozenRows } from '../store/world-rows.ts';
import { differencesIn, differencesOf } from '../worlds/comparison.ts';
import type { WorldOrigin } from '../worlds/copies.ts';
import { infoOf, type MadeWorld, type Worlds } from '../worlds/registry.ts';
import type { Snapshots } from '../worlds/snapshots.ts';

type WorldOrder = Parameters<Ports['worlds']['make']>[0];
type Comparison = Awaited<ReturnType<Ports['worlds']['compare']>>;
type ComparedState = Comparison['one'];

/** The part of the server that has worlds. */
export interface WorldKeeping {
  /** All services but the control API. */
  readonly services: readonly ServiceDefinition[];
  readonly worlds: Worlds;
  readonly snapshots: Snapshots;
  readonly random: Random;
}

/** The worlds, as the control API makes and finds them. */
export function worldPorts({ worlds, snapshots, services, random }: WorldKeeping): Ports['worlds'] {
  const originOf = async ({ seed, from }: WorldOrder): Promise<WorldOrigin> => {
    if (from === undefined) {
      if (seed === undefined) return { kind: 'seed', seed: worlds.entry('default').world.origin };
      return { kind: 'seed', seed: await readSeed(() => seedOfValue(seed, services, random)) };
    }
    if (seed !== undefined) {
      throw new Problem(
        'invalid_request',
        'Fields `from` and `seed` are both given. A copy keeps the seed of its source: send only one of them.',
      );
    }
    if ('snapshot' in from) {
      const { rows, world, ...made } = await snapshots.find(from.snapshot);
      return { kind: 'copy', rows, seed: made.seed, credentials: made.credentials, of: world };
    }
    const { world, credentials } = await worlds.openEntry(from.world);
    return { kind: 'copy', rows: await world.store.freeze(), seed: world.origin, credentials, of: world.id };
  };
  return {
    make: async (order) => {
      const { id, credentials, ttl, label } = order;
      const made = await worlds.create({ id, credentials, ttl, label, origin: await originOf(order) });
      const { entry, kept, ambiguous } = made;
      const isCopy = order.from !== undefined && credentials === 'own';
      const created = isCopy ? createdOf(made) : null;
      // Without bearers: nine signatures take ten times as long as all else.
      return { ...infoOf(entry), cast: castOf(kept, services), ambiguous, created };
    },
    list: () => worlds.list(),
    ofDecision: (id) => worlds.ofDecision(id),
    find: (id) => worlds.info(id),
    delete: (id) => worlds.delete(id),
    compare: (from, one, other) => compareStates({ worlds, snapshots }, from, one, other),
  };
}

/** A state to compare. */
interface State extends ComparedState {
  readonly rows: FrozenRows;
  readonly seed: Seed;
  /** What a world has besides its rows; null for a snapshot. */
  readonly beside: Parameters<typeof differencesIn>[0] | null;
}

type States = Pick<WorldKeeping, 'worlds' | 'snapshots'>;

async function compareStates(from: States, { id }: World, ...ids: readonly [string, string]): Promise<Comparison> {
  const [one, other] = await Promise.all([stateOf(from, id, ids[0]), stateOf(from, id, ids[1])]);
  const besides = one.beside === null || other.beside === null ? [] : differencesIn(one.beside, other.beside);
  const seeds = differencesIn([seedOf(one)], [seedOf(other)]);
  return {
    one: comparedOf(one),
    other: comparedOf(other),
    differences: [...seeds, ...besides, ...differencesOf(one.rows, other.rows, seeds.length === 0)],
  };
}

function comparedOf({ kind, id, world, label, now }: State): ComparedState {
  return { kind, id, world, label, now };
}

function seedOf({ seed: { origin, fingerprint } }: State) {
  return { collection: 'seed', id: 'seed', body: { origin, fingerprint } };
}

/** @param here the world at whose address it is requested @throws Problem `not_found` */
async function stateOf({ worlds, snapshots }: States, here: string, id: string): Promise<State> {
  await worlds.refresh([id]);
  if (worlds.has(id)) {
    const { world, label } = worlds.entry(id);
    const mode = { collection: 'mode', id: 'mode', body: world.mode };
    const faults = world.faults.list().map((fault) => ({ collection: 'faults', id: fault.id, body: fault }));
    const beside = [mode, ...faults];
    const [now, rows] = [world.clock.now(), await world.store.freeze()];
    return { kind: 'world', id, world: id, label, now, rows, seed: world.origin, beside };
  }
  const { world, name, at, rows, seed } = await snapshots.find(id, here).catch((thrown: unknown) => {
    if (!(thrown instanceof Problem && thrown.kind === 'not_found')) throw thrown;
    const message = `There is no world and no snapshot \`${id.slice(0, 100)}\` here; \`GET /_mock/worlds\` and \`GET /_mock/snapshots\` list them.`;
    throw new Problem('not_found', message);
  });
  return { kind: 'snapshot', id, world, label: name, now: at, rows, seed, beside: null };
}

/** Turns a mistake in a seed into a problem of the request. */
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
  const clientsOf = (kind: Parameters<typeof of>[0]) =>
    of(kind).map(({ id, name, clientId }) => ({ id, name, clientId, clientSecret: derivation.secret(id) }));
  return {
    keys: of('ngc-key').map(({ id, name, owner: org }) => ({ id, name, org, key: deriveKeyText(derivation, id) })),
    accessKeys: clientsOf('access-key'),
    applications: of('application').map(({ id, name, clientId }) => ({
      ...{ id, name, clientId },
      secret: derivation.secret(id),
    })),
    serviceAccounts: clientsOf('service-account'),
    // Clients through which users log in have no secret.
    clients: [],
  };
}
