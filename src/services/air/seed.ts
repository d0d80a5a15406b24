import type { Seeding } from '../../contract/seed.ts';
import type { Instant } from '../../core/clock.ts';
import { describe, list, object, text } from '../../core/json-schema.ts';
import { findDuplicates, type Placed, placeEntries } from '../../core/seed-fault.ts';
import { findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import { namedUuid } from '../../platform/random.ts';
import { newDemo } from './demos.ts';
import { nodeMembers } from './network.ts';
import { airRow, type DraftOf, EVERYBODY } from './objects.ts';
import type { AirRow } from './stored.ts';
import { DEMOS } from './tables/resources/demos.ts';
import { IMAGES } from './tables/resources/images.ts';
import { NODES } from './tables/resources/nodes.ts';
import { SIMULATIONS } from './tables/resources/simulations.ts';
import { SYSTEM_NODES } from './tables/resources/system-nodes.ts';

interface SeedSimulation {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  readonly state: 'INACTIVE' | 'ACTIVE' | 'DEMO';
  readonly creator?: string;
  readonly metadata?: string;
  /** Names of nodes, all of which use the first image. */
  readonly nodes?: readonly string[];
}

interface SeedImage {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly published: boolean;
}

/** A demo on the marketplace, with a copy of the simulation. */
interface SeedDemo {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  /** The id of one of the organisation's simulations. */
  readonly simulation: string;
  readonly tags: readonly string[];
  readonly published: boolean;
  readonly description?: string;
  readonly publisher?: string;
}

/** The `air` part of a seed that matches the schema. */
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
}

/** The members of the `ngc` part that Air reads. */
interface Organizations {
  readonly organizations?: readonly { readonly name: string; readonly ncaId: string }[];
}

const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };

const org = describe(text, 'The organisation that owns it; one of `ngc.organizations`.');
const id = describe(uuid, 'The id; it must be unique in Air.');

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
            creator: describe(text, 'The e-mail address of its creator. Default: `seed@` and the organisation.'),
            metadata: describe(text, 'Free text.'),
            nodes: describe(list(text), 'Names of its nodes, all with the first image.'),
          },
          ['creator', 'metadata', 'nodes'],
        ),
      ),
      'Simulations.',
    ),
    images: describe(
      list(
        object({
          org,
          id,
          name: describe(text, 'The name, such as `generic/ubuntu2204`.'),
          version: describe(text, 'The version, such as `1.0`.'),
          published: describe({ type: 'boolean' }, 'Whether every organisation may see it.'),
        }),
      ),
      'Images; nodes boot from the first one.',
    ),
    systemNodes: describe(
      list(
        object({
          org,
          id,
          name: describe(text, 'The name.'),
          category: describe({ enum: ['', 'SERVER', 'SWITCH'] }, 'The category of its nodes.'),
        }),
      ),
      'Templates of nodes, visible to everybody.',
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
              'The id of an `INACTIVE` simulation of the same organisation; the demo gets a copy of it.',
            ),
            tags: describe(list({ type: 'string', minLength: 2, maxLength: 32 }), 'Its tags, for searches.'),
            published: describe({ type: 'boolean' }, 'Whether every organisation may see it.'),
            description: describe({ ...text, maxLength: 256 }, 'The description.'),
            publisher: describe(text, 'The name of the publisher.'),
          },
          ['description', 'publisher'],
        ),
      ),
      'Demos on the marketplace.',
    ),
  },
  ['simulations', 'images', 'systemNodes', 'demos'],
);

