import * as SCHEMAS from '../../../generated/air.schemas.ts';
import type { SeedError } from '../../contract/seed.ts';
import type { LocatedEntry } from '../../contract/seed-entries.ts';
import { type Instant, rfc3339 } from '../../lib/clock.ts';
import { own } from '../../lib/members.ts';
import { deriveUuid } from '../../lib/random.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { computeSshFingerprint } from '../../tokens/ssh-key.ts';
import { REQUIRED_MEMBER_BY_EXECUTOR } from './instruction-data.ts';
import {
  createInstructionDraft,
  createInterfaceDraft,
  createLinkDraft,
  createServiceDraft,
  formatMac,
} from './network.ts';
import { createRow, type DraftOf } from './objects.ts';
import { type AirRow, isRowOf, type MembersOf, type RowOf, type StoredName, type Table } from './stored.ts';
import { IMAGE_SHARES, IMAGES } from './tables/images.ts';
import type { AirResource, LiteralTable } from './tables/index.ts';
import { FLEETS, WORKER_CERTIFICATES, WORKERS } from './tables/infra.ts';
import { OS_IMAGE_MANIFESTS, OS_TEMPLATES, PLATFORM_INFORMATION } from './tables/manifests.ts';
import { DEMO_TAGS } from './tables/marketplace.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODES, SERVICES } from './tables/network.ts';
import { SSH_KEYS, USERCONFIGS } from './tables/people.ts';
import { CHECKPOINTS, RUNS } from './tables/simulations.ts';

const TYPE_NAMES = { string: 'a string', integer: 'a number', object: 'an object', array: 'an array' } as const;
type JsonType = keyof typeof TYPE_NAMES;

interface DraftContext {
  readonly id: string;
  readonly org: string;
  readonly now: Instant;
  accountOf(org: string): string;
  /** Finds a referenced object. It exists, because the seed was validated. */
  find<Name extends StoredName>(table: Table<Name>, id: string): RowOf<Name>;
}

/** The default lifetime of shares and certificates. */
const YEAR_MS = 365 * 86_400_000;

/** Names of the required members: those that requests require, and references. */
type RequiredMemberOf<Name extends StoredName> =
  | (LiteralTable<Name> extends { readonly required: readonly (infer Member)[] } ? Member : never)
  | (LiteralTable<Name> extends { readonly refers: infer References } ? keyof References : never);

/** Members of an object in a seed. Those that requests do not require are optional. */
type SeedMembersOf<Name extends StoredName> = Pick<MembersOf<Name>, RequiredMemberOf<Name> & keyof MembersOf<Name>> &
  Partial<MembersOf<Name>>;

/**
 * @param schema the schema of create requests or, if there is none, of responses
 * @param extraMembers required members that neither requests nor references require
 */
function defineEntry<Name extends StoredName, Members extends SeedMembersOf<Name>>(
  table: Table<Name>,
  schema: { readonly properties: object },
  draft: (members: Members, context: DraftContext) => DraftOf<Name>,
  extraMembers: readonly (keyof Members & string)[] = [],
) {
  return { table, schema, draft, extraMembers };
}

