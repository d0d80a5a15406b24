import * as SCHEMAS from '../../../generated/air.schemas.ts';
import { type Instant, rfc3339 } from '../../core/clock.ts';
import { own } from '../../core/own.ts';
import type { Placed, SeedFault } from '../../core/seed-fault.ts';
import { hashSecret } from '../../credentials/secret.ts';
import { sshFingerprint } from '../../credentials/ssh-key.ts';
import { namedUuid } from '../../platform/random.ts';
import { DATA_OF, instructionDraft, interfaceDraft, macOf, serviceDraft } from './network.ts';
import { airRow, type DraftOf, type RowTable } from './objects.ts';
import { type AirRow, isOf, type Members, type MembersOf, type Named, type RowOf, type StoredName } from './stored.ts';
import { IMAGE_SHARES, IMAGES } from './tables/images.ts';
import { FLEETS, WORKER_CERTIFICATES, WORKERS } from './tables/infra.ts';
import { OS_IMAGE_MANIFESTS, OS_TEMPLATES, PLATFORM_INFORMATION } from './tables/manifests.ts';
import { DEMO_TAGS } from './tables/marketplace.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODES, SERVICES } from './tables/network.ts';
import { SSH_KEYS, USERCONFIGS } from './tables/people.ts';
import { CHECKPOINTS, RUNS } from './tables/simulations.ts';
import { linkDraft } from './topology.ts';

/** The members that a seed gives of each resource: those that a request needs, and any others. */
interface Given {
  interfaces: Pick<MembersOf<'interfaces'>, 'node' | 'name'> & Partial<MembersOf<'interfaces'>>;
  links: MembersOf<'links'> & { readonly interfaces: readonly string[] };
  services: Pick<MembersOf<'services'>, 'interface' | 'node_port'> & Partial<MembersOf<'services'>>;
  instructions: Pick<MembersOf<'instructions'>, 'node' | 'data'> &
    Partial<MembersOf<'instructions'>> & { readonly executor: keyof typeof DATA_OF };
  runs: Pick<MembersOf<'runs'>, 'simulation'> & Partial<MembersOf<'runs'>>;
  checkpoints: Pick<MembersOf<'checkpoints'>, 'run'> & Partial<MembersOf<'checkpoints'>>;
  userconfigs: MembersOf<'userconfigs'>;
  image_shares: Pick<MembersOf<'image_shares'>, 'image' | 'target_org'> & Partial<MembersOf<'image_shares'>>;
  demo_tags: MembersOf<'demo_tags'>;
  ssh_keys: Pick<MembersOf<'ssh_keys'>, 'name'> & { readonly public_key: string; readonly user: string };
  fleets: MembersOf<'fleets'>;
  workers: Pick<MembersOf<'workers'>, 'fleet' | 'fqdn' | 'ip_address'> & Partial<MembersOf<'workers'>>;
  worker_certificates: Pick<MembersOf<'worker_certificates'>, 'worker'> & Partial<MembersOf<'worker_certificates'>>;
  os_image_manifests: Pick<MembersOf<'os_image_manifests'>, 'image' | 'os_type'> &
    Partial<MembersOf<'os_image_manifests'>>;
  os_templates: Pick<MembersOf<'os_templates'>, 'os_type' | 'os_template_version' | 'render'> &
    Partial<MembersOf<'os_templates'>>;
  platform_information: Pick<
    MembersOf<'platform_information'>,
    'model' | 'platform_information_version' | 'port_map' | 'ports_config'
  > &
    Partial<MembersOf<'platform_information'>>;
}
type Name = keyof Given;

interface SeedObjectOf<Its extends Name> {
  readonly org: string;
  readonly resource: Its;
  readonly id: string;
  readonly members: Given[Its];
}

/** An object of a resource that has no list of its own in a seed. */
export type SeedObject = { [Its in Name]: SeedObjectOf<Its> }[Name];

/** The members that must be there, with the JSON type of each. */
const NEEDED: Readonly<Record<Name, Readonly<Record<string, 'string' | 'number' | 'object' | 'array'>>>> = {
  interfaces: { node: 'string', name: 'string' },
  links: { interfaces: 'array' },
  services: { interface: 'string', node_port: 'number' },
  instructions: { node: 'string', executor: 'string', data: 'object' },
  runs: { simulation: 'string' },
  checkpoints: { run: 'string' },
  userconfigs: { name: 'string', kind: 'string', content: 'string' },
  image_shares: { image: 'string', target_org: 'string' },
  demo_tags: { name: 'string' },
  ssh_keys: { name: 'string', public_key: 'string', user: 'string' },
  fleets: { name: 'string' },
  workers: { fleet: 'string', fqdn: 'string', ip_address: 'string' },
  worker_certificates: { worker: 'string' },
  os_image_manifests: { image: 'string', os_type: 'string' },
  os_templates: { os_type: 'string', os_template_version: 'string', render: 'object' },
  platform_information: {
    model: 'string',
    platform_information_version: 'string',
    port_map: 'object',
    ports_config: 'object',
  },
};
export const SEEDED = Object.keys(NEEDED);

