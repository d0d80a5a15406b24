import type { Schema } from '../../contract/documented.ts';
import type { Instant } from '../../core/clock.ts';
import { own } from '../../core/members.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';

/** Members of an object as in requests and answers. */
export type Members = Readonly<Record<string, unknown>>;

/** The stored body of an object. */
export interface AirBody<Its extends Members = Members, Hidden extends Members = Members> {
  readonly created: Instant;
  readonly modified: Instant;
  readonly members: Its;
  /** Members without a place in answers: parents, steps, uploads. */
  readonly hidden: Hidden;
}

/** An object of one resource or, without type arguments, of any. */
export type AirRow<Its extends Members = Members, Hidden extends Members = Members> = Row<AirBody<Its, Hidden>>;

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

/** The stored members of a view: without those of every row, and without computed ones. */
type MembersOfView<View, Computed extends keyof View = never> = Omit<View, 'id' | 'created' | 'modified' | Computed>;

/** For resources without hidden members. */
type Nothing = Readonly<Record<string, never>>;

interface Stored<Its extends Members, Hidden extends Members = Nothing> {
  readonly members: Its;
  readonly hidden: Hidden;
}

/** A publish access record, and the members of its object that are to change when it is approved. */
type StoredRecord<
  Name extends 'ImagePublishAccessRecord' | 'MarketplaceDemoPublishAccessRecord',
  Asked = Nothing,
> = Stored<MembersOfView<Schema<'air', Name>>, { readonly requested_by_email: string; readonly asked: Partial<Asked> }>;

/** The stored members of each resource, by name. */
interface StoredByName {
  simulations: Stored<MembersOfView<Schema<'air', 'Simulation'>>, { readonly steps?: readonly Step[] }>;
  simulation_ztp_script: Stored<MembersOfView<Schema<'air', 'ZtpScript'>>>;
  histories: Stored<MembersOfView<Schema<'air', 'History'>>, { readonly labels?: readonly string[] }>;
  nodes: Stored<MembersOfView<Schema<'air', 'Node'>>>;
  interfaces: Stored<
    MembersOfView<Schema<'air', 'Interface'>>,
    {
      readonly simulation: string;
      /** Ids of the interfaces that a breakout created. */
      readonly parts?: readonly string[];
    }
  >;
  /** Its interfaces and their nodes are hidden, because answers show them by name. */
  links: Stored<
    MembersOfView<Schema<'air', 'Link'>, 'interfaces'>,
    { readonly simulation: string; readonly interface: readonly string[]; readonly node: readonly string[] }
  >;
  services: Stored<
    MembersOfView<Schema<'air', 'Service'>, 'worker_port' | 'worker_fqdn'>,
    {
      readonly simulation: string;
      readonly node: string;
      readonly worker_port: number;
      readonly worker_fqdn: string;
    }
  >;
  instructions: Stored<
    MembersOfView<Schema<'air', 'NodeInstruction'>>,
    { readonly simulation: string; readonly executor: string; readonly creator?: string }
  >;
  checkpoints: Stored<MembersOfView<Schema<'air', 'Checkpoint'>>, { readonly simulation: string }>;
  runs: Stored<MembersOfView<Schema<'air', 'Run'>>>;
  userconfigs: Stored<MembersOfView<Schema<'air', 'UserConfig'>, 'content'> & { readonly content: string }>;
  images: Stored<
    MembersOfView<Schema<'air', 'Image'>, 'is_owned_by_client'>,
    {
      /** Null once the upload has ended. */
      readonly upload?: Upload | null;
    }
  >;
  image_shares: Stored<
    MembersOfView<Schema<'air', 'ImageShare'>>,
    {
      /** The account that may claim the share. */
      readonly target: string;
    }
  >;
  image_publish_access_records: StoredRecord<
    'ImagePublishAccessRecord',
    Pick<Schema<'air', 'Image'>, 'name' | 'version'>
  >;
  demo_publish_access_records: StoredRecord<'MarketplaceDemoPublishAccessRecord'>;
  demos: Stored<MembersOfView<Schema<'air', 'MarketplaceDemo'>>>;
  demo_access_requests: Stored<MembersOfView<Schema<'air', 'DemoAccessRequest'>, 'marketplace_demo_name'>>;
  demo_tags: Stored<MembersOfView<Schema<'air', 'MarketplaceDemoTag'>>>;
  trainings: Stored<
    MembersOfView<Schema<'air', 'Training'>, 'training_simulation_state'> & { readonly attendees: readonly string[] }
  >;
  ssh_keys: Stored<MembersOfView<Schema<'air', 'SshKey'>>>;
  system_nodes: Stored<
    MembersOfView<Schema<'air', 'SystemNode'>, 'category'> & Pick<Schema<'air', 'Node'>, 'category'>
  >;
  fleets: Stored<MembersOfView<Schema<'air', 'Fleet'>>>;
  workers: Stored<MembersOfView<Schema<'air', 'Worker'>, 'registration_token'>>;
  worker_certificates: Stored<Omit<Schema<'air', 'WorkerCertificate'>, 'id' | 'usable'>>;
  manifests: Stored<MembersOfView<Schema<'air', 'Manifest'>>>;
  plugin_images: Stored<MembersOfView<Schema<'air', 'Manifest'>>>;
  os_image_manifests: Stored<MembersOfView<Schema<'air', 'OsImageManifest'>>>;
  os_templates: Stored<MembersOfView<Schema<'air', 'OsTemplate'>>>;
  platform_information: Stored<MembersOfView<Schema<'air', 'PlatformInformation'>>>;
}

