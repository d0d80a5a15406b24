import type { Holder } from '../contract/credentials.ts';
import type { Schema } from '../contract/documented.ts';
import { createDerivation } from '../credentials/derivation.ts';
import { deriveKeyText } from '../ngc-keys/key-text.ts';
import { Pacer } from '../time/pacer.ts';
import type { CreatedWorld, WorldOrder } from './entry.ts';
import type { Worlds } from './registry.ts';
import type { Snapshots } from './snapshots.ts';

/**
 * Creates a world from another world or a snapshot.
 *
 * @throws Problem if the order is invalid, or if its source does not exist
 */
export async function copyWorld(
  { worlds, snapshots }: { readonly worlds: Worlds; readonly snapshots: Snapshots },
  from: NonNullable<Schema<'control', 'WorldOrder'>['from']>,
  order: WorldOrder,
): Promise<CreatedWorld> {
  if ('snapshot' in from) {
    const { world: of } = snapshots.find(from.snapshot);
    const { world, credentials } = worlds.entry(of);
    return snapshots.use(from.snapshot, (state) =>
      worlds.create({ ...order, origin: { kind: 'copy', state, seed: world.origin, credentials, of } }),
    );
  }
  const { world, credentials } = worlds.entry(from.world);
  const state = await world.store.freeze();
  return worlds.create({ ...order, origin: { kind: 'copy', state, seed: world.origin, credentials, of: world.id } });
}

/** Returns the objects that were created in the source since its seed, in the form of the cast, with new secrets. */
export async function describeCreated({ entry, created }: CreatedWorld) {
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
