import type { Schema } from '../../contract/documented.ts';
import { object, schema, text, uuid, type ValueOf } from '../../contract/json-schema.ts';
import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/row.ts';
import type { AirResource } from './tables/index.ts';

/** Members of an object, as in requests and responses. */
export type Members = Readonly<Record<string, unknown>>;

/** An object as stored, without times. */
interface StoredObject<Own extends Members = Members, Hidden extends Members = NoMembers> {
  readonly members: Own;
  /** Members that are not in responses, such as parents, steps and uploads. */
  readonly hidden: Hidden;
}

export type SimulationState = Schema<'air', 'Simulation'>['state'];

export interface Step {
  readonly state: SimulationState;
  readonly at: Instant;
}

const SHA256 = { pattern: '^[0-9a-f]{64}$' };

function size(description: string) {
  return schema<number>({ type: 'integer', minimum: 1 }, description);
}

const PART = object({ size: size('The size in bytes.'), etag: text('The SHA-256 of the part.', SHA256) });

/** An upload in progress, which a seed writes as it is stored. Its bytes are counted and hashed, but not stored. */
export const UPLOAD = object(
  {
    id: uuid('The id of the upload.'),
    hash: text('The SHA-256 of the whole image.', SHA256),
    size: size('The size of the whole image in bytes.'),
    parts: schema<Readonly<Record<string, ValueOf<typeof PART>>>>(
      { type: 'object', additionalProperties: PART },
      'Uploaded parts, by number.',
    ),
  },
  'An upload in progress.',
);

export type Upload = ValueOf<typeof UPLOAD>;
export type Part = ValueOf<typeof PART>;

/** Stored members of a response: without computed members, and without those that every row has. */
type ViewMembers<View, Computed extends keyof View = never> = Omit<View, 'id' | 'created' | 'modified' | Computed>;

type NoMembers = Readonly<Record<string, never>>;

/** Hidden members of a publish access record. `asked` has changes to apply on approval. */
type RequestedPublication = {
  readonly requested_by_email: string;
  readonly asked: Partial<Pick<Schema<'air', 'Image'>, 'name' | 'version'>>;
};