export type StoredName = keyof StoredByName;

/** The member of a resource's table that selects its stored type. */
export interface Named<Name extends string = StoredName> {
  readonly name: Name;
}

export type MembersOf<Name extends StoredName> = StoredByName[Name]['members'];
export type HiddenOf<Name extends StoredName> = StoredByName[Name]['hidden'];
export type RowOf<Name extends StoredName> = AirRow<MembersOf<Name>, HiddenOf<Name>>;

/** The table decides whether all objects of a resource have a parent, or none. */
type AirCollection<Its extends Members = Members, Hidden extends Members = Members> = Collection<
  AirBody<Its, Hidden>,
  string | null
>;

const COLLECTIONS: { readonly [Name in StoredName]: AirCollection<MembersOf<Name>, HiddenOf<Name>> } = {
  simulations: new Collection('air.simulations'),
  simulation_ztp_script: new Collection('air.simulation_ztp_script'),
  histories: new Collection('air.histories'),
  nodes: new Collection('air.nodes'),
  interfaces: new Collection('air.interfaces'),
  links: new Collection('air.links'),
  services: new Collection('air.services'),
  instructions: new Collection('air.instructions'),
  checkpoints: new Collection('air.checkpoints'),
  runs: new Collection('air.runs'),
  userconfigs: new Collection('air.userconfigs'),
  images: new Collection('air.images'),
  image_shares: new Collection('air.image_shares'),
  image_publish_access_records: new Collection('air.image_publish_access_records'),
  demo_publish_access_records: new Collection('air.demo_publish_access_records'),
  demos: new Collection('air.demos'),
  demo_access_requests: new Collection('air.demo_access_requests'),
  demo_tags: new Collection('air.demo_tags'),
  trainings: new Collection('air.trainings'),
  ssh_keys: new Collection('air.ssh_keys'),
  system_nodes: new Collection('air.system_nodes'),
  fleets: new Collection('air.fleets'),
  workers: new Collection('air.workers'),
  worker_certificates: new Collection('air.worker_certificates'),
  manifests: new Collection('air.manifests'),
  plugin_images: new Collection('air.plugin_images'),
  os_image_manifests: new Collection('air.os_image_manifests'),
  os_templates: new Collection('air.os_templates'),
  platform_information: new Collection('air.platform_information'),
};

export function collectionOf<Name extends StoredName>({
  name,
}: Named<Name>): AirCollection<MembersOf<Name>, HiddenOf<Name>> {
  return COLLECTIONS[name];
}

/** Untyped, for code that handles all resources alike. */
export function anyCollectionOf({ name }: Named<string>): AirCollection {
  const collection = own<AirCollection>(COLLECTIONS, name);
  if (collection === undefined) throw new Error(`the resource \`${name}\` has no collection`);
  return collection;
}

/** Rows are written only through their collection, so the name of the collection proves the type of the members. */
export function isOf<Name extends StoredName>(resource: Named<Name>, row: AirRow): row is RowOf<Name> {
  return row.collection === collectionOf(resource).name;
}
