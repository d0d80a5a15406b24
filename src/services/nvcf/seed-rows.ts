import { addMilliseconds, END_OF_TIME, type Instant } from '../../lib/clock.ts';
import { parseDuration } from '../../lib/duration.ts';
import { removeDuplicates } from '../../lib/members.ts';
import { deriveUuid } from '../../lib/random.ts';
import { ANYONE, type Row } from '../../store/row.ts';
import { createAccountRow } from '../ngc-keys/accounts.ts';
import { createContent } from './asset-content.ts';
import {
  type AuthorizedParty,
  type Behaviour,
  createFunctionRow,
  type Deployment,
  type FunctionRow,
  type FunctionVersion,
} from './functions.ts';
import { INVOCATIONS, type InvocationRow } from './invocations.ts';
import { pickDefinition } from './members.ts';
import { ASSETS } from './operations/assets.ts';
import { CLUSTER_GROUPS, GPU_QUOTAS, INSTANCE_TYPES } from './operations/clusters.ts';
import { findRegistryName, RECOGNIZED_REGISTRIES, REGISTRY_CREDENTIALS } from './operations/registries.ts';
import { TELEMETRIES } from './operations/telemetries.ts';
import type { NvcfSeed, SeedAsset, SeedFunction, SeedInvocation, SeedRegistryCredential } from './seed-schema.ts';

type FindAccount = (org: string) => string;

/** @param part has no errors @param accounts the NCA ids, by organisation */
export function createSeedRows(part: NvcfSeed, accounts: ReadonlyMap<string, string>, now: Instant): readonly Row[] {
  // The check of the seed reports unknown organisations, so the default is never used.
  const accountOf: FindAccount = (org) => accounts.get(org) ?? '';
  return [
    ...createAccountRows(part, accountOf, now),
    ...(part.functions ?? []).map((version) => createVersionRow(version, accountOf, now)),
    ...createClusterRows(part, accountOf),
    ...createRegistryRows(part, accountOf, now),
    ...createTelemetryRows(part, accountOf, now),
    ...(part.assets ?? []).flatMap((asset) => createAssetRows(asset, accountOf(asset.org), now)),
    ...(part.invocations ?? []).map((invocation) => createInvocationRow(invocation, part.functions ?? [], accountOf)),
  ];
}

function createAccountRows({ accounts = [] }: NvcfSeed, accountOf: FindAccount, now: Instant): readonly Row[] {
  return accounts.map(({ org, name = org, clientIds = [] }) =>
    createAccountRow({ org, ncaId: accountOf(org), name, clientIds, lastUpdatedAt: now }),
  );
}

/** Creates the rows of cluster groups, GPU quotas and instance types. These have no id of their own. */
function createClusterRows(part: NvcfSeed, accountOf: FindAccount): readonly Row[] {
  const identify = (org: string, index: number) => ({ id: `${org}-${index}`, owner: accountOf(org), parent: null });
  return [
    ...(part.clusterGroups ?? []).map(({ org, ...body }, index) =>
      CLUSTER_GROUPS.row({ ...identify(org, index), body }),
    ),
    ...(part.gpuQuotas ?? []).map(({ org, ...body }, index) => GPU_QUOTAS.row({ ...identify(org, index), body })),
    ...(part.instanceTypes ?? []).map(({ org, ...body }, index) =>
      INSTANCE_TYPES.row({ ...identify(org, index), body }),
    ),
  ];
}

function createRegistryRows(part: NvcfSeed, accountOf: FindAccount, now: Instant): readonly Row[] {
  const { recognizedRegistries = [], registryCredentials = [] } = part;
  const createCredentialRow = ({ org, id, name, registryHostname, artifactTypes }: SeedRegistryCredential) => {
    const ncaId = accountOf(org);
    return REGISTRY_CREDENTIALS.row({
      id,
      owner: ncaId,
      parent: null,
      body: {
        registryCredentialId: id,
        ncaId,
        registryCredentialName: name,
        registryName: findRegistryName(recognizedRegistries, registryHostname),
        registryHostname,
        artifactTypes,
        provisionedBy: 'USER',
        createdAt: now,
        lastUpdatedAt: now,
      },
    });
  };
  return [
    ...recognizedRegistries.map((body, index) =>
      RECOGNIZED_REGISTRIES.row({ id: String(index), owner: ANYONE, parent: null, body }),
    ),
    ...registryCredentials.map(createCredentialRow),
  ];
}