/** The members of each resource, as its request has them, or only its answer. */
const DOCUMENTED: Readonly<Record<Name, { readonly properties: object }>> = {
  interfaces: SCHEMAS.CreateInterfaceRequest,
  links: SCHEMAS.CreateLinkRequest,
  services: SCHEMAS.CreateServiceRequest,
  instructions: SCHEMAS.CreateNodeInstructionRequest,
  runs: SCHEMAS.Run,
  checkpoints: SCHEMAS.Checkpoint,
  userconfigs: SCHEMAS.CreateUserConfigRequest,
  image_shares: SCHEMAS.ImageShare,
  demo_tags: SCHEMAS.CreateMarketplaceDemoTagRequest,
  ssh_keys: SCHEMAS.CreateSshKeyRequest,
  fleets: SCHEMAS.CreateFleetRequest,
  workers: SCHEMAS.CreateWorkerRequest,
  worker_certificates: SCHEMAS.WorkerCertificate,
  os_image_manifests: SCHEMAS.CreateOsImageManifestRequest,
  os_templates: SCHEMAS.CreateOsTemplateRequest,
  platform_information: SCHEMAS.CreatePlatformInformationRequest,
};

/** By resource: what the documents say of the members. Which of them must be there is checked later. */
export const MEMBERS_BY_RESOURCE = Object.entries(DOCUMENTED).map(([resource, { properties }]) => ({
  if: { properties: { resource: { const: resource } } },
  // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
  then: { properties: { members: { properties } } },
}));

/** Members that name another object, with its resource. */
const REFERENCES: Readonly<Record<string, StoredName>> = {
  node: 'nodes',
  interface: 'interfaces',
  interfaces: 'interfaces',
  split: 'interfaces',
  simulation: 'simulations',
  run: 'runs',
  image: 'images',
  fleet: 'fleets',
  worker: 'workers',
};

const WORDS = { string: 'a string', number: 'a number', object: 'an object', array: 'an array' } as const;

/**
 * Members that are missing or of the wrong type, and references to no object.
 *
 * @param known the resources of the objects before these, by id
 */
export function findObjectFaults(
  objects: readonly Placed<SeedObject>[],
  known: ReadonlyMap<string, StoredName>,
): SeedFault[] {
  const resources = new Map(known);
  return objects.flatMap(({ place, entry }) => {
    const members: Members = entry.members;
    const faultOf = (member: string, message: string) => ({
      place: `${place}.members.${member}`,
      message: `\`${place}.members.${member}\` ${message}`,
    });
    const mistyped = Object.entries(own(NEEDED, entry.resource) ?? {})
      .filter(([member, type]) => typeOf(own(members, member)) !== type)
      .map(([member, type]) => faultOf(member, `must be ${WORDS[type]}`));
    const dangling = Object.entries(REFERENCES).flatMap(([member, resource]) =>
      [own(members, member) ?? []]
        .flat()
        .filter((id) => resources.get(String(id)) !== resource)
        .map((id) =>
          faultOf(
            member,
            `names \`${id}\`, which none of the \`${resource}\` before it is: add that one, or remove this object`,
          ),
        ),
    );
    resources.set(entry.id, entry.resource);
    if (mistyped.length > 0) return mistyped;
    return [...dangling, ...ownFaults(entry).map(([member, message]) => faultOf(member, message))];
  });
}

