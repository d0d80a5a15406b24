import type { Seeding } from '../../contract/seed.ts';
import { describe, list, object, text } from '../../definitions/json-schema.ts';
import { findDuplicates, type Placed, placeEntries } from '../../definitions/seed-entries.ts';
import { accountsOf, findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import { deriveUuid } from '../../platform/random.ts';
import { ANYONE } from '../../store/collections.ts';
import { type Instant, rfc3339 } from '../../time/clock.ts';
import { createDemoMembers } from './demos.ts';
import { createNodeMembers } from './network.ts';
import { createRow, type DraftOf } from './objects.ts';
import { createRecordDraft, type RecordName } from './publishing.ts';
import {
  buildObjectRows,
  findObjectFaults,
  MEMBERS_BY_RESOURCE,
  RESOURCE_NAMES,
  type SeedObject,
} from './seed-objects.ts';
import { type AirRow, isRowOf, type RowOf, type Table, type Upload } from './stored.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS, IMAGES } from './tables/images.ts';
import { DEMO_PUBLISH_ACCESS_RECORDS, DEMOS } from './tables/marketplace.ts';
import { NODES, SYSTEM_NODES } from './tables/network.ts';
import { SIMULATION_ZTP_SCRIPT, SIMULATIONS } from './tables/simulations.ts';

interface SeedSimulation {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  readonly state: 'INACTIVE' | 'ACTIVE' | 'DEMO';
  readonly creator?: string;
  readonly metadata?: string;
  /** Node names. All nodes use the first image. */
  readonly nodes?: readonly string[];
  readonly ztpScript?: string;
}

interface SeedImage {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly published: boolean;
  /** Id of an open publish request. */
  readonly publishAccessRecord?: string;
  readonly upload?: Upload;
}

/** A demo on the marketplace. It gets a copy of the simulation. */
interface SeedDemo {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  /** Id of a simulation of the same organisation. */
  readonly simulation: string;
  readonly tags: readonly string[];
  readonly published: boolean;
  readonly description?: string;
  readonly documentation?: string;
  readonly publisher?: string;
  /** Id of an open publish request. */
  readonly publishAccessRecord?: string;
}

/** The `air` part of a validated seed. */
interface AirSeed {
  readonly simulations?: readonly SeedSimulation[];
  readonly images?: readonly SeedImage[];
  readonly systemNodes?: readonly {
    readonly org: string;
    readonly id: string;
    readonly name: string;
    readonly category: '' | 'SERVER' | 'SWITCH';
  }[];
  readonly demos?: readonly SeedDemo[];
  readonly objects?: readonly SeedObject[];
}

const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };

const org = describe(text, 'The owning organisation, one of `ngc.organizations`.');
const id = describe(uuid, 'The id, unique in Air.');

const UPLOAD = object({
  id: describe(uuid, 'The id of the upload.'),
  hash: describe(sha256, 'The SHA-256 of the whole image.'),
  size: describe({ type: 'integer', minimum: 1 }, 'The size of the whole image in bytes.'),
  parts: describe(
    {
      type: 'object',
      additionalProperties: object({
        size: describe({ type: 'integer', minimum: 1 }, 'The size in bytes.'),
        etag: describe(sha256, 'The SHA-256 of the part.'),
      }),
    },
    'Uploaded parts, by number.',
  ),
});

const SCHEMA = object(
  {
    simulations: describe(
      list(
        object(
          {
            org,
            id,
            name: describe(text, 'The name.'),
            state: describe({ enum: ['INACTIVE', 'ACTIVE'] }, 'The state when the world starts.'),
            creator: describe(text, 'The e-mail address of the creator. Default: `seed@` and the organisation.'),
            metadata: describe(text, 'Free text.'),
            nodes: describe(list(text), 'Node names. All nodes use the first image.'),
            ztpScript: describe(text, 'The script that nodes fetch on first boot.'),
          },
          ['creator', 'metadata', 'nodes', 'ztpScript'],
        ),
      ),
      'Simulations.',
    ),
    images: describe(
      list(
        object(
          {
            org,
            id,
            name: describe(text, 'The name, such as `generic/ubuntu2204`.'),
            version: describe(text, 'The version, such as `1.0`.'),
            published: describe({ type: 'boolean' }, 'Whether every organisation may see it.'),
            publishAccessRecord: describe(uuid, 'The id of an open publish request.'),
            upload: describe(UPLOAD, 'An upload in progress.'),
          },
          ['publishAccessRecord', 'upload'],
        ),
      ),
      'Images. Nodes boot from the first one.',
    ),
    systemNodes: describe(
      list(
        object({
          org,
          id,
          name: describe(text, 'The name.'),
          category: describe({ enum: ['', 'SERVER', 'SWITCH'] }, 'The category of nodes created from it.'),
        }),
      ),
      'Node templates, visible to every organisation.',
    ),
    demos: describe(
      list(
        object(
          {
            org,
            id,
            name: describe({ ...text, maxLength: 96 }, 'The name on the marketplace.'),
            simulation: describe(
              uuid,
              'The id of an `INACTIVE` simulation of the same organisation. The demo gets a copy.',
            ),
            tags: describe(list({ type: 'string', minLength: 2, maxLength: 32 }), 'Tags for searching.'),
            published: describe({ type: 'boolean' }, 'Whether every organisation may see it.'),
            description: describe({ ...text, maxLength: 256 }, 'The description.'),
            documentation: describe({ ...text, maxLength: 65_536 }, 'The documentation, in Markdown.'),
            publisher: describe(text, 'The name of the publisher.'),
            publishAccessRecord: describe(uuid, 'The id of an open publish request.'),
          },
          ['description', 'documentation', 'publisher', 'publishAccessRecord'],
        ),
      ),
      'Demos on the marketplace.',
    ),
    objects: describe(
      list({
        ...object({
          org,
          resource: describe({ enum: RESOURCE_NAMES }, 'The resource, spelled as in the prefix of its operation ids.'),
          id,
          members: describe(
            { type: 'object' },
            "The members, as in the vendor's API. Members that requests require are required; others have defaults. An SSH key also needs `user`, and an instruction `executor`.",
          ),
        }),
        allOf: MEMBERS_BY_RESOURCE,
      }),
      'Objects of other resources. Each can refer only to earlier ones.',
    ),
  },
  ['simulations', 'images', 'systemNodes', 'demos', 'objects'],
);

