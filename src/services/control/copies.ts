import type { Holder } from '../../contract/credentials.ts';
import type { Schema } from '../../contract/documented.ts';
import { Pacer } from '../../lib/pacer.ts';
import type { State } from '../../store/state.ts';
import { createDerivation } from '../../tokens/derivation.ts';
import type { CreatedWorld, WorldOrder } from '../../worlds/entry.ts';
import type { Worlds } from '../../worlds/registry.ts';
import type { Snapshots } from '../../worlds/snapshots.ts';
import type { OwnedWorld } from '../../worlds/world.ts';
import { deriveKeyText } from '../ngc-keys/key-text.ts';

/** @throws Problem if the order is invalid, or if its source does not exist */
export async function copyWorld(
  { worlds, snapshots }: { readonly worlds: Worlds; readonly snapshots: Snapshots },
  from: NonNullable<Schema<'control', 'WorldOrder'>['from']>,
  order: WorldOrder,
): Promise<CreatedWorld> {
  const copy = ({ origin: seed, credentials, id: of }: OwnedWorld, state: State) =>
    worlds.create({ ...order, origin: { kind: 'copy', state, seed, credentials, of } });
  if ('snapshot' in from) {
    const { world } = worlds.entry(snapshots.find(from.snapshot).world);
    return snapshots.use(from.snapshot, (state) => copy(world, state));
  }
  const { world } = worlds.entry(from.world);
  return copy(world, world.store.collections.freeze());
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
