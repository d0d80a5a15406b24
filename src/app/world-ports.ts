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
import type { WorldsOfProcess } from './worlds-of-process.ts';

type WorldOrder = Parameters<Ports['worlds']['make']>[0];

/** The parts of the server that have worlds. */
export interface WorldPortParts {
  /** All services except the control API. */
  readonly services: readonly ServiceDefinition[];
  readonly process: Pick<WorldsOfProcess, 'worlds' | 'snapshots'>;
  readonly random: Random;
}

/** Creates and finds worlds for the control API. */
export function createWorldPorts(keeping: WorldPortParts, casts: Casts): Ports['worlds'] {
  const { services, random } = keeping;
  const withOrigin = async <Result>({ seed, from }: WorldOrder, make: (origin: WorldOrigin) => Promise<Result>) => {
    const { worlds, snapshots } = keeping.process;
    if (from === undefined) {
      if (seed === undefined) return make({ kind: 'seed', seed: worlds.entry('default').world.origin });
      return make({ kind: 'seed', seed: await readSeed(() => createSeedFromValue(seed, services, random)) });
    }
    if (seed !== undefined) {
      throw new Problem(
        'invalid_request',
        'Fields `from` and `seed` are both set. A copy keeps the seed of its source, so send only one of them.',
      );
    }
    if ('snapshot' in from) {
      return snapshots.use(from.snapshot, ({ state, world: of, seed: seedOfSource, credentials }) =>
        make({ kind: 'copy', state, seed: seedOfSource, credentials, of }),
      );
    }
    const { world, credentials } = worlds.entry(from.world);
    return make({ kind: 'copy', state: await world.store.freeze(), seed: world.origin, credentials, of: world.id });
  };
  return {
    make: async (order) => {
      const { id, credentials, ttl, label } = order;
      const createdWorld = await withOrigin(order, (origin) =>
        keeping.process.worlds.create({ id, credentials, ttl, label, origin }),
      );
      const { entry, storedSeed, ambiguous } = createdWorld;
      const isCopy = order.from !== undefined && credentials === 'own';
      const created = isCopy ? await describeCreated(createdWorld) : null;
      casts.rememberSeed(entry.world, storedSeed);
      // Without bearers, because nine signatures take ten times as long as everything else.
      return { ...describeWorld(entry), cast: await casts.createReader(entry.world), ambiguous, created };
    },
    readCast: (id) => casts.createReader(keeping.process.worlds.entry(id).world),
    list: () => keeping.process.worlds.list(),
    findWorldOfDecision: (id) => keeping.process.worlds.ofDecision(id),
    find: (id) => keeping.process.worlds.info(id),
    delete: (id) => keeping.process.worlds.delete(id),
  };
}

/** Turns an error in a seed into a problem of the request. */
async function readSeed<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (thrown) {
    throw thrown instanceof UserError ? new Problem('invalid_request', `Field \`seed\`: ${thrown.message}`) : thrown;
  }
}

/** Returns the created objects in the form of the cast. */
async function describeCreated({ entry, created }: CreatedWorld) {
  const derivation = createDerivation(entry.world.id);
  const pacer = new Pacer();
  const describeKind = async <Description>(kind: Holder['kind'], show: (holder: Holder) => Description) => {
    const descriptions: Description[] = [];
    await pacer.each(created, (holder) => {
      if (holder.kind === kind) descriptions.push(show(holder));
    });
    return descriptions;
  };
  const client = ({ id, name, clientId }: Holder) => ({ id, name, clientId, clientSecret: derivation.secret(id) });
  return {
    keys: await describeKind('ngc-key', ({ id, name, owner: org }) => ({
      id,
      name,
      org,
      key: deriveKeyText(derivation, id),
    })),
    accessKeys: await describeKind('access-key', client),
    applications: await describeKind('application', ({ id, name, clientId }) => ({
      ...{ id, name, clientId },
      secret: derivation.secret(id),
    })),
    serviceAccounts: await describeKind('service-account', client),
    // Clients that users log in through have no secret.
    clients: [],
  };
}