interface StoredByName {
  simulations: StoredObject<ViewMembers<Schema<'air', 'Simulation'>>, { readonly steps?: readonly Step[] }>;
  simulation_ztp_script: StoredObject<ViewMembers<Schema<'air', 'ZtpScript'>>>;
  histories: StoredObject<ViewMembers<Schema<'air', 'History'>>, { readonly labels?: readonly string[] }>;
  nodes: StoredObject<ViewMembers<Schema<'air', 'Node'>>>;
  interfaces: StoredObject<
    ViewMembers<Schema<'air', 'Interface'>>,
    {
      readonly simulation: string;
      /** The interface before it was split into parts. Null after a revert. */
      readonly whole?: { readonly id: string; readonly name: string } | null;
    }
  >;
  /** Interfaces and nodes are hidden members, because responses include their names. */
  links: StoredObject<
    ViewMembers<Schema<'air', 'Link'>, 'interfaces'>,
    { readonly simulation: string; readonly interface: readonly string[]; readonly node: readonly string[] }
  >;
  services: StoredObject<
    ViewMembers<Schema<'air', 'Service'>, 'worker_port' | 'worker_fqdn'>,
    {
      readonly simulation: string;
      readonly node: string;
      readonly worker_port: number;
      readonly worker_fqdn: string;
    }
  >;
  instructions: StoredObject<
    ViewMembers<Schema<'air', 'NodeInstruction'>>,
    { readonly simulation: string; readonly executor: string; readonly creator?: string }
  >;
  checkpoints: StoredObject<ViewMembers<Schema<'air', 'Checkpoint'>>, { readonly simulation: string }>;
  runs: StoredObject<ViewMembers<Schema<'air', 'Run'>>>;
  userconfigs: StoredObject<ViewMembers<Schema<'air', 'UserConfig'>, 'content'> & { readonly content: string }>;
  images: StoredObject<
    ViewMembers<Schema<'air', 'Image'>, 'is_owned_by_client'>,
    {
      /** Null after the upload has ended. */
      readonly upload?: Upload | null;
    }
  >;
  image_shares: StoredObject<
    ViewMembers<Schema<'air', 'ImageShare'>>,
    {
      /** Account that may claim the share. */
      readonly target: string;
    }
  >;
  image_publish_access_records: StoredObject<
    ViewMembers<Schema<'air', 'ImagePublishAccessRecord'>>,
    RequestedPublication
  >;
  demo_publish_access_records: StoredObject<
    ViewMembers<Schema<'air', 'MarketplaceDemoPublishAccessRecord'>>,
    RequestedPublication
  >;
  demos: StoredObject<ViewMembers<Schema<'air', 'MarketplaceDemo'>>>;
  demo_access_requests: StoredObject<ViewMembers<Schema<'air', 'DemoAccessRequest'>, 'marketplace_demo_name'>>;
  demo_tags: StoredObject<ViewMembers<Schema<'air', 'MarketplaceDemoTag'>>>;
  trainings: StoredObject<
    ViewMembers<Schema<'air', 'Training'>, 'training_simulation_state'> & { readonly attendees: readonly string[] }
  >;
  ssh_keys: StoredObject<ViewMembers<Schema<'air', 'SshKey'>>>;
  system_nodes: StoredObject<
    ViewMembers<Schema<'air', 'SystemNode'>, 'category'> & Pick<Schema<'air', 'Node'>, 'category'>
  >;
  fleets: StoredObject<ViewMembers<Schema<'air', 'Fleet'>>>;
  workers: StoredObject<ViewMembers<Schema<'air', 'Worker'>, 'registration_token'>>;
  worker_certificates: StoredObject<Omit<Schema<'air', 'WorkerCertificate'>, 'id' | 'usable'>>;
  manifests: StoredObject<ViewMembers<Schema<'air', 'Manifest'>>>;
  plugin_images: StoredObject<ViewMembers<Schema<'air', 'Manifest'>>>;
  os_image_manifests: StoredObject<ViewMembers<Schema<'air', 'OsImageManifest'>>>;
  os_templates: StoredObject<ViewMembers<Schema<'air', 'OsTemplate'>>>;
  platform_information: StoredObject<ViewMembers<Schema<'air', 'PlatformInformation'>>>;
}

export type StoredName = keyof StoredByName;

export type MembersOf<Name extends StoredName> = StoredByName[Name]['members'];
export type HiddenOf<Name extends StoredName> = StoredByName[Name]['hidden'];

export interface Times {
  readonly created: Instant;
  readonly modified: Instant;
}

interface AirBody<Own extends StoredObject<Members, Members>> extends Times {
  readonly members: Own['members'];
  readonly hidden: Own['hidden'];
}

export type AirRow = Row<AirBody<StoredObject<Members, Members>>>;

export type RowOf<Name extends StoredName> = Row<AirBody<StoredByName[Name]>>;

export interface Table<Name extends StoredName = StoredName> extends AirResource {
  readonly name: Name;
}

/** The parent is `string | null`: the table determines which resources have parents. */
type AirCollection<Own extends StoredObject<Members, Members>> = Collection<AirBody<Own>, string | null>;

/** Collections are created on demand: they are only a name and a row type. */
export function collectionOf<Name extends StoredName>({ name }: Table<Name>): AirCollection<StoredByName[Name]> {
  return new Collection(`air.${name}`);
}

export function anyCollectionOf(name: string): AirCollection<StoredObject<Members, Members>> {
  return new Collection(`air.${name}`);
}

/** Safe type guard: rows are only written through their collection, so its name determines the type. */
export function isRowOf<Name extends StoredName>(table: Table<Name>, row: AirRow): row is RowOf<Name> {
  return row.collection === collectionOf(table).name;
}
