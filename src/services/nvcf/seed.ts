import type { Schema } from '../../contract/documented.ts';
import type { Seeding } from '../../contract/seed.ts';
import { findDuplicates, type Placed, placeEntries } from '../../definitions/seed-entries.ts';
import { accountRow } from '../../ngc-keys/accounts.ts';
import { accountsOf, findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import { distinct } from '../../objects/pick.ts';
import { deriveUuid } from '../../platform/random.ts';
import { ANYONE, type Row } from '../../store/collections.ts';
import { END_OF_TIME, type Instant, later } from '../../time/clock.ts';
import { parseDuration } from '../../time/duration.ts';
import { createContent } from './asset-content.ts';
import { type AuthorizedParty, type FunctionRow, type FunctionVersion, functionRow, type Status } from './functions.ts';
import { INVOCATIONS, type InvocationRow } from './invocations.ts';
import { type Definition, pickDefinition } from './members.ts';
import { ASSETS, type Asset } from './operations/assets.ts';
import { CLUSTER_GROUPS, GPU_QUOTAS, INSTANCE_TYPES } from './operations/clusters.ts';
import {
  RECOGNIZED_REGISTRIES,
  REGISTRY_CREDENTIALS,
  type RecognizedRegistry,
  type RegistryCredential,
  registryNameOf,
} from './operations/registries.ts';
import { TELEMETRIES, type Telemetry } from './operations/telemetries.ts';
import { SCHEMA } from './seed-schema.ts';

/** One version of a function in a seed. */
interface SeedFunction {
  readonly org: string;
  readonly name: string;
  readonly functionId: string;
  readonly versionId: string;
  readonly status: Status;
  /** How other organisations can use the function. */
  readonly access: 'owned' | 'shared' | 'public';
  /** For `shared`: names of organisations. */
  readonly sharedWith?: readonly string[];
  readonly deployTime?: string;
  readonly invokeTime?: string;
  readonly answer?: unknown;
  /** Names of organisations that may use this version alone. */
  readonly versionSharedWith?: readonly string[];
  /** Other members, in the vendor's form. */
  readonly definition?: Definition & { readonly secrets?: readonly string[] };
}

/** An object of an organisation. */
interface Owned {
  readonly org: string;
  readonly id: string;
}

interface SeedRegistryCredential extends Owned, Pick<RegistryCredential, 'registryHostname' | 'artifactTypes'> {
  readonly name: string;
}

interface SeedTelemetry extends Owned, Pick<Telemetry, 'name' | 'endpoint' | 'protocol' | 'provider' | 'types'> {}

interface SeedAsset extends Owned, Pick<Asset, 'contentType' | 'description' | 'uploadId'> {
  readonly content?: string;
}

/** An invocation in progress. */
interface SeedInvocation extends Owned {
  readonly versionId: string;
}

type OrganizationOwned<Name extends 'ClusterGroup' | 'GpuQuota' | 'InstanceType'> = { readonly org: string } & Schema<
  'nvcf',
  Name
>;

interface SeedAccount {
  readonly org: string;
  readonly name?: string;
  readonly clientIds?: readonly string[];
}

/** The entries of each list. */
interface Entries {
  readonly accounts: SeedAccount;
  readonly functions: SeedFunction;
  readonly clusterGroups: OrganizationOwned<'ClusterGroup'>;
  readonly gpuQuotas: OrganizationOwned<'GpuQuota'>;
  readonly instanceTypes: OrganizationOwned<'InstanceType'>;
  readonly recognizedRegistries: RecognizedRegistry;
  readonly registryCredentials: SeedRegistryCredential;
  readonly telemetries: SeedTelemetry;
  readonly assets: SeedAsset;
  readonly invocations: SeedInvocation;
}

/** The `nvcf` part of a seed that matches the schema. */
type NvcfSeed = { readonly [List in keyof Entries]?: readonly Entries[List][] };

export const seed: Seeding = {
  schema: SCHEMA,
  lists: {
    accounts: { idMembers: ['org'] },
    functions: { idMembers: ['versionId'] },
    clusterGroups: { idMembers: ['org', 'id'] },
    gpuQuotas: { idMembers: ['org', 'name'] },
    instanceTypes: { idMembers: ['org', 'name'] },
    recognizedRegistries: { idMembers: ['artifactType', 'registryHostname'] },
    registryCredentials: { idMembers: ['id'] },
    telemetries: { idMembers: ['id'] },
    assets: { idMembers: ['id'] },
    invocations: { idMembers: ['id'] },
  },
  findErrors: (validated, wholeSeed) => {
    const part = partOf(validated);
    const placed = <List extends keyof Entries>(list: List) => placeEntries(`nvcf.${list}`, part[list]);
    const organizations = [...accountsOf(wholeSeed).keys()];
    const accounts = placed('accounts');
    const clients = accounts.flatMap(({ entry, place }) =>
      (entry.clientIds ?? []).map((clientId, index) => ({
        entry: { clientId },
        place: `${place}.clientIds[${index}]`,
      })),
    );
    const [functions, assets, invocations] = [placed('functions'), placed('assets'), placed('invocations')];
    const sharing = functions.flatMap(({ entry, place }) =>
      (['sharedWith', 'versionSharedWith'] as const).flatMap((member) =>
        (entry[member] ?? []).map((org) => ({ entry: { org }, place: `${place}.${member}` })),
      ),
    );
    const identified: Placed<Owned>[] = [
      ...placed('registryCredentials'),
      ...placed('telemetries'),
      ...assets,
      ...invocations,
    ];
    const owned = [
      ...accounts,
      ...functions,
      ...placed('clusterGroups'),
      ...placed('gpuQuotas'),
      ...placed('instanceTypes'),
      ...identified,
    ];
    const withoutVersion = invocations.filter(
      ({ entry }) => !functions.some((version) => version.entry.versionId === entry.versionId),
    );
    const withSeveralOwners = functions.filter(({ entry }) =>
      functions.some(({ entry: other }) => other.functionId === entry.functionId && other.org !== entry.org),
    );
    return [
      ...findUnknownOrganizations([...owned, ...sharing], organizations),
      ...withSeveralOwners.slice(1).map(({ entry, place }) => ({
        place,
        message: `functions: \`functionId\` \`${entry.functionId}\` belongs to two organisations in \`nvcf\`; all versions of a function need the same \`org\``,
      })),
      ...withoutVersion.map(({ entry, place }) => ({
        place,
        message: `\`${place}.versionId\` is \`${entry.versionId}\`, which is not in \`nvcf.functions\`: add the version, or remove this invocation`,
      })),
      ...findDuplicates('accounts: `org`', accounts, ({ org }) => org),
      ...findDuplicates('accounts: `clientIds`', clients, ({ clientId }) => clientId),
      ...findDuplicates('functions: `versionId`', functions, ({ versionId }) => versionId),
      ...findDuplicates('`id`', identified, ({ id }) => id),
      ...findDuplicates('assets: `uploadId`', assets, ({ uploadId }) => uploadId),
    ];
  },
  createRows: async (validated, now, _random, wholeSeed) => {
    const part = partOf(validated);
    const accounts = accountsOf(wholeSeed);
    const accountOf = (org: string) => accounts.get(org) ?? '';
    const ownedBy = (org: string, id: string) => ({ id, owner: accountOf(org), parent: null });
    return {
      rows: [
        ...(part.accounts ?? []).map(({ org, name = org, clientIds = [] }) =>
          accountRow({ org, ncaId: accountOf(org), name, clientIds, lastUpdatedAt: now }),
        ),
        ...(part.functions ?? []).map((version) => createFunctionRow(version, accountOf, now)),
        ...(part.clusterGroups ?? []).map(({ org, ...body }, index) =>
          CLUSTER_GROUPS.row({ ...ownedBy(org, `${org}-${index}`), body }),
        ),
        ...(part.gpuQuotas ?? []).map(({ org, ...body }, index) =>
          GPU_QUOTAS.row({ ...ownedBy(org, `${org}-${index}`), body }),
        ),
        ...(part.instanceTypes ?? []).map(({ org, ...body }, index) =>
          INSTANCE_TYPES.row({ ...ownedBy(org, `${org}-${index}`), body }),
        ),
        ...(part.recognizedRegistries ?? []).map((body, index) =>
          RECOGNIZED_REGISTRIES.row({ id: String(index), owner: ANYONE, parent: null, body }),
        ),
        ...(part.registryCredentials ?? []).map(({ org, id, name, registryHostname, artifactTypes }) =>
          REGISTRY_CREDENTIALS.row({
            ...ownedBy(org, id),
            body: {
              registryCredentialId: id,
              ncaId: accountOf(org),
              registryCredentialName: name,
              registryName: registryNameOf(part.recognizedRegistries ?? [], registryHostname),
              registryHostname,
              artifactTypes,
              provisionedBy: 'USER',
              createdAt: now,
              lastUpdatedAt: now,
            },
          }),
        ),
        ...(part.telemetries ?? []).map(({ org, id, ...members }) =>
          TELEMETRIES.row({ ...ownedBy(org, id), body: { ...members, telemetryId: id, createdAt: now } }),
        ),
        ...(part.assets ?? []).flatMap((asset) => createAssetRows(asset, accountOf(asset.org), now)),
        ...(part.invocations ?? []).map((invocation) =>
          createInvocationRow(invocation, part.functions ?? [], accountOf),
        ),
      ],
    };
  },
  createCast: (part) => part,
};

function createAssetRows(
  { org: _, id, content: text, ...members }: SeedAsset,
  owner: string,
  now: Instant,
): readonly Row[] {
  const { content, rows } =
    text === undefined ? { content: null, rows: [] } : createContent({ assetId: id, owner }, text);
  const body = { ...members, assetId: id, createdAt: now, content };
  return [ASSETS.row({ id, owner, parent: null, aliases: [members.uploadId], body }), ...rows];
}

function partOf(part: unknown): NvcfSeed {
  // The schema has already been checked.
  return part as NvcfSeed;
}

function createFunctionRow(version: SeedFunction, accountOf: (org: string) => string, now: Instant): FunctionRow {
  const { org, name, functionId, versionId, status } = version;
  const { secrets = [], ...seedDefinition } = version.definition ?? {};
  const { tags, resources, ...members } = pickDefinition(seedDefinition);
  const definition = {
    inferenceUrl: '/',
    ...members,
    ...(tags !== undefined && { tags: distinct(tags) }),
    ...(resources !== undefined && { resources: distinct(resources) }),
  };
  const readyAt = status === 'DEPLOYING' ? readyAtOf(version, now) : now;
  const body: FunctionVersion = {
    name,
    createdAt: now,
    definition,
    secretNames: distinct(secrets),
    functionParties: createParties(version, accountOf),
    versionParties: (version.versionSharedWith ?? []).map((org) => ({ ncaId: accountOf(org) })),
    deployment:
      status === 'INACTIVE'
        ? null
        : {
            id: deriveUuid(`deployment:${versionId}`),
            specifications: [
              {
                gpuSpecificationId: deriveUuid(`specification:${versionId}`),
                gpu: 'L40S',
                instanceType: 'MOCK.GPU.L40S_1x',
                minInstances: 1,
                maxInstances: 1,
              },
            ],
            createdAt: now,
            lastUpdatedAt: now,
            readyAt,
          },
    behaviour: {
      deployTime: parseDuration(version.deployTime ?? '') ?? 0,
      invokeTime: parseDuration(version.invokeTime ?? '') ?? 0,
      ...('answer' in version && { answer: version.answer }),
      ...(['ERROR', 'DEGRADED', 'DEGRADING'].includes(status) && { status }),
    },
  };
  return functionRow({ owner: accountOf(org), functionId, versionId }, body);
}

/** Without `deployTime`, the version stays DEPLOYING forever. */
function readyAtOf({ deployTime }: SeedFunction, now: Instant): Instant {
  const time = parseDuration(deployTime ?? '');
  return time === null ? END_OF_TIME : later(now, time);
}

function createParties(
  { access, sharedWith = [] }: SeedFunction,
  accountOf: (org: string) => string,
): readonly AuthorizedParty[] {
  if (access === 'public') return [{ ncaId: ANYONE }];
  return sharedWith.map((org) => ({ ncaId: accountOf(org) }));
}

function createInvocationRow(
  { org, id, versionId }: SeedInvocation,
  functions: readonly SeedFunction[],
  accountOf: (org: string) => string,
): InvocationRow {
  const version = functions.find((candidate) => candidate.versionId === versionId);
  if (version === undefined) throw new Error('the checked seed lacks the version of an invocation');
  const { functionId } = version;
  const body = { functionId, versionId, createdAt: END_OF_TIME, readyAt: END_OF_TIME, answer: null };
  return INVOCATIONS.row({ id, owner: accountOf(org), parent: versionId, body });
}
