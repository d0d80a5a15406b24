import * as SCHEMAS from '../../../generated/air.schemas.ts';
import {
  bodySchema,
  INSTANT,
  listSchema,
  objectSchema,
  TEXT,
  TEXTS,
  withoutMembers,
} from '../../definitions/json-schema.ts';
import type { RowSchema, StoredSchemas } from '../../store/row-schema.ts';
import { createRow, type DraftOf } from './objects.ts';
import {
  type AirRow,
  collectionOf,
  type HiddenOf,
  type SplitInterface,
  type StoredName,
  type Table,
  type Upload,
} from './stored.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS, IMAGE_SHARES, IMAGES } from './tables/images.ts';
import type { AirResource } from './tables/index.ts';
import { FLEETS, WORKER_CERTIFICATES, WORKERS } from './tables/infra.ts';
import {
  MANIFESTS,
  OS_IMAGE_MANIFESTS,
  OS_TEMPLATES,
  PLATFORM_INFORMATION,
  PLUGIN_IMAGES,
} from './tables/manifests.ts';
import { DEMO_ACCESS_REQUESTS, DEMO_PUBLISH_ACCESS_RECORDS, DEMO_TAGS, DEMOS } from './tables/marketplace.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODES, SERVICES, SYSTEM_NODES } from './tables/network.ts';
import { SSH_KEYS, USERCONFIGS } from './tables/people.ts';
import { CHECKPOINTS, HISTORIES, RUNS, SIMULATION_ZTP_SCRIPT, SIMULATIONS } from './tables/simulations.ts';
import { TRAININGS } from './tables/trainings.ts';

