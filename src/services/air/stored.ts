import type { Schema } from '../../contract/documented.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import type { Instant } from '../../time/clock.ts';
import type { AirResource } from './tables/index.ts';

/** Members of an object as in requests and answers. */
export type Members = Readonly<Record<string, unknown>>;

/** The stored form of an object, without its times. */
interface Stored<Its extends Members = Members, Hidden extends Members = Nothing> {
  readonly members: Its;
  /** Members without a place in answers: parents, steps, uploads. */
  readonly hidden: Hidden;
}

export type SimulationState = Schema<'air', 'Simulation'>['state'];

/** A state and the time when it begins. */
export interface Step {
  readonly state: SimulationState;
  readonly at: Instant;
}

/** An upload in progress. */
export interface Upload {
  readonly id: string;
  readonly hash: string;
  /** In bytes. */
  readonly size: number;
  /** The parts that have arrived, by number. */
  readonly parts: Readonly<Record<string, Part>>;
}

/** A received part; its bytes are counted, hashed and discarded. */
export interface Part {
  readonly size: number;
  readonly etag: string;
}

/** The interface that was broken out into parts, as it was before. */
export interface Whole {
  readonly id: string;
  readonly name: string;
}

/** The members of an answer, without those of every row, and without computed ones. */
type Shown<View, Computed extends keyof View = never> = Omit<View, 'id' | 'created' | 'modified' | Computed>;

/** For resources without hidden members. */
type Nothing = Readonly<Record<string, never>>;

/** Of a publish access record; `asked` has the members of its object that change when it is approved. */
type Requested = {
  readonly requested_by_email: string;
  readonly asked: Partial<Pick<Schema<'air', 'Image'>, 'name' | 'version'>>;
};

/** The stored members of each resource, by name. */
interface StoredByName {
  simulations: Stored<Shown<Schema<'air', 'Simulation'>>, { readonly steps?: readonly Step[] }>;
  simulation_ztp_script: Stored<Shown<Schema<'air', 'ZtpScript'>>>;
  histories: Stored<Shown<Schema<'air', 'History'>>, { readonly labels?: readonly string[] }>;
  nodes: Stored<Shown<Schema<'air', 'Node'>>>;
  interfaces: Stored<
    Shown<Schema<'air', 'Interface'>>,
    {
      readonly simulation: string;
      /** Of a part. Null after a revert. */
      readonly whole?: Whole | null;
    }
  >;
  /** Its interfaces and their nodes are hidden, because answers show them by name. */
  links: Stored<
    Shown<Schema<'air', 'Link'>, 'interfaces'>,
    { readonly simulation: string; readonly interface: readonly string[]; readonly node: readonly string[] }
  >;
  services: Stored<
    Shown<Schema<'air', 'Service'>, 'worker_port' | 'worker_fqdn'>,
    {
      readonly simulation: string;
      readonly node: string;
      readonly worker_port: number;
      readonly worker_fqdn: string;
    }
  >;
  instructions: Stored<
    Shown<Schema<'air', 'NodeInstruction'>>,
    { readonly simulation: string; readonly executor: string; readonly creator?: string }
  >;
  checkpoints: Stored<Shown<Schema<'air', 'Checkpoint'>>, { readonly simulation: string }>;
  runs: Stored<Shown<Schema<'air', 'Run'>>>;
  userconfigs: Stored<Shown<Schema<'air', 'UserConfig'>, 'content'> & { readonly content: string }>;
  images: Stored<
    Shown<Schema<'air', 'Image'>, 'is_owned_by_client'>,
    {
      /** Null once the upload has ended. */
      readonly upload?: Upload | null;
    }
  >;
  image_shares: Stored<
    Shown<Schema<'air', 'ImageShare'>>,
    {
      /** The account that may claim the share. */
      readonly target: string;
    }
  >;
  image_publish_access_records: Stored<Shown<Schema<'air', 'ImagePublishAccessRecord'>>, Requested>;
  demo_publish_access_records: Stored<Shown<Schema<'air', 'MarketplaceDemoPublishAccessRecord'>>, Requested>;
  demos: Stored<Shown<Schema<'air', 'MarketplaceDemo'>>>;
  demo_access_requests: Stored<Shown<Schema<'air', 'DemoAccessRequest'>, 'marketplace_demo_name'>>;
  demo_tags: Stored<Shown<Schema<'air', 'MarketplaceDemoTag'>>>;
  trainings: Stored<
    Shown<Schema<'air', 'Training'>, 'training_simulation_state'> & { readonly attendees: readonly string[] }
  >;
  ssh_keys: Stored<Shown<Schema<'air', 'SshKey'>>>;
  system_nodes: Stored<Shown<Schema<'air', 'SystemNode'>, 'category'> & Pick<Schema<'air', 'Node'>, 'category'>>;
  fleets: Stored<Shown<Schema<'air', 'Fleet'>>>;
  workers: Stored<Shown<Schema<'air', 'Worker'>, 'registration_token'>>;
  worker_certificates: Stored<Omit<Schema<'air', 'WorkerCertificate'>, 'id' | 'usable'>>;
  manifests: Stored<Shown<Schema<'air', 'Manifest'>>>;
  plugin_images: Stored<Shown<Schema<'air', 'Manifest'>>>;
  os_image_manifests: Stored<Shown<Schema<'air', 'OsImageManifest'>>>;
  os_templates: Stored<Shown<Schema<'air', 'OsTemplate'>>>;
  platform_information: Stored<Shown<Schema<'air', 'PlatformInformation'>>>;
}

export type StoredName = keyof StoredByName;

/** The members of an object that requests and answers have. */
export type MembersOf<Name extends StoredName> = StoredByName[Name]['members'];
/** Its other members. */
export type HiddenOf<Name extends StoredName> = StoredByName[Name]['hidden'];

export interface Times {
  readonly created: Instant;
  readonly modified: Instant;
}

interface AirBody<Its extends Stored<Members, Members>> extends Times {
  readonly members: Its['members'];
  readonly hidden: Its['hidden'];
}

/** An object of any resource. */
export type AirRow = Row<AirBody<Stored<Members, Members>>>;

/** An object of one resource. */
export type RowOf<Name extends StoredName> = Row<AirBody<StoredByName[Name]>>;

/** The table of a stored resource. */
export interface Table<Name extends StoredName = StoredName> extends AirResource {
  readonly name: Name;
}

/** The table decides whether all objects of a resource have a parent, or none. */
type AirCollection<Its extends Stored<Members, Members>> = Collection<AirBody<Its>, string | null>;

/** A collection is only a name and the type of its rows, so none is kept. */
export function collectionOf<Name extends StoredName>({ name }: Table<Name>): AirCollection<StoredByName[Name]> {
  return new Collection(`air.${name}`);
}

/** Untyped, for code that handles all resources alike. */
export function anyCollectionOf(name: string): AirCollection<Stored<Members, Members>> {
  return new Collection(`air.${name}`);
}

/** Rows are written only through their collection, so the name of the collection proves the type of the members. */
export function isOf<Name extends StoredName>(table: Table<Name>, row: AirRow): row is RowOf<Name> {
  return row.collection === collectionOf(table).name;
}