/** The resources that a seed defines in `air.objects`. */
const ENTRIES = {
  interfaces: defineEntry(INTERFACES, SCHEMAS.CreateInterfaceRequest, ({ node, ...members }, { id, find }) =>
    createInterfaceDraft(find(NODES, node), {
      mac_address: formatMac(deriveUuid(`air-mac:${id}`).replaceAll('-', '')),
      ...members,
    }),
  ),
  links: defineEntry(
    LINKS,
    SCHEMAS.CreateLinkRequest,
    ({ interfaces, ...members }: SeedMembersOf<'links'> & { readonly interfaces: readonly string[] }, { find }) => {
      const ends = interfaces.map((id) => find(INTERFACES, id));
      // Never empty: `findResourceErrors` requires two interfaces.
      return createLinkDraft(ends[0]?.body.hidden.simulation ?? '', ends, members);
    },
  ),
  services: defineEntry(SERVICES, SCHEMAS.CreateServiceRequest, (members, { find }) =>
    createServiceDraft(find(INTERFACES, members.interface), { ...SERVICES.defaults, ...members }, 0),
  ),
  instructions: defineEntry(
    INSTRUCTIONS,
    SCHEMAS.CreateNodeInstructionRequest,
    (
      members: SeedMembersOf<'instructions'> & { readonly executor: keyof typeof REQUIRED_MEMBER_BY_EXECUTOR },
      { org, find },
    ) => createInstructionDraft(find(NODES, members.node), { ...INSTRUCTIONS.defaults, ...members }, `seed@${org}`),
  ),
  runs: defineEntry(RUNS, SCHEMAS.Run, (members, { now }) => ({
    members: { ...RUNS.defaults, started_from: null, started_at: rfc3339(now), ended_at: null, ...members },
  })),
  checkpoints: defineEntry(CHECKPOINTS, SCHEMAS.Checkpoint, (members, { find }) => {
    const { simulation } = find(RUNS, members.run).body.members;
    return {
      members: { ...CHECKPOINTS.defaults, state: 'COMPLETE', ...members },
      hidden: { simulation },
      parent: simulation,
    };
  }),
  userconfigs: defineEntry(USERCONFIGS, SCHEMAS.CreateUserConfigRequest, (members) => ({ members })),
  image_shares: defineEntry(IMAGE_SHARES, SCHEMAS.ImageShare, (members, { org, now, accountOf, find }) => {
    const { name, version } = find(IMAGES, members.image).body.members;
    return {
      members: {
        image_name: name,
        image_version: version,
        source_org_display_name: org,
        target_org_display_name: members.target_org,
        expires_at: rfc3339(now + YEAR_MS),
        claimed_by: '',
        state: 'ACTIVE',
        ...members,
      },
      hidden: { target: accountOf(members.target_org) },
    };
  }),
  demo_tags: defineEntry(DEMO_TAGS, SCHEMAS.CreateMarketplaceDemoTagRequest, (members) => ({
    members: { ...members, is_public: true },
  })),
  ssh_keys: defineEntry(
    SSH_KEYS,
    SCHEMAS.CreateSshKeyRequest,
    ({ name, public_key }: SeedMembersOf<'ssh_keys'> & { readonly public_key: string; readonly user: string }) => ({
      members: { name, fingerprint: computeSshFingerprint(public_key) ?? '' },
    }),
    ['user'],
  ),
  fleets: defineEntry(FLEETS, SCHEMAS.CreateFleetRequest, (members) => ({ members })),
  workers: defineEntry(WORKERS, SCHEMAS.CreateWorkerRequest, (members) => ({
    members: { ...WORKERS.defaults, ...members },
  })),
  worker_certificates: defineEntry(WORKER_CERTIFICATES, SCHEMAS.WorkerCertificate, (members, { id, now, find }) => ({
    members: {
      worker_fqdn: find(WORKERS, members.worker).body.members.fqdn,
      expires: rfc3339(now + YEAR_MS),
      fingerprint: hashSecret(id),
      last_used: null,
      revoked: false,
      ...members,
    },
  })),
  os_image_manifests: defineEntry(OS_IMAGE_MANIFESTS, SCHEMAS.CreateOsImageManifestRequest, (members, { org }) => ({
    members: { ...OS_IMAGE_MANIFESTS.defaults, creator: `seed@${org}`, ...members },
  })),
  os_templates: defineEntry(OS_TEMPLATES, SCHEMAS.CreateOsTemplateRequest, (members, { org }) => ({
    members: { ...OS_TEMPLATES.defaults, org, creator: `seed@${org}`, ...members },
  })),
  platform_information: defineEntry(
    PLATFORM_INFORMATION,
    SCHEMAS.CreatePlatformInformationRequest,
    (members, { org }) => ({
      members: { ...PLATFORM_INFORMATION.defaults, creator: `seed@${org}`, ...members },
    }),
  ),
};

type ResourceName = keyof typeof ENTRIES;
/** An object of a resource without a separate list in the seed. */
export type SeedObject = {
  [Resource in ResourceName]: {
    readonly org: string;
    readonly resource: Resource;
    readonly id: string;
    readonly members: Parameters<(typeof ENTRIES)[Resource]['draft']>[0];
  };
}[ResourceName];

/** The resources of `air.objects`, by the name in their `resource`. */
export const RESOURCE_NAMES = Object.keys(ENTRIES);

/** Documented schemas of the members, by resource. Required members are checked later. */
export const MEMBERS_BY_RESOURCE = Object.entries(ENTRIES).map(([resource, { schema }]) => ({
  if: { properties: { resource: { const: resource } } },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
  then: { properties: { members: { properties: schema.properties } } },
}));

const REQUIRED_MEMBERS: ReadonlyMap<string, ReadonlyMap<string, JsonType>> = new Map(
  Object.entries(ENTRIES).map(([resource, { table, schema, extraMembers }]) => {
    const names = new Set([...(table.required ?? []), ...Object.keys(table.refers ?? {}), ...extraMembers]);
    return [resource, new Map([...names].map((name) => [name, findMemberType(schema.properties, name)]))];
  }),
);

