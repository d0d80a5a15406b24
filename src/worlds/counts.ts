import type { ServiceDefinition } from '../contract/service.ts';
import type { Collections } from '../store/collections.ts';
import { SEEDS } from '../store/seed.ts';
import { SETTINGS } from '../store/settings.ts';

/** Counts the objects of a world, by their readable names. */
export async function countObjects(
  rows: Collections,
  services: readonly Pick<ServiceDefinition, 'state'>[],
): Promise<Readonly<Record<string, number>>> {
  const declared = services.flatMap(({ state }) => state.objectCounts ?? []);
  const counted = Object.entries(
    Object.assign({}, ...declared.map((declaration) => declaration.counted)) as (typeof declared)[0]['counted'],
  );
  const counts = counted.map(([name, { collection, owner }]) => {
    const its = rows.rowsOf(collection);
    return [name, owner === undefined ? its.count : its.countIn('owner', owner)] as const;
  });
  const otherCollections = new Set([
    ...counted.map(([, { collection }]) => collection),
    ...declared.flatMap(({ uncountedCollections }) => uncountedCollections),
    SEEDS.name,
    SETTINGS.name,
  ]);
  const objects = Object.entries(await rows.counts()).filter(([name]) => !otherCollections.has(name));
  return {
    ...Object.fromEntries(counts),
    objects: objects.reduce((sum, [, count]) => sum + count, 0),
  };
}