export const seed: Seeding = {
  schema: SCHEMA,
  lists: { simulations: { by: ['id'] }, images: { by: ['id'] }, systemNodes: { by: ['id'] }, demos: { by: ['id'] } },
  faults: (part, whole) => {
    const { simulations = [], images = [], systemNodes = [], demos = [] } = partOf(part);
    const rows: Placed<{ readonly org: string; readonly id: string }>[] = [
      ...placeEntries('air.simulations', simulations),
      ...placeEntries('air.images', images),
      ...placeEntries('air.systemNodes', systemNodes),
      ...placeEntries('air.demos', demos),
    ];
    const lacksImage =
      images.length === 0 && (systemNodes.length > 0 || simulations.some(({ nodes = [] }) => nodes.length > 0));
    return [
      ...findUnknownOrganizations(rows, [...accountsOf(whole).keys()]),
      ...findDuplicates('`id`', rows, ({ id }) => id),
      ...placeEntries('air.demos', demos).flatMap(({ place, entry }) => sourceFault(place, entry, simulations)),
      ...(lacksImage ? [{ place: 'air.images', message: '`air.images` is empty; nodes need at least one image' }] : []),
    ];
  },
  rows: async (checked, now, _random, whole) => {
    const { simulations = [], images = [], systemNodes = [], demos = [] } = partOf(checked);
    const accounts = accountsOf(whole);
    const ownerOf = (org: string) => accounts.get(org) ?? '';
    const times = { created: now, modified: now };
    const [first] = images;
    return {
      rows: [
        ...images.map((image) => airRow(IMAGES, { id: image.id, owner: ownerOf(image.org) }, times, imageDraft(image))),
        ...systemNodes.map(({ org, id, name, category }) =>
          airRow(SYSTEM_NODES, { id, owner: ownerOf(org) }, times, {
            members: {
              name,
              category,
              image: first?.id ?? '',
              cpu: 2,
              memory: 2048,
              storage: 20,
              simulation: null,
              labels: null,
              split_options: null,
            },
            sharedWith: [EVERYBODY],
          }),
        ),
        ...simulations.flatMap((one) => simulationRows(one, ownerOf(one.org), first?.id ?? '', now)),
        ...demos.flatMap((one) => demoRows(one, simulations, ownerOf(one.org), first?.id ?? '', now)),
      ],
    };
  },
  cast: (part) => part,
};

function partOf(part: unknown): AirSeed {
  // The schema was checked before.
  return part as AirSeed;
}

function accountsOf(whole: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  // The schema of `ngc` was checked before.
  const { organizations = [] } = (whole['ngc'] ?? {}) as Organizations;
  return new Map(organizations.map(({ name, ncaId }) => [name, ncaId]));
}

function imageDraft({ org, name, version, published }: SeedImage): DraftOf<'images'> {
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
      publish_access_record_id: null,
      upload_status: 'COMPLETE',
      size: 1024,
      hash: '0'.repeat(64),
      last_uploaded_at: null,
    },
    sharedWith: published ? [EVERYBODY] : [],
  };
}

function simulationRows(one: SeedSimulation, owner: string, image: string, now: Instant) {
  const { id, org, name, state, creator = `seed@${org}`, metadata = null, nodes = [] } = one;
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
    airRow(SIMULATIONS, { id, owner }, times, { members }),
    ...nodes.map((node) =>
      airRow(NODES, { id: namedUuid(`air-node:${id}:${node}`), owner }, times, {
        members: nodeMembers({ name: node, simulation: id, image, cpu: 1, memory: 1024, storage: 10 }),
      }),
    ),
  ];
}

/** The request that creates a demo requires the same. */
function sourceFault(place: string, { org, simulation }: SeedDemo, simulations: readonly SeedSimulation[]) {
  const source = simulations.find((one) => one.id === simulation && one.org === org);
  if (source?.state === 'INACTIVE') return [];
  return [
    {
      place: `${place}.simulation`,
      message: `\`${place}.simulation\` must be the id of an \`INACTIVE\` simulation of \`${org}\`; \`${simulation}\` is none`,
    },
  ];
}

/** The demo and its copy of the simulation, named after the demo so that no two simulations share a name. */
function demoRows(
  demo: SeedDemo,
  simulations: readonly SeedSimulation[],
  owner: string,
  image: string,
  now: Instant,
): readonly AirRow[] {
  const { id, org, name, simulation, tags, published, description = null, publisher = '' } = demo;
  const source = simulations.find((one) => one.id === simulation);
  if (source === undefined) throw new Error('the checked seed lacks the simulation of a demo');
  const copy: SeedSimulation = { ...source, id: namedUuid(`air-demo:${id}`), name, state: 'DEMO' };
  const { checkpoint: _, ...defaults } = DEMOS.defaults;
  const row = airRow(
    DEMOS,
    { id, owner },
    { created: now, modified: now },
    {
      members: {
        ...newDemo(copy.id, source.creator ?? `seed@${org}`),
        ...defaults,
        name,
        tags: [...new Set(tags.map((tag) => tag.toLowerCase()))],
        description,
        publisher,
        published,
        publicly_published: published,
      },
      sharedWith: published ? [EVERYBODY] : [],
    },
  );
  return [...simulationRows(copy, owner, image, now), row];
}