interface ResponseSchema {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** Members of every response that are not stored as such. */
const COMMON_MEMBERS: readonly string[] = ['id', 'created', 'modified'];

interface Options {
  /** Members of the response that are computed or hidden. */
  readonly without?: readonly string[];
  /** Stored members that are not in the response. */
  readonly also?: Readonly<Record<string, object>>;
  readonly hidden?: object;
}

/** Derives the schema of stored rows. @param response the documented response schema of the resource */
function storedObjectSchema<Name extends StoredName>(
  table: Table<Name>,
  response: ResponseSchema,
  options: Options = {},
): RowSchema {
  const { without = [], also = {}, hidden = objectSchema({}) } = options;
  const viewSchema = withoutMembers(response, [
    ...COMMON_MEMBERS.filter((name) => name in response.properties),
    ...without,
  ]);
  const members = {
    ...viewSchema,
    properties: { ...viewSchema.properties, ...also },
    required: [...viewSchema.required, ...Object.keys(also)],
  };
  return {
    collection: collectionOf(table).name,
    body: objectSchema({ created: INSTANT, modified: INSTANT, members, hidden }),
    isPart: (table as AirResource).part !== undefined,
    rebuild: (row) => rebuildRow(table, row as AirRow),
  };
}

/** Builds a stored row again, to compare the two. */
function rebuildRow(table: Table, { id, owner, parent, sharedWith, dueAt, body, facets }: AirRow): AirRow {
  const { created, modified, members, hidden } = body;
  const placement = { sharedWith, ...(parent !== null && { parent }), ...(dueAt !== null && { dueAt }) };
  // Safe cast: the members were validated before.
  const draft = { members, hidden, ...placement } as unknown as DraftOf<StoredName>;
  const rebuilt = createRow(table, { id, owner }, { created, modified }, draft) as AirRow;
  // The indexed state can be outdated until the next search.
  return rebuilt.facets === undefined || facets === undefined
    ? rebuilt
    : { ...rebuilt, facets: { ...rebuilt.facets, state: facets.state } };
}

/** Like `bodySchema`, for hidden members of a resource. */
function hiddenSchema<Name extends StoredName>(
  ...[properties, optional]: Parameters<typeof bodySchema<HiddenOf<Name>>>
) {
  return bodySchema<HiddenOf<Name>>(properties, optional);
}

const IN_SIMULATION = { simulation: TEXT };

const UPLOAD = bodySchema<Upload>({
  id: TEXT,
  hash: TEXT,
  size: { type: 'integer' },
  parts: { type: 'object', additionalProperties: objectSchema({ size: { type: 'integer' }, etag: TEXT }) },
});

const WHOLE = bodySchema<SplitInterface>({ id: TEXT, name: TEXT });

const { name, version } = SCHEMAS.Image.properties;
const REQUESTED = objectSchema({
  requested_by_email: TEXT,
  asked: objectSchema({ name, version }, ['name', 'version']),
});

const { worker_port, worker_fqdn } = SCHEMAS.Service.properties;
const { category } = SCHEMAS.Node.properties;
const { state } = SCHEMAS.Simulation.properties;

/** The schemas of all resources. The type makes the compiler report missing ones. */
const ROWS: Readonly<Record<StoredName, RowSchema>> = {
  simulations: storedObjectSchema(SIMULATIONS, SCHEMAS.Simulation, {
    hidden: hiddenSchema<'simulations'>({ steps: listSchema(objectSchema({ state, at: INSTANT })) }, ['steps']),
  }),
  simulation_ztp_script: storedObjectSchema(SIMULATION_ZTP_SCRIPT, SCHEMAS.ZtpScript),
  histories: storedObjectSchema(HISTORIES, SCHEMAS.History, {
    hidden: hiddenSchema<'histories'>({ labels: TEXTS }, ['labels']),
  }),
  nodes: storedObjectSchema(NODES, SCHEMAS.Node),
  interfaces: storedObjectSchema(INTERFACES, SCHEMAS.Interface, {
    hidden: hiddenSchema<'interfaces'>({ ...IN_SIMULATION, whole: { ...WHOLE, type: ['object', 'null'] } }, ['whole']),
  }),
  links: storedObjectSchema(LINKS, SCHEMAS.Link, {
    without: ['interfaces'],
    hidden: hiddenSchema<'links'>({ ...IN_SIMULATION, interface: TEXTS, node: TEXTS }),
  }),
  services: storedObjectSchema(SERVICES, SCHEMAS.Service, {
    without: ['worker_port', 'worker_fqdn'],
    hidden: hiddenSchema<'services'>({ ...IN_SIMULATION, node: TEXT, worker_port, worker_fqdn }),
  }),
  instructions: storedObjectSchema(INSTRUCTIONS, SCHEMAS.NodeInstruction, {
    hidden: hiddenSchema<'instructions'>({ ...IN_SIMULATION, executor: TEXT, creator: TEXT }, ['creator']),
  }),
  checkpoints: storedObjectSchema(CHECKPOINTS, SCHEMAS.Checkpoint, {
    hidden: hiddenSchema<'checkpoints'>(IN_SIMULATION),
  }),
  runs: storedObjectSchema(RUNS, SCHEMAS.Run),
  userconfigs: storedObjectSchema(USERCONFIGS, SCHEMAS.UserConfig, { without: ['content'], also: { content: TEXT } }),
  images: storedObjectSchema(IMAGES, SCHEMAS.Image, {
    without: ['is_owned_by_client'],
    hidden: hiddenSchema<'images'>({ upload: { ...UPLOAD, type: ['object', 'null'] } }, ['upload']),
  }),
  image_shares: storedObjectSchema(IMAGE_SHARES, SCHEMAS.ImageShare, {
    hidden: hiddenSchema<'image_shares'>({ target: TEXT }),
  }),
  image_publish_access_records: storedObjectSchema(IMAGE_PUBLISH_ACCESS_RECORDS, SCHEMAS.ImagePublishAccessRecord, {
    hidden: REQUESTED,
  }),
  demo_publish_access_records: storedObjectSchema(
    DEMO_PUBLISH_ACCESS_RECORDS,
    SCHEMAS.MarketplaceDemoPublishAccessRecord,
    {
      hidden: REQUESTED,
    },
  ),
  demos: storedObjectSchema(DEMOS, SCHEMAS.MarketplaceDemo),
  demo_access_requests: storedObjectSchema(DEMO_ACCESS_REQUESTS, SCHEMAS.DemoAccessRequest, {
    without: ['marketplace_demo_name'],
  }),
  demo_tags: storedObjectSchema(DEMO_TAGS, SCHEMAS.MarketplaceDemoTag),
  trainings: storedObjectSchema(TRAININGS, SCHEMAS.Training, {
    without: ['training_simulation_state'],
    also: { attendees: TEXTS },
  }),
  ssh_keys: storedObjectSchema(SSH_KEYS, SCHEMAS.SshKey),
  system_nodes: storedObjectSchema(SYSTEM_NODES, SCHEMAS.SystemNode, { without: ['category'], also: { category } }),
  fleets: storedObjectSchema(FLEETS, SCHEMAS.Fleet),
  workers: storedObjectSchema(WORKERS, SCHEMAS.Worker, { without: ['registration_token'] }),
  worker_certificates: storedObjectSchema(WORKER_CERTIFICATES, SCHEMAS.WorkerCertificate, { without: ['usable'] }),
  manifests: storedObjectSchema(MANIFESTS, SCHEMAS.Manifest),
  plugin_images: storedObjectSchema(PLUGIN_IMAGES, SCHEMAS.Manifest),
  os_image_manifests: storedObjectSchema(OS_IMAGE_MANIFESTS, SCHEMAS.OsImageManifest),
  os_templates: storedObjectSchema(OS_TEMPLATES, SCHEMAS.OsTemplate),
  platform_information: storedObjectSchema(PLATFORM_INFORMATION, SCHEMAS.PlatformInformation),
};

export const STORED_SCHEMAS: StoredSchemas = { rows: Object.values(ROWS) };