export const seed: Seeding = {
  schema: SCHEMA,
  lists: {
    simulations: { idMembers: ['id'] },
    images: { idMembers: ['id'] },
    systemNodes: { idMembers: ['id'] },
    demos: { idMembers: ['id'] },
    objects: { idMembers: ['id'] },
  },
  findErrors: (part, whole) => {
    const { simulations = [], images = [], systemNodes = [], demos = [], objects = [] } = readSeed(part);
    const placedObjects = placeEntries('air.objects', objects);
    const earlierResources = new Map([
      ...simulations.flatMap(({ id, nodes = [] }) => [
        [id, 'simulations'] as const,
        ...nodes.map((node) => [nodeId(id, node), 'nodes'] as const),
      ]),
      ...images.map(({ id }) => [id, 'images'] as const),
    ]);
    const rows: Placed<{ readonly org: string; readonly id: string }>[] = [
      ...placeEntries('air.simulations', simulations),
      ...placeEntries('air.images', images),
      ...placeEntries('air.systemNodes', systemNodes),
      ...placeEntries('air.demos', demos),
      ...placedObjects,
    ];
    const shareTargets = placedObjects.flatMap(({ entry, place }) =>
      entry.resource === 'image_shares' ? [{ entry: { org: String(entry.members.target_org) }, place }] : [],
    );
    const lacksImage =
      images.length === 0 && (systemNodes.length > 0 || simulations.some(({ nodes = [] }) => nodes.length > 0));
    return [
      ...findUnknownOrganizations([...rows, ...shareTargets], [...accountsOf(whole).keys()]),
      ...findDuplicates('`id`', rows, ({ id }) => id),
      ...findObjectFaults(placedObjects, earlierResources),
      ...placeEntries('air.demos', demos).flatMap(({ place, entry }) =>
        findSimulationFaults(place, entry, simulations),
      ),
      ...(lacksImage ? [{ place: 'air.images', message: '`air.images` is empty, but nodes need an image' }] : []),
    ];
  },
  createRows: async (checked, now, _random, whole) => {
    const { simulations = [], images = [], systemNodes = [], demos = [], objects = [] } = readSeed(checked);
    const accounts = accountsOf(whole);
    const ownerOf = (org: string) => accounts.get(org) ?? '';
    const times = { created: now, modified: now };
    const bootImage = images[0]?.id ?? '';
    const rows = [
      ...images.flatMap((image) => buildImageRows(image, ownerOf(image.org), now)),
      ...systemNodes.map(({ org, id, name, category }) =>
        createRow(SYSTEM_NODES, { id, owner: ownerOf(org) }, times, {
          members: {
            name,
            category,
            image: bootImage,
            cpu: 2,
            memory: 2048,
            storage: 20,
            simulation: null,
            labels: null,
            split_options: null,
          },
          sharedWith: [ANYONE],
        }),
      ),
      ...simulations.flatMap((simulation) => buildSimulationRows(simulation, ownerOf(simulation.org), bootImage, now)),
      ...demos.flatMap((demo) => buildDemoRows(demo, simulations, ownerOf(demo.org), bootImage, now)),
    ];
    return { rows: [...rows, ...buildObjectRows(objects, rows, { now, accountOf: ownerOf })] };
  },
  createCast: (part) => part,
};

function readSeed(part: unknown): AirSeed {
  // Safe cast: validated against the schema.
  return part as AirSeed;
}

