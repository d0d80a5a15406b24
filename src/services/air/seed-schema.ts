import { list, object, oneOf, optional, schema, text, uuid, type ValueOf } from '../../contract/json-schema.ts';
import { MEMBERS_BY_RESOURCE, RESOURCE_NAMES, type SeedObject } from './seed-objects.ts';
import { UPLOAD } from './stored.ts';

const org = text('The owning organisation, one of `ngc.organizations`.');
const id = uuid('The id, unique in Air.');
const published = schema<boolean>({ type: 'boolean' }, 'Whether every organisation may see it.');
const publishAccessRecord = optional(uuid('The id of an open publish request.'));

const SIMULATION = object({
  org,
  id,
  name: text('The name.'),
  state: oneOf(['INACTIVE', 'ACTIVE'], 'The state when the world starts.'),
  creator: optional(text('The e-mail address of the creator. Default: `seed@` and the organisation.')),
  metadata: optional(text('Free text.')),
  nodes: optional(list(text(), 'Node names. All nodes use the first image.')),
  ztpScript: optional(text('The script that nodes fetch on first boot.')),
});

const IMAGE = object({
  org,
  id,
  name: text('The name, such as `generic/ubuntu2204`.'),
  version: text('The version, such as `1.0`.'),
  published,
  publishAccessRecord,
  upload: optional(UPLOAD),
});

const SYSTEM_NODE = object({
  org,
  id,
  name: text('The name.'),
  category: oneOf(['', 'SERVER', 'SWITCH'], 'The category of nodes created from it.'),
});

const DEMO = object({
  org,
  id,
  name: text('The name on the marketplace.', { minLength: 1, maxLength: 96 }),
  simulation: uuid('The id of an `INACTIVE` simulation of the same organisation. The demo gets a copy.'),
  tags: list(text(undefined, { minLength: 2, maxLength: 32 }), 'Tags for searching.'),
  published,
  description: optional(text('The description.', { minLength: 1, maxLength: 256 })),
  documentation: optional(text('The documentation, in Markdown.', { minLength: 1, maxLength: 65_536 })),
  publisher: optional(text('The name of the publisher.')),
  publishAccessRecord,
});

const OBJECT = schema<SeedObject>({
  ...object({
    org,
    resource: oneOf(RESOURCE_NAMES, 'The resource, spelled as in the prefix of its operation ids.'),
    id,
    members: schema<object>(
      { type: 'object' },
      "The members, as in the vendor's API. Members that requests require are required; others have defaults. An SSH key also needs `user`, and an instruction `executor`.",
    ),
  }),
  allOf: MEMBERS_BY_RESOURCE,
});

export const SEED_SCHEMA = object({
  simulations: optional(list(SIMULATION, 'Simulations.')),
  images: optional(list(IMAGE, 'Images. Nodes boot from the first one.')),
  systemNodes: optional(list(SYSTEM_NODE, 'Node templates, visible to every organisation.')),
  demos: optional(list(DEMO, 'Demos on the marketplace.')),
  objects: optional(list(OBJECT, 'Objects of other resources. Each can refer only to earlier ones.')),
});

export type AirSeed = ValueOf<typeof SEED_SCHEMA>;

export type SeedSimulation = ValueOf<typeof SIMULATION>;
export type SeedImage = ValueOf<typeof IMAGE>;
export type SeedSystemNode = ValueOf<typeof SYSTEM_NODE>;
export type SeedDemo = ValueOf<typeof DEMO>;