/** Returns the type of a member. Members that only seeds have are strings; members with several schemas are objects. */
function findMemberType(properties: object, name: string): JsonType {
  const schema = own(properties as Record<string, { readonly type?: JsonType }>, name);
  return schema === undefined ? 'string' : (schema.type ?? 'object');
}

/** The resource that a member refers to, by member: from the tables, and `interfaces` of links. */
const REFERENCES: Readonly<Record<string, string>> = Object.assign(
  { interfaces: 'interfaces' },
  ...Object.values(ENTRIES).map(({ table }: { readonly table: AirResource }) =>
    Object.fromEntries(Object.entries(table.refers ?? {}).map(([member, { to }]) => [member, to])),
  ),
);

interface MemberError {
  readonly member: string;
  /** The rest of a sentence that begins with the path of the member. */
  readonly message: string;
}

/** @param earlierResources resources of the objects in other lists, by id */
export function findObjectErrors(
  objects: readonly LocatedEntry<SeedObject>[],
  earlierResources: ReadonlyMap<string, StoredName>,
): SeedError[] {
  const resources = new Map(earlierResources);
  return objects.flatMap(({ place, entry }) => {
    const typeErrors = [...(REQUIRED_MEMBERS.get(entry.resource) ?? [])]
      .filter(([member, type]) => typeOf(own<unknown>(entry.members, member)) !== type)
      .map(([member, type]) => ({ member, message: `must be ${TYPE_NAMES[type]}` }));
    // The other checks rely on the types.
    const errors =
      typeErrors.length > 0 ? typeErrors : [...findReferenceErrors(entry, resources), ...findResourceErrors(entry)];
    resources.set(entry.id, entry.resource);
    return errors.map(({ member, message }) => {
      const path = `${place}.members.${member}`;
      return { place: path, message: `\`${path}\` ${message}` };
    });
  });
}

function findReferenceErrors(
  { members }: SeedObject,
  earlierResources: ReadonlyMap<string, StoredName>,
): readonly MemberError[] {
  return Object.entries(REFERENCES).flatMap(([member, resource]) =>
    // One id, several or, if the member is absent or null, none.
    [own<unknown>(members, member) ?? []]
      .flat()
      .filter((id) => earlierResources.get(String(id)) !== resource)
      .map((id) => ({
        member,
        message: `is \`${id}\`, but there is no such object in \`${resource}\` before this one: add it there, or remove this object`,
      })),
  );
}

function findResourceErrors(entry: SeedObject): readonly MemberError[] {
  switch (entry.resource) {
    case 'links': {
      const { interfaces } = entry.members;
      const isPair = interfaces.length === 2 && new Set(interfaces).size === 2;
      return isPair ? [] : [{ member: 'interfaces', message: 'must have two different interfaces' }];
    }
    case 'instructions': {
      const { executor, data } = entry.members;
      // The schema already reports unknown executors.
      const required = own(REQUIRED_MEMBER_BY_EXECUTOR, executor);
      if (required === undefined || Object.hasOwn(data, required)) return [];
      return [{ member: `data.${required}`, message: 'is missing' }];
    }
    case 'ssh_keys': {
      if (computeSshFingerprint(entry.members.public_key) !== null) return [];
      return [{ member: 'public_key', message: 'must be a complete `ssh-ed25519` or `ssh-rsa` key' }];
    }
    default:
      return [];
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? 'integer' : typeof value;
}

/** @param otherRows rows that the objects may refer to */
export function buildObjectRows(
  objects: readonly SeedObject[],
  otherRows: readonly AirRow[],
  { now, accountOf }: Pick<DraftContext, 'now' | 'accountOf'>,
): readonly AirRow[] {
  const rows = new Map(otherRows.map((row) => [row.id, row]));
  const context = {
    now,
    accountOf,
    find: <Name extends StoredName>(table: Table<Name>, id: string): RowOf<Name> => {
      const row = rows.get(id);
      if (row !== undefined && isRowOf(table, row)) return row;
      throw new Error(`the checked seed lacks \`${id}\` of \`${table.name}\``);
    },
  };
  return objects.map(({ id, org, resource, members }) => {
    // Safe cast: `resource` determines the type of the members.
    const { table, draft } = ENTRIES[resource] as unknown as {
      readonly table: Table;
      readonly draft: (members: object, context: DraftContext) => DraftOf<StoredName>;
    };
    const owner = resource === 'ssh_keys' ? `${accountOf(org)}/${members.user}` : accountOf(org);
    const row = createRow(
      table,
      { id, owner },
      { created: now, modified: now },
      draft(members, { ...context, id, org }),
    );
    rows.set(row.id, row);
    return row;
  });
}