/** Builds the rows of an image and of its open publish request. */
function buildImageRows(image: SeedImage, owner: string, now: Instant): readonly AirRow[] {
  const row = createRow(IMAGES, { id: image.id, owner }, { created: now, modified: now }, buildImageDraft(image));
  return [row, ...buildPublishRequestRows(IMAGE_PUBLISH_ACCESS_RECORDS, row, image, now)];
}

/** Builds the row of an open publish request, if there is one. */
function buildPublishRequestRows(
  records: Table<RecordName>,
  { id, owner, body }: RowOf<'images' | 'demos'>,
  { org, publishAccessRecord }: Pick<SeedImage, 'org' | 'publishAccessRecord'>,
  now: Instant,
): readonly AirRow[] {
  if (publishAccessRecord === undefined) return [];
  const { members } = createRecordDraft(body.members, id, org);
  const email = `seed@${org}`;
  const draft = {
    members: { ...members, requested_by: email, requested_at: rfc3339(now) },
    hidden: { requested_by_email: email, asked: {} },
  };
  return [createRow<RecordName>(records, { id: publishAccessRecord, owner }, { created: now, modified: now }, draft)];
}

function buildImageDraft({ org, name, version, published, publishAccessRecord, upload }: SeedImage): DraftOf<'images'> {
  return {
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
      upload_status: upload === undefined ? uploadStatusOf(publishAccessRecord) : 'UPLOADING',
      size: 1024,
      hash: '0'.repeat(64),
      last_uploaded_at: null,
    },
    ...(upload !== undefined && { hidden: { upload } }),
    sharedWith: published ? [ANYONE] : [],
  };
}

function uploadStatusOf(record: string | undefined): 'COMPLETE' | 'PENDING_PUBLISH' {
  return record === undefined ? 'COMPLETE' : 'PENDING_PUBLISH';
}

/** Derives a node id from the names, so that it is the same on every server. */
function nodeId(simulation: string, node: string): string {
  return deriveUuid(`air-node:${simulation}:${node}`);
}

function buildSimulationRows(simulation: SeedSimulation, owner: string, image: string, now: Instant) {
  const { id, org, name, state, creator = `seed@${org}`, metadata = null, nodes = [], ztpScript } = simulation;
  const times = { created: now, modified: now };
  const members = {
    ...SIMULATIONS.defaults,
    name,
    state,
    creator,
    metadata,
    auto_oob_enabled: false,
    enable_dhcp: false,
    auto_netq_enabled: false,
    netq_username: null,
    netq_password: null,
    complete_checkpoint_count: 0,
  };
  return [
    createRow(SIMULATIONS, { id, owner }, times, { members }),
    ...nodes.map((node) =>
      createRow(NODES, { id: nodeId(id, node), owner }, times, {
        members: createNodeMembers({ name: node, simulation: id, image, cpu: 1, memory: 1024, storage: 10 }),
      }),
    ),
    ...(ztpScript === undefined
      ? []
      : [createRow(SIMULATION_ZTP_SCRIPT, { id, owner }, times, { members: { content: ztpScript }, parent: id })]),
  ];
}

/** Checks the simulation of a demo, as the request that creates a demo does. */
function findSimulationFaults(place: string, { org, simulation }: SeedDemo, simulations: readonly SeedSimulation[]) {
  const source = simulations.find((one) => one.id === simulation && one.org === org);
  if (source?.state === 'INACTIVE') return [];
  return [
    {
      place: `${place}.simulation`,
      message: `\`${place}.simulation\` must be the id of an \`INACTIVE\` simulation of \`${org}\`; \`${simulation}\` is not`,
    },
  ];
}

/** Builds a demo and its copy of the simulation. The copy has the demo's name, so that simulation names stay unique. */
function buildDemoRows(
  demo: SeedDemo,
  simulations: readonly SeedSimulation[],
  owner: string,
  image: string,
  now: Instant,
): readonly AirRow[] {
  const { id, org, name, simulation, tags, published } = demo;
  const { description = null, documentation = null, publisher = '' } = demo;
  const source = simulations.find((one) => one.id === simulation);
  if (source === undefined) throw new Error('the checked seed lacks the simulation of a demo');
  const copy: SeedSimulation = { ...source, id: deriveUuid(`air-demo:${id}`), name, state: 'DEMO' };
  const { checkpoint: _, ...defaults } = DEMOS.defaults;
  const copyRows = buildSimulationRows(copy, owner, image, now);
  const nodes = copyRows.flatMap((one) => (isRowOf(NODES, one) ? [one.body.members] : []));
  const row = createRow(
    DEMOS,
    { id, owner },
    { created: now, modified: now },
    {
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
    },
  );
  return [...copyRows, row, ...buildPublishRequestRows(DEMO_PUBLISH_ACCESS_RECORDS, row, demo, now)];
}
