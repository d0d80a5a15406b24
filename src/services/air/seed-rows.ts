import { type Instant, rfc3339 } from '../../lib/clock.ts';
import { deriveUuid } from '../../lib/random.ts';
import { ANYONE } from '../../store/row.ts';
import { createDemoMembers } from './demos.ts';
import { createNodeMembers } from './network.ts';
import { createRow } from './objects.ts';
import { createRecordDraft, type RecordName } from './publishing.ts';
import { buildObjectRows } from './seed-objects.ts';
import type { AirSeed, SeedDemo, SeedImage, SeedSimulation, SeedSystemNode } from './seed-schema.ts';
import { type AirRow, isRowOf, type RowOf, type Table, type Times } from './stored.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS, IMAGES } from './tables/images.ts';
import { DEMO_PUBLISH_ACCESS_RECORDS, DEMOS } from './tables/marketplace.ts';
import { NODES, SYSTEM_NODES } from './tables/network.ts';
import { INITIAL_SIMULATION_MEMBERS, SIMULATION_ZTP_SCRIPT, SIMULATIONS } from './tables/simulations.ts';

/** @param accounts the account of each organisation, by name */
export function buildSeedRows(seed: AirSeed, accounts: ReadonlyMap<string, string>, now: Instant): readonly AirRow[] {
  const { simulations = [], images = [], systemNodes = [], demos = [], objects = [] } = seed;
  // Every organisation has an account: `findSeedErrors` reports unknown ones.
  const accountOf = (org: string) => accounts.get(org) ?? '';
  // A seed with nodes has an image: `findSeedErrors` requires it.
  const bootImage = images[0]?.id ?? '';
  const times = { created: now, modified: now };
  const rows = [
    ...images.flatMap((image) => buildImageRows(image, accountOf(image.org), times)),
    ...systemNodes.map((node) => buildSystemNodeRow(node, accountOf(node.org), bootImage, times)),
    ...simulations.flatMap((simulation) =>
      buildSimulationRows(simulation, accountOf(simulation.org), bootImage, times),
    ),
    ...demos.flatMap((demo) => buildDemoRows(demo, simulations, accountOf(demo.org), bootImage, times)),
  ];
  return [...rows, ...buildObjectRows(objects, rows, { now, accountOf })];
}

function buildSystemNodeRow(
  { id, name, category }: SeedSystemNode,
  owner: string,
  image: string,
  times: Times,
): RowOf<'system_nodes'> {
  return createRow(SYSTEM_NODES, { id, owner }, times, {
    members: {
      name,
      category,
      image,
      cpu: 2,
      memory: 2048,
      storage: 20,
      simulation: null,
      labels: null,
      split_options: null,
    },
    sharedWith: [ANYONE],
  });
}

function buildImageRows(image: SeedImage, owner: string, times: Times): readonly AirRow[] {
  const { id, org, name, version, published, publishAccessRecord, upload } = image;
  const finalStatus = publishAccessRecord === undefined ? 'COMPLETE' : 'PENDING_PUBLISH';
  const row = createRow(IMAGES, { id, owner }, times, {
    members: {
      ...IMAGES.defaults,
      name,
      version,
      default_username: 'ubuntu',
      default_password: 'nvidia',
      creator: `seed@${org}`,
      published,
      publicly_published: published,
      publish_access_record_id: publishAccessRecord ?? null,
      upload_status: upload === undefined ? finalStatus : 'UPLOADING',
      size: 1024,
      hash: '0'.repeat(64),
      last_uploaded_at: null,
    },
    ...(upload !== undefined && { hidden: { upload } }),
    sharedWith: published ? [ANYONE] : [],
  });
  return [row, ...buildPublishRequestRows(IMAGE_PUBLISH_ACCESS_RECORDS, row, image, times)];
}

function buildPublishRequestRows(
  records: Table<RecordName>,
  { id, owner, body }: RowOf<'images' | 'demos'>,
  { org, publishAccessRecord }: SeedImage | SeedDemo,
  times: Times,
): readonly AirRow[] {
  if (publishAccessRecord === undefined) return [];
  const { members } = createRecordDraft(body.members, id, org);
  const email = `seed@${org}`;
  const draft = {
    members: { ...members, requested_by: email, requested_at: rfc3339(times.created) },
    hidden: { requested_by_email: email, asked: {} },
  };
  return [createRow<RecordName>(records, { id: publishAccessRecord, owner }, times, draft)];
}

/** Derives a node id from the names, so that it is the same on every server. */
export function deriveNodeId(simulation: string, node: string): string {
  return deriveUuid(`air-node:${simulation}:${node}`);
}

/** Only the copy that a demo gets is `DEMO`. */
function buildSimulationRows(
  simulation: Omit<SeedSimulation, 'state'> & { readonly state: SeedSimulation['state'] | 'DEMO' },
  owner: string,
  image: string,
  times: Times,
) {
  const { id, org, name, state, creator = `seed@${org}`, metadata = null, nodes = [], ztpScript } = simulation;
  const members = { ...SIMULATIONS.defaults, name, state, creator, metadata, ...INITIAL_SIMULATION_MEMBERS };
  return [
    createRow(SIMULATIONS, { id, owner }, times, { members }),
    ...nodes.map((node) =>
      createRow(NODES, { id: deriveNodeId(id, node), owner }, times, {
        members: createNodeMembers({ name: node, simulation: id, image, cpu: 1, memory: 1024, storage: 10 }),
      }),
    ),
    ...(ztpScript === undefined
      ? []
      : [createRow(SIMULATION_ZTP_SCRIPT, { id, owner }, times, { members: { content: ztpScript }, parent: id })]),
  ];
}

/** Builds a demo and its copy of the simulation. The copy has the demo's name, so that simulation names stay unique. */
function buildDemoRows(
  demo: SeedDemo,
  simulations: readonly SeedSimulation[],
  owner: string,
  image: string,
  times: Times,
): readonly AirRow[] {
  const { id, org, name, simulation, tags, published } = demo;
  const { description = null, documentation = null, publisher = '' } = demo;
  const source = simulations.find(({ id: sourceId }) => sourceId === simulation);
  if (source === undefined) throw new Error('the checked seed lacks the simulation of a demo');
  const copy = { ...source, id: deriveUuid(`air-demo:${id}`), name, state: 'DEMO' } as const;
  const { checkpoint: _, ...defaults } = DEMOS.defaults;
  const copyRows = buildSimulationRows(copy, owner, image, times);
  const nodes = copyRows.flatMap((row) => (isRowOf(NODES, row) ? [row] : []));
  const row = createRow(DEMOS, { id, owner }, times, {
    members: {
      ...createDemoMembers(copy.id, source.creator ?? `seed@${org}`, nodes),
      ...defaults,
      name,
      tags: [...new Set(tags.map((tag) => tag.toLowerCase()))],
      description,
      documentation,
      publisher,
      published,
      publicly_published: published,
      publish_access_record_id: demo.publishAccessRecord ?? null,
    },
    sharedWith: published ? [ANYONE] : [],
  });
  return [...copyRows, row, ...buildPublishRequestRows(DEMO_PUBLISH_ACCESS_RECORDS, row, demo, times)];
}
