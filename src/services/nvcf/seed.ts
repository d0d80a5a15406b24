import type { Schema } from '../../contract/documented.ts';
import type { Seeding } from '../../contract/seed.ts';
import { END_OF_TIME, type Instant } from '../../core/clock.ts';
import { parseDuration } from '../../core/duration.ts';
import { distinct } from '../../core/pick.ts';
import { findDuplicates, type Placed, placeEntries } from '../../core/seed-fault.ts';
import { accountsOf, findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import { namedUuid } from '../../platform/random.ts';
import { EVERYBODY } from '../../store/collections.ts';
import { type AuthorizedParty, type FunctionRow, type FunctionVersion, functionRow, type Status } from './functions.ts';
import { INVOCATIONS, type InvocationRow } from './invocations.ts';
import { type Definition, definitionOf } from './members.ts';
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
  /** The relation of other organisations to the function. */
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

interface SeedRegistryCredential extends Pick<RegistryCredential, 'registryHostname' | 'artifactTypes'> {
  readonly org: string;
  readonly id: string;
  readonly name: string;
}

interface SeedTelemetry extends Pick<Telemetry, 'name' | 'endpoint' | 'protocol' | 'provider' | 'types'> {
  readonly org: string;
  readonly id: string;
}

interface SeedAsset extends Pick<Asset, 'contentType' | 'description' | 'uploadId'> {
  readonly org: string;
  readonly id: string;
  readonly content?: string;
}

/** An invocation in progress. */
interface SeedInvocation {
  readonly org: string;
  readonly id: string;
  readonly versionId: string;
}

type OfOrganization<Name extends 'ClusterGroup' | 'GpuQuota' | 'InstanceType'> = { readonly org: string } & Schema<
  'nvcf',
  Name
>;

/** The `nvcf` part of a seed that matches the schema. */
interface NvcfSeed {
  readonly functions?: readonly SeedFunction[];
  readonly clusterGroups?: readonly OfOrganization<'ClusterGroup'>[];
  readonly gpuQuotas?: readonly OfOrganization<'GpuQuota'>[];
  readonly instanceTypes?: readonly OfOrganization<'InstanceType'>[];
  readonly recognizedRegistries?: readonly RecognizedRegistry[];
  readonly registryCredentials?: readonly SeedRegistryCredential[];
  readonly telemetries?: readonly SeedTelemetry[];
  readonly assets?: readonly SeedAsset[];
  readonly invocations?: readonly SeedInvocation[];
}

export const seed: Seeding = {
  schema: SCHEMA,
  lists: {
    functions: { by: ['versionId'] },
    clusterGroups: { by: ['org', 'id'] },
    gpuQuotas: { by: ['org', 'name'] },
    instanceTypes: { by: ['org', 'name'] },
    recognizedRegistries: { by: ['artifactType', 'registryHostname'] },
    registryCredentials: { by: ['id'] },
    telemetries: { by: ['id'] },
    assets: { by: ['id'] },
    invocations: { by: ['id'] },
  },
  faults: (part, whole) => {
    const { functions = [], clusterGroups = [], gpuQuotas = [], instanceTypes = [] } = partOf(part);
    const { registryCredentials = [], telemetries = [], assets = [], invocations = [] } = partOf(part);
    const known = [...accountsOf(whole).keys()];
    const placedFunctions = placeEntries('nvcf.functions', functions);
    const sharing = placedFunctions.flatMap(({ entry, place }) =>
      (['sharedWith', 'versionSharedWith'] as const).flatMap((member) =>
        (entry[member] ?? []).map((org) => ({ entry: { org }, place: `${place}.${member}` })),
      ),
    );
    const identified: Placed<{ readonly org: string; readonly id: string }>[] = [
      ...placeEntries('nvcf.registryCredentials', registryCredentials),
      ...placeEntries('nvcf.telemetries', telemetries),
      ...placeEntries('nvcf.assets', assets),
      ...placeEntries('nvcf.invocations', invocations),
    ];
    const unknown = placeEntries('nvcf.invocations', invocations).filter(
      ({ entry }) => !functions.some(({ versionId }) => versionId === entry.versionId),
    );
    const rows = [
      ...placedFunctions,
      ...placeEntries('nvcf.clusterGroups', clusterGroups),
      ...placeEntries('nvcf.gpuQuotas', gpuQuotas),
      ...placeEntries('nvcf.instanceTypes', instanceTypes),
      ...identified,
    ];
    const divided = placedFunctions.filter(({ entry: one }) =>
      functions.some((other) => other.functionId === one.functionId && other.org !== one.org),
    );
    return [
      ...findUnknownOrganizations(rows, known),
      ...findUnknownOrganizations(sharing, known),
      ...divided.slice(1).map(({ entry, place }) => ({
        place,
        message: `functions: \`functionId\` \`${entry.functionId}\` belongs to two organisations in \`nvcf\`; all versions of a function need one \`org\``,
      })),
      ...unknown.map(({ entry, place }) => ({
        place,
        message: `\`${place}.versionId\` names \`${entry.versionId}\`, which no entry of \`nvcf.functions\` has: add that one, or remove this invocation`,
      })),
      ...findDuplicates('functions: `versionId`', placedFunctions, ({ versionId }) => versionId),
      ...findDuplicates('`id`', identified, ({ id }) => id),
      ...findDuplicates('assets: `uploadId`', placeEntries('nvcf.assets', assets), ({ uploadId }) => uploadId),
    ];
  },
  rows: async (checked, now, _random, whole) => {
    const part = partOf(checked);
    const accounts = accountsOf(whole);
    const accountOf = (org: string) => accounts.get(org) ?? '';
    const placeOf = (org: string, index: number) => ({ id: `${org}-${index}`, owner: accountOf(org), parent: null });
    return {
      rows: [
        ...(part.functions ?? []).map((one) => seedRow(one, accountOf, now)),
        ...(part.clusterGroups ?? []).map(({ org, ...body }, index) =>
          CLUSTER_GROUPS.row({ ...placeOf(org, index), body }),
        ),
        ...(part.gpuQuotas ?? []).map(({ org, ...body }, index) => GPU_QUOTAS.row({ ...placeOf(org, index), body })),
        ...(part.instanceTypes ?? []).map(({ org, ...body }, index) =>
          INSTANCE_TYPES.row({ ...placeOf(org, index), body }),
        ),
        ...(part.recognizedRegistries ?? []).map((body, index) =>
          RECOGNIZED_REGISTRIES.row({ id: String(index), owner: EVERYBODY, parent: null, body }),
        ),
        ...(part.registryCredentials ?? []).map(({ org, id, name, registryHostname, artifactTypes }) =>
          REGISTRY_CREDENTIALS.row({
            id,
            owner: accountOf(org),
            parent: null,
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
          TELEMETRIES.row({
            id,
            owner: accountOf(org),
            parent: null,
            body: { ...members, telemetryId: id, createdAt: now },
          }),
        ),
        ...(part.assets ?? []).map(({ org, id, content, ...members }) =>
          ASSETS.row({
            id,
            owner: accountOf(org),
            parent: null,
            aliases: [members.uploadId],
            body: {
              ...members,
              assetId: id,
              createdAt: now,
              content: content === undefined ? null : Buffer.from(content).toString('base64'),
            },
          }),
        ),
        ...(part.invocations ?? []).map((one) => invocationRow(one, part.functions ?? [], accountOf)),
      ],
    };
  },
  cast: (part) => part,
};

function partOf(part: unknown): NvcfSeed {
  // The schema was checked before.
  return part as NvcfSeed;
}

function seedRow(one: SeedFunction, accountOf: (org: string) => string, now: Instant): FunctionRow {
  const { org, name, functionId, versionId, status } = one;
  const { secrets = [], ...given } = one.definition ?? {};
  const { tags, resources, ...defined } = definitionOf(given);
  const definition = {
    inferenceUrl: '/',
    ...defined,
    ...(tags !== undefined && { tags: distinct(tags) }),
    ...(resources !== undefined && { resources: distinct(resources) }),
  };
  const readyAt = status === 'DEPLOYING' ? readyOf(one, now) : now;
  const body: FunctionVersion = {
    name,
    createdAt: now,
    definition,
    secretNames: distinct(secrets),
    functionParties: partiesOf(one, accountOf),
    versionParties: (one.versionSharedWith ?? []).map((org) => ({ ncaId: accountOf(org) })),
    deployment:
      status === 'INACTIVE'
        ? null
        : {
            id: namedUuid(`deployment:${versionId}`),
            specifications: [
              {
                gpuSpecificationId: namedUuid(`specification:${versionId}`),
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
      deployTime: parseDuration(one.deployTime ?? '') ?? 0,
      invokeTime: parseDuration(one.invokeTime ?? '') ?? 0,
      ...('answer' in one && { answer: one.answer }),
      ...(['ERROR', 'DEGRADED', 'DEGRADING'].includes(status) && { status }),
    },
  };
  return functionRow({ owner: accountOf(org), functionId, versionId }, body);
}

/** Without `deployTime` the version stays DEPLOYING forever. */
function readyOf({ deployTime }: SeedFunction, now: Instant): Instant {
  const time = parseDuration(deployTime ?? '');
  return time === null ? END_OF_TIME : now + time;
}

function partiesOf(
  { access, sharedWith = [] }: SeedFunction,
  accountOf: (org: string) => string,
): readonly AuthorizedParty[] {
  if (access === 'public') return [{ ncaId: EVERYBODY }];
  return sharedWith.map((org) => ({ ncaId: accountOf(org) }));
}

function invocationRow(
  { org, id, versionId }: SeedInvocation,
  functions: readonly SeedFunction[],
  accountOf: (org: string) => string,
): InvocationRow {
  const version = functions.find((one) => one.versionId === versionId);
  if (version === undefined) throw new Error('the checked seed lacks the version of an invocation');
  const { functionId } = version;
  const body = { functionId, versionId, createdAt: END_OF_TIME, readyAt: END_OF_TIME, answer: null };
  return INVOCATIONS.row({ id, owner: accountOf(org), parent: versionId, body });
}
