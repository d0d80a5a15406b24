import type { Schema } from '../../contract/documented.ts';
import type { Seeding } from '../../contract/seed.ts';
import { END_OF_TIME, type Instant } from '../../core/clock.ts';
import { parseDuration } from '../../core/duration.ts';
import { describe, list, object, text } from '../../core/json-schema.ts';
import { findDuplicates, placeEntries } from '../../core/seed-fault.ts';
import { findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import { namedUuid } from '../../platform/random.ts';
import {
  type AuthorizedParty,
  EVERYBODY,
  type FunctionRow,
  type FunctionVersion,
  functionRow,
  type Status,
} from './functions.ts';
import { type Definition, definitionOf } from './members.ts';
import { CLUSTER_GROUPS, GPU_QUOTAS, INSTANCE_TYPES } from './operations/clusters.ts';
import { RECOGNIZED_REGISTRIES, type RecognizedRegistry } from './operations/registries.ts';

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
  /** Other members, in the vendor's form. */
  readonly definition?: Definition;
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
}

/** The members of the `ngc` part that Cloud Functions read. */
interface Organizations {
  readonly organizations?: readonly { readonly name: string; readonly ncaId: string }[];
}

const STATUSES = ['ACTIVE', 'INACTIVE', 'DEPLOYING', 'ERROR', 'DEGRADED', 'DEGRADING'];
const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const uuid = { type: 'string', pattern: UUID };
const duration = { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|[smhd]))+$|^PT?\\d' };
/** The API document describes the other members. */
const asDocumented = {
  type: 'object',
  properties: { org: describe(text, 'The organisation that owns it; one of `ngc.organizations`.') },
  required: ['org'],
};

const SCHEMA = object(
  {
    functions: describe(
      list(
        object(
          {
            org: describe(text, 'The organisation that owns the function; one of `ngc.organizations`.'),
            name: describe(text, 'The name of the function.'),
            functionId: describe(uuid, 'The id of the function; all its versions have it.'),
            versionId: describe(uuid, 'The id of this version; it must be unique.'),
            status: describe({ enum: STATUSES }, 'The status of the version when the world starts.'),
            access: describe(
              { enum: ['owned', 'shared', 'public'] },
              'Who may invoke it: only its organisation (`owned`), also those of `sharedWith` (`shared`), or everybody (`public`).',
            ),
            sharedWith: describe(list(text), 'For a shared function: the names of the other organisations.'),
            deployTime: describe(duration, 'How long a deployment takes, such as `30s`. Default: no time.'),
            invokeTime: describe(duration, 'How long an invocation takes, such as `30s`. Default: no time.'),
            answer: describe({}, 'The result of an invocation. Default: its input.'),
            definition: describe({ type: 'object' }, "Other members of the function, in the vendor's form."),
          },
          ['sharedWith', 'deployTime', 'invokeTime', 'answer', 'definition'],
        ),
      ),
      'Versions of functions, one entry per version.',
    ),
    clusterGroups: describe(list(asDocumented), "Cluster groups, in the vendor's form."),
    gpuQuotas: describe(list(asDocumented), "GPU quotas, in the vendor's form."),
    instanceTypes: describe(list(asDocumented), "Instance types, in the vendor's form."),
    recognizedRegistries: describe(
      list(
        object({
          artifactType: describe(text, 'The type of its artifacts, such as `CONTAINER` or `MODEL`.'),
          registryName: describe(text, 'The display name.'),
          registryHostname: describe(text, 'The host name, such as `nvcr.io`.'),
        }),
      ),
      'Registries that Cloud Functions know by name.',
    ),
  },
  ['functions', 'clusterGroups', 'gpuQuotas', 'instanceTypes', 'recognizedRegistries'],
);

export const seed: Seeding = {
  schema: SCHEMA,
  lists: {
    functions: { by: ['versionId'] },
    clusterGroups: { by: ['org', 'id'] },
    gpuQuotas: { by: ['org', 'name'] },
    instanceTypes: { by: ['org', 'name'] },
    recognizedRegistries: { by: ['artifactType', 'registryHostname'] },
  },
  faults: (part, whole) => {
    const { functions = [], clusterGroups = [], gpuQuotas = [], instanceTypes = [] } = partOf(part);
    const known = [...accountsOf(whole).keys()];
    const placedFunctions = placeEntries('nvcf.functions', functions);
    const sharing = placedFunctions.flatMap(({ entry, place }) =>
      (entry.sharedWith ?? []).map((org) => ({ entry: { org }, place: `${place}.sharedWith` })),
    );
    const rows = [
      ...placedFunctions,
      ...placeEntries('nvcf.clusterGroups', clusterGroups),
      ...placeEntries('nvcf.gpuQuotas', gpuQuotas),
      ...placeEntries('nvcf.instanceTypes', instanceTypes),
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
      ...findDuplicates('functions: `versionId`', placedFunctions, ({ versionId }) => versionId),
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
      ],
    };
  },
  cast: (part) => part,
};

function partOf(part: unknown): NvcfSeed {
  // The schema was checked before.
  return part as NvcfSeed;
}

function accountsOf(whole: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  // The schema of `ngc` was checked before.
  const { organizations = [] } = (whole['ngc'] ?? {}) as Organizations;
  return new Map(organizations.map(({ name, ncaId }) => [name, ncaId]));
}

function seedRow(one: SeedFunction, accountOf: (org: string) => string, now: Instant): FunctionRow {
  const { org, name, functionId, versionId, status } = one;
  const definition = { inferenceUrl: '/', ...definitionOf(one.definition ?? {}) };
  const readyAt = status === 'DEPLOYING' ? readyOf(one, now) : now;
  const body: FunctionVersion = {
    name,
    createdAt: now,
    definition,
    secretNames: [],
    functionParties: partiesOf(one, accountOf),
    versionParties: [],
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
