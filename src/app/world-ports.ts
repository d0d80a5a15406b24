import type { Holder } from '../contract/credentials.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { createDerivation } from '../credentials/derivation.ts';
import { Problem } from '../decisions/problem.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { deriveKeyText } from '../ngc-keys/key-text.ts';
import type { Random } from '../platform/random.ts';
import { createSeedFromValue } from '../seed/index.ts';
import type { Ports } from '../services/index.ts';
import { Pacer } from '../time/pacer.ts';
import { type CreatedWorld, describeWorld } from '../worlds/entry.ts';
import type { WorldOrigin } from '../worlds/initial-content.ts';
import type { Casts } from './casts.ts';
import type { OpenWorlds } from './open-worlds.ts';

type WorldOrder = Parameters<Ports['worlds']['make']>[0];

/** The parts of the server that have worlds. */
export interface WorldPortParts {
  /** All services except the control API. */
  readonly services: readonly ServiceDefinition[];
  readonly openedWorlds: Pick<OpenWorlds, 'worlds' | 'snapshots'>;
  readonly random: Random;
}

/** Returns the functions that create, find and delete worlds for the control API. */
export function createWorldPorts(parts: WorldPortParts, casts: Casts): Ports['worlds'] {
  const { worlds } = parts.openedWorlds;
  return {
    make: async (order) => {
      const { id, credentials, ttl, label } = order;
      const createdWorld = await withOrigin(parts, order, (origin) =>
        worlds.create({ id, credentials, ttl, label, origin }),
      );
      const { entry, storedSeed, ambiguous } = createdWorld;
      const isCopy = order.from !== undefined && credentials === 'own';
      const created = isCopy ? await describeCreated(createdWorld) : null;
      casts.rememberSeed(entry.world, storedSeed);
      // Without bearers, because nine signatures take ten times as long as everything else.
      return { ...describeWorld(entry), cast: await casts.createReader(entry.world), ambiguous, created };
    },
    readCast: (id) => casts.createReader(worlds.entry(id).world),
    list: () => worlds.list(),
    findWorldOfDecision: (id) => worlds.ofDecision(id),
    find: (id) => worlds.info(id),
    delete: (id) => worlds.delete(id),
  };
}

/**
 * Runs `create` with the origin of a new world: the default seed, the seed in the order, a snapshot or another world.
 *
 * @throws Problem if the order is invalid, or if its source does not exist
 */
async function withOrigin<Result>(
  { openedWorlds: { worlds, snapshots }, services, random }: WorldPortParts,
  { seed, from }: WorldOrder,
  create: (origin: WorldOrigin) => Promise<Result>,
): Promise<Result> {
  if (from !== undefined && seed !== undefined) {
    throw new Problem(
      'invalid_request',
      'Fields `from` and `seed` are both set. A copy keeps the seed of its source, so send only one of them.',
    );
  }
  if (from === undefined) {
    const chosenSeed =
      seed === undefined
        ? worlds.entry('default').world.origin
        : await readSeed(() => createSeedFromValue(seed, services, random));
    return create({ kind: 'seed', seed: chosenSeed });
  }
  if ('snapshot' in from) {
    const { world: of } = snapshots.find(from.snapshot);
    const { world, credentials } = worlds.entry(of);
    return snapshots.use(from.snapshot, (state) =>
      create({ kind: 'copy', state, seed: world.origin, credentials, of }),
    );
  }
  const { world, credentials } = worlds.entry(from.world);
  return create({ kind: 'copy', state: await world.store.freeze(), seed: world.origin, credentials, of: world.id });
}

/** Reads a seed. @throws Problem `invalid_request` with the error in the seed */
async function readSeed<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (thrown) {
    throw thrown instanceof UserError ? new Problem('invalid_request', `Field \`seed\`: ${thrown.message}`) : thrown;
  }
}

/** Returns the objects that were created in the source since its seed, in the form of the cast, with new secrets. */
async function describeCreated({ entry, created }: CreatedWorld) {
  const derivation = createDerivation(entry.world.id);
  const pacer = new Pacer();
  const describeKind = async <Description>(kind: Holder['kind'], describe: (holder: Holder) => Description) => {
    const descriptions: Description[] = [];
    await pacer.each(created, (holder) => {
      if (holder.kind === kind) descriptions.push(describe(holder));
    });
    return descriptions;
  };
  const describeClient = ({ id, name, clientId }: Holder) => ({
    id,
    name,
    clientId,
    clientSecret: derivation.secret(id),
  });
  return {
    keys: await describeKind('ngc-key', ({ id, name, owner: org }) => ({
      id,
      name,
      org,
      key: deriveKeyText(derivation, id),
    })),
    accessKeys: await describeKind('access-key', describeClient),
    applications: await describeKind('application', ({ id, name, clientId }) => ({
      id,
      name,
      clientId,
      secret: derivation.secret(id),
    })),
    serviceAccounts: await describeKind('service-account', describeClient),
    // Clients that users log in through have no secret.
    clients: [],
  };
}
