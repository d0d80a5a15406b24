import { describe, listSchema, NON_EMPTY, objectSchema, uuid } from '../../definitions/json-schema.ts';
import { MEMBERS_BY_RESOURCE, RESOURCE_NAMES, type SeedObject } from './seed-objects.ts';
import type { Upload } from './stored.ts';

export interface SeedSimulation {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  /** `DEMO` only for the copy that a demo gets: the schema does not allow it. */
  readonly state: 'INACTIVE' | 'ACTIVE' | 'DEMO';
  readonly creator?: string;
  readonly metadata?: string;
  /** Node names. All nodes use the first image. */
  readonly nodes?: readonly string[];
  readonly ztpScript?: string;
}

export interface SeedImage {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly published: boolean;
  /** Id of an open publish request. */
  readonly publishAccessRecord?: string;
  readonly upload?: Upload;
}

/** A template for nodes. */
export interface SeedSystemNode {
  readonly org: string;
  readonly id: string;
  readonly name: string;
  readonly category: '' | 'SERVER' | 'SWITCH';
}

/** A demo on the marketplace. It gets a copy of the simulation. */
export interface SeedDemo {
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
export interface AirSeed {
  readonly simulations?: readonly SeedSimulation[];
  readonly images?: readonly SeedImage[];
  readonly systemNodes?: readonly SeedSystemNode[];
  readonly demos?: readonly SeedDemo[];
  readonly objects?: readonly SeedObject[];
}

const SHA256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };

const org = describe(NON_EMPTY, 'The owning organisation, one of `ngc.organizations`.');
const id = describe(uuid, 'The id, unique in Air.');

const UPLOAD_SCHEMA = objectSchema({
  id: describe(uuid, 'The id of the upload.'),
  hash: describe(SHA256, 'The SHA-256 of the whole image.'),
  size: describe({ type: 'integer', minimum: 1 }, 'The size of the whole image in bytes.'),
  parts: describe(
    {
      type: 'object',
      additionalProperties: objectSchema({
        size: describe({ type: 'integer', minimum: 1 }, 'The size in bytes.'),
        etag: describe(SHA256, 'The SHA-256 of the part.'),
      }),
    },
    'Uploaded parts, by number.',
  ),
});

const SIMULATION_SCHEMA = objectSchema(
  {
    org,
    id,
    name: describe(NON_EMPTY, 'The name.'),
    state: describe({ enum: ['INACTIVE', 'ACTIVE'] }, 'The state when the world starts.'),
    creator: describe(NON_EMPTY, 'The e-mail address of the creator. Default: `seed@` and the organisation.'),
    metadata: describe(NON_EMPTY, 'Free text.'),
    nodes: describe(listSchema(NON_EMPTY), 'Node names. All nodes use the first image.'),
    ztpScript: describe(NON_EMPTY, 'The script that nodes fetch on first boot.'),
  },
  ['creator', 'metadata', 'nodes', 'ztpScript'],
);

const IMAGE_SCHEMA = objectSchema(
  {
    org,
    id,
    name: describe(NON_EMPTY, 'The name, such as `generic/ubuntu2204`.'),
    version: describe(NON_EMPTY, 'The version, such as `1.0`.'),
    published: describe({ type: 'boolean' }, 'Whether every organisation may see it.'),
    publishAccessRecord: describe(uuid, 'The id of an open publish request.'),
    upload: describe(UPLOAD_SCHEMA, 'An upload in progress.'),
  },
  ['publishAccessRecord', 'upload'],
);

const SYSTEM_NODE_SCHEMA = objectSchema({
  org,
  id,
  name: describe(NON_EMPTY, 'The name.'),
  category: describe({ enum: ['', 'SERVER', 'SWITCH'] }, 'The category of nodes created from it.'),
});

const DEMO_SCHEMA = objectSchema(
  {
    org,
    id,
    name: describe({ ...NON_EMPTY, maxLength: 96 }, 'The name on the marketplace.'),
    simulation: describe(uuid, 'The id of an `INACTIVE` simulation of the same organisation. The demo gets a copy.'),
    tags: describe(listSchema({ type: 'string', minLength: 2, maxLength: 32 }), 'Tags for searching.'),
    published: describe({ type: 'boolean' }, 'Whether every organisation may see it.'),
    description: describe({ ...NON_EMPTY, maxLength: 256 }, 'The description.'),
    documentation: describe({ ...NON_EMPTY, maxLength: 65_536 }, 'The documentation, in Markdown.'),
    publisher: describe(NON_EMPTY, 'The name of the publisher.'),
    publishAccessRecord: describe(uuid, 'The id of an open publish request.'),
  },
  ['description', 'documentation', 'publisher', 'publishAccessRecord'],
);

const OBJECT_SCHEMA = {
  ...objectSchema({
    org,
    resource: describe({ enum: RESOURCE_NAMES }, 'The resource, spelled as in the prefix of its operation ids.'),
    id,
    members: describe(
      { type: 'object' },
      "The members, as in the vendor's API. Members that requests require are required; others have defaults. An SSH key also needs `user`, and an instruction `executor`.",
    ),
  }),
  allOf: MEMBERS_BY_RESOURCE,
};

/** The JSON schema of `AirSeed`. */
export const SEED_SCHEMA = objectSchema(
  {
    simulations: describe(listSchema(SIMULATION_SCHEMA), 'Simulations.'),
    images: describe(listSchema(IMAGE_SCHEMA), 'Images. Nodes boot from the first one.'),
    systemNodes: describe(listSchema(SYSTEM_NODE_SCHEMA), 'Node templates, visible to every organisation.'),
    demos: describe(listSchema(DEMO_SCHEMA), 'Demos on the marketplace.'),
    objects: describe(listSchema(OBJECT_SCHEMA), 'Objects of other resources. Each can refer only to earlier ones.'),
  },
  ['simulations', 'images', 'systemNodes', 'demos', 'objects'],
);