function createTelemetryRows({ telemetries = [] }: NvcfSeed, accountOf: FindAccount, now: Instant): readonly Row[] {
  return telemetries.map(({ org, id, ...members }) =>
    TELEMETRIES.row({
      id,
      owner: accountOf(org),
      parent: null,
      body: { ...members, telemetryId: id, createdAt: now },
    }),
  );
}

function createAssetRows({ org: _, id, content: text, ...members }: SeedAsset, owner: string, now: Instant) {
  const { content, rows } =
    text === undefined ? { content: null, rows: [] } : createContent({ assetId: id, owner }, text);
  const body = { ...members, assetId: id, createdAt: now, content };
  return [ASSETS.row({ id, owner, parent: null, aliases: [members.uploadId], body }), ...rows];
}

function createVersionRow(version: SeedFunction, accountOf: FindAccount, now: Instant): FunctionRow {
  const { org, name, functionId, versionId, status } = version;
  const { secrets = [], ...seedDefinition } = version.definition ?? {};
  const { tags, resources, ...members } = pickDefinition(seedDefinition);
  const body: FunctionVersion = {
    name,
    createdAt: now,
    definition: {
      inferenceUrl: '/',
      ...members,
      ...(tags !== undefined && { tags: removeDuplicates(tags) }),
      ...(resources !== undefined && { resources: removeDuplicates(resources) }),
    },
    secretNames: removeDuplicates(secrets),
    functionParties: createParties(version, accountOf),
    versionParties: (version.versionSharedWith ?? []).map((partyOrg) => ({ ncaId: accountOf(partyOrg) })),
    deployment: status === 'INACTIVE' ? null : createDeployment(version, now),
    behaviour: createBehaviour(version),
  };
  return createFunctionRow({ owner: accountOf(org), functionId, versionId }, body);
}

/** Creates a deployment with a single GPU, whose ids are derived from the version. */
function createDeployment(version: SeedFunction, now: Instant): Deployment {
  const { versionId, status } = version;
  return {
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
    readyAt: status === 'DEPLOYING' ? computeReadyAt(version, now) : now,
  };
}

/** Returns when a version becomes active. Without `deployTime`, it stays DEPLOYING forever. */
function computeReadyAt({ deployTime }: SeedFunction, now: Instant): Instant {
  const delayMs = parseDuration(deployTime ?? '');
  return delayMs === null ? END_OF_TIME : addMilliseconds(now, delayMs);
}

/** Reads the behaviour of a version. Without `deployTime` and `invokeTime`, both are 0. */
function createBehaviour(version: SeedFunction): Behaviour {
  const { status, deployTime = '', invokeTime = '' } = version;
  return {
    deployTime: parseDuration(deployTime) ?? 0,
    invokeTime: parseDuration(invokeTime) ?? 0,
    ...('answer' in version && { answer: version.answer }),
    ...(['ERROR', 'DEGRADED', 'DEGRADING'].includes(status) && { status }),
  };
}

function createParties({ access, sharedWith = [] }: SeedFunction, accountOf: FindAccount): readonly AuthorizedParty[] {
  if (access === 'public') return [{ ncaId: ANYONE }];
  return sharedWith.map((org) => ({ ncaId: accountOf(org) }));
}

/** Creates the row of an invocation that never ends. */
function createInvocationRow(
  { org, id, versionId }: SeedInvocation,
  functions: readonly SeedFunction[],
  accountOf: FindAccount,
): InvocationRow {
  const version = functions.find((candidate) => candidate.versionId === versionId);
  if (version === undefined) throw new Error('the checked seed lacks the version of an invocation');
  const { functionId } = version;
  const body = {
    service: 'nvcf',
    functionId,
    versionId,
    createdAt: END_OF_TIME,
    readyAt: END_OF_TIME,
    answer: null,
  } as const;
  return INVOCATIONS.row({ id, owner: accountOf(org), parent: versionId, body });
}
