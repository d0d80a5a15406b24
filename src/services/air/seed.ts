import type { SeedError, Seeding } from '../../contract/seed.ts';
import { findDuplicates, type LocatedEntry, locateEntries } from '../../contract/seed-entries.ts';
import { accountsOf, findUnknownOrganizations } from '../ngc-keys/accounts.ts';
import { findObjectErrors } from './seed-objects.ts';
import { buildSeedRows, deriveNodeId } from './seed-rows.ts';
import { type AirSeed, SEED_SCHEMA, type SeedDemo, type SeedSimulation } from './seed-schema.ts';

export const seed: Seeding = {
  schema: SEED_SCHEMA,
  lists: {
    simulations: { idMembers: ['id'] },
    images: { idMembers: ['id'] },
    systemNodes: { idMembers: ['id'] },
    demos: { idMembers: ['id'] },
    objects: { idMembers: ['id'] },
  },
  findErrors: (part, wholeSeed) => findSeedErrors(readSeed(part), [...accountsOf(wholeSeed).keys()]),
  createRows: async (part, now, _random, wholeSeed) => ({
    rows: buildSeedRows(readSeed(part), accountsOf(wholeSeed), now),
  }),
  createCast: (part) => part,
};

function readSeed(part: unknown): AirSeed {
  // Safe cast: validated against the schema.
  return part as AirSeed;
}

/** Finds the errors that the schema cannot express. @param organizations the names of all organisations */
function findSeedErrors(
  { simulations = [], images = [], systemNodes = [], demos = [], objects = [] }: AirSeed,
  organizations: readonly string[],
): readonly SeedError[] {
  const placedDemos = locateEntries('air.demos', demos);
  const placedObjects = locateEntries('air.objects', objects);
  const entries: LocatedEntry<{ readonly org: string; readonly id: string }>[] = [
    ...locateEntries('air.simulations', simulations),
    ...locateEntries('air.images', images),
    ...locateEntries('air.systemNodes', systemNodes),
    ...placedDemos,
    ...placedObjects,
  ];
  const shareTargets = placedObjects.flatMap(({ entry, place }) =>
    entry.resource === 'image_shares' ? [{ entry: { org: String(entry.members.target_org) }, place }] : [],
  );
  // Of the other lists, objects can refer to simulations, their nodes, and images.
  const resourcesById = new Map([
    ...simulations.flatMap(({ id, nodes = [] }) => [
      [id, 'simulations'] as const,
      ...nodes.map((node) => [deriveNodeId(id, node), 'nodes'] as const),
    ]),
    ...images.map(({ id }) => [id, 'images'] as const),
  ]);
  const hasNodes = systemNodes.length > 0 || simulations.some(({ nodes = [] }) => nodes.length > 0);
  return [
    ...findUnknownOrganizations([...entries, ...shareTargets], organizations),
    ...findDuplicates('`id`', entries, ({ id }) => id),
    ...findObjectErrors(placedObjects, resourcesById),
    ...placedDemos.flatMap((demo) => findDemoErrors(demo, simulations)),
    ...(hasNodes && images.length === 0
      ? [{ place: 'air.images', message: '`air.images` is empty, but nodes need an image' }]
      : []),
  ];
}

/** Checks the simulation of a demo, as the request that creates a demo does. */
function findDemoErrors(
  { place, entry: { org, simulation } }: LocatedEntry<SeedDemo>,
  simulations: readonly SeedSimulation[],
): readonly SeedError[] {
  const source = simulations.find((candidate) => candidate.id === simulation && candidate.org === org);
  if (source?.state === 'INACTIVE') return [];
  const message = `\`${place}.simulation\` must be the id of an \`INACTIVE\` simulation of \`${org}\`; \`${simulation}\` is not`;
  return [{ place: `${place}.simulation`, message }];
}