/** What only one resource requires of a member. */
function ownFaults(entry: SeedObject): readonly (readonly [member: string, message: string])[] {
  if (entry.resource === 'links') {
    const [one, other, ...more] = entry.members.interfaces;
    const isPair = other !== undefined && one !== other && more.length === 0;
    return isPair ? [] : [['interfaces', 'must name two different interfaces']];
  }
  if (entry.resource === 'instructions') {
    const { executor, data } = entry.members;
    // The schema reports an unknown executor.
    const member = own(DATA_OF, executor);
    return member === undefined || Object.hasOwn(data, member) ? [] : [[`data.${member}`, 'is missing']];
  }
  if (entry.resource === 'ssh_keys' && sshFingerprint(entry.members.public_key) === null)
    return [['public_key', 'must be a complete `ssh-ed25519` or `ssh-rsa` key']];
  return [];
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

/** What the members of an object are completed from. */
interface Known {
  readonly id: string;
  readonly org: string;
  readonly now: Instant;
  accountOf(org: string): string;
  /** An object that another names; the seed was checked. */
  find<Its extends StoredName>(resource: Named<Its>, id: string): RowOf<Its>;
  /** The ids of the interfaces that were broken out of one. */
  partsOf(id: string): readonly string[];
}

const YEAR = 365 * 86_400_000;

const DRAFTS: { readonly [Its in Name]: (members: Given[Its], known: Known) => DraftOf<Its> } = {
  interfaces: ({ node, ...members }, { id, find, partsOf }) => {
    const parts = partsOf(id);
    const draft = interfaceDraft(find(NODES, node), {
      mac_address: macOf(namedUuid(`air-mac:${id}`).replaceAll('-', '')),
      ...members,
    });
    return parts.length === 0 ? draft : { ...draft, hidden: { ...draft.hidden, parts } };
  },
  links: ({ interfaces, ...members }, { find }) => {
    const ends = interfaces.map((id) => find(INTERFACES, id));
    return linkDraft(ends[0]?.body.hidden.simulation ?? '', ends, members);
  },
  services: (members, { find }) =>
    serviceDraft(find(INTERFACES, members.interface), { ...SERVICES.defaults, ...members }, 0),
  instructions: (members, { org, find }) =>
    instructionDraft(find(NODES, members.node), { ...INSTRUCTIONS.defaults, ...members }, `seed@${org}`),
  runs: (members, { now }) => ({
    members: { name: '', started_from: null, started_at: rfc3339(now), ended_at: null, ...members },
  }),
  checkpoints: (members, { find }) => {
    const { simulation } = find(RUNS, members.run).body.members;
    return {
      members: { name: '', favorite: false, metadata: null, state: 'COMPLETE', ...members },
      hidden: { simulation },
      parent: simulation,
    };
  },
  userconfigs: (members) => ({ members }),
  image_shares: (members, { org, now, accountOf, find }) => {
    const { name, version } = find(IMAGES, members.image).body.members;
    return {
      members: {
        image_name: name,
        image_version: version,
        source_org_display_name: org,
        target_org_display_name: members.target_org,
        expires_at: rfc3339(now + YEAR),
        claimed_by: '',
        state: 'ACTIVE',
        ...members,
      },
      hidden: { target: accountOf(members.target_org) },
    };
  },
  demo_tags: (members) => ({ members }),
  ssh_keys: ({ name, public_key }) => ({ members: { name, fingerprint: sshFingerprint(public_key) ?? '' } }),
  fleets: (members) => ({ members }),
  workers: (members) => ({ members: { ...WORKERS.defaults, ...members } }),
  worker_certificates: (members, { id, now, find }) => ({
    members: {
      worker_fqdn: find(WORKERS, members.worker).body.members.fqdn,
      expires: rfc3339(now + YEAR),
      fingerprint: hashSecret(id),
      last_used: null,
      revoked: false,
      ...members,
    },
  }),
  os_image_manifests: (members, { org }) => ({
    members: { ...OS_IMAGE_MANIFESTS.defaults, creator: `seed@${org}`, ...members },
  }),
  os_templates: (members, { org }) => ({
    members: { generate: {}, vars: [], org, creator: `seed@${org}`, ...members },
  }),
  platform_information: (members, { org }) => ({
    members: { ...PLATFORM_INFORMATION.defaults, creator: `seed@${org}`, ...members },
  }),
};

const RESOURCES: { readonly [Its in Name]: RowTable & Named<Its> } = {
  interfaces: INTERFACES,
  links: LINKS,
  services: SERVICES,
  instructions: INSTRUCTIONS,
  runs: RUNS,
  checkpoints: CHECKPOINTS,
  userconfigs: USERCONFIGS,
  image_shares: IMAGE_SHARES,
  demo_tags: DEMO_TAGS,
  ssh_keys: SSH_KEYS,
  fleets: FLEETS,
  workers: WORKERS,
  worker_certificates: WORKER_CERTIFICATES,
  os_image_manifests: OS_IMAGE_MANIFESTS,
  os_templates: OS_TEMPLATES,
  platform_information: PLATFORM_INFORMATION,
};

/** The rows of the objects. @param before the rows that they may name */
export function objectRows(
  objects: readonly SeedObject[],
  before: readonly AirRow[],
  { now, accountOf }: Pick<Known, 'now' | 'accountOf'>,
): readonly AirRow[] {
  const rows = new Map(before.map((row) => [row.id, row]));
  const known = {
    now,
    accountOf,
    find: <Its extends StoredName>(resource: Named<Its>, id: string): RowOf<Its> => {
      const row = rows.get(id);
      if (row !== undefined && isOf(resource, row)) return row;
      throw new Error(`the checked seed lacks \`${id}\` of \`${resource.name}\``);
    },
    partsOf: (id: string) =>
      objects.filter(({ resource, members }) => resource === 'interfaces' && members.split === id).map((one) => one.id),
  };
  return objects.map((one) => {
    const row = objectRow(one, known);
    rows.set(row.id, row);
    return row;
  });
}

function objectRow<Its extends Name>(
  { id, org, resource, members }: SeedObjectOf<Its>,
  known: Omit<Known, 'id' | 'org'>,
): AirRow {
  const draft = DRAFTS[resource](members, { ...known, id, org });
  const { now, accountOf } = known;
  const owner = resource === 'ssh_keys' && 'user' in members ? `${accountOf(org)}/${members.user}` : accountOf(org);
  return airRow(RESOURCES[resource], { id, owner }, { created: now, modified: now }, draft);
}
