import { ENUMS } from '../../../generated/nvcf.enums.ts';
import * as SCHEMAS from '../../../generated/nvcf.schemas.ts';
import type { Schema } from '../../contract/documented.ts';
import {
  documentedSchema,
  list,
  object,
  oneOf,
  optional,
  schema,
  text,
  uuid,
  type ValueOf,
} from '../../contract/json-schema.ts';
import type { FunctionStatus } from './functions.ts';
import type { Definition } from './members.ts';

/** The statuses of versions, except DELETED: such a version no longer exists. */
const STATUSES = ENUMS.Function.status.filter((status) => status !== 'DELETED') as readonly FunctionStatus[];
/** A duration such as `1h30m`, or the beginning of one in ISO 8601, which is parsed later. */
const DURATION = { pattern: '^(\\d+(\\.\\d+)?(ms|[smhd]))+$|^PT?\\d' };
const org = text('The organisation that owns it; one of `ngc.organizations`.');
const id = uuid('The id; it must be unique.');

/** An object that no request creates, so a seed can set any documented member. */
interface DocumentedObject {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** Returns the schema of a documented object that also has the organisation that owns it. */
function addOrganization<Documented>({ properties, required = [] }: DocumentedObject) {
  return schema<Documented & { readonly org: string }>({
    type: 'object',
    properties: { org, ...properties },
    required: ['org', ...required],
  });
}

const { health } = SCHEMAS.Function.properties;
/** The members of a function. A health check may be partial, because responses fill in the defaults. */
const FUNCTION_MEMBERS = { ...SCHEMAS.Function.properties, health: { ...health, required: [] } };
const DEFINITION = documentedSchema({ properties: FUNCTION_MEMBERS }, [
  'id',
  'ncaId',
  'versionId',
  'name',
  'status',
  'createdAt',
  'ownedByDifferentAccount',
  'activeInstances',
]);

const ACCOUNT = object({
  org,
  name: optional(text('The name of the account. Default: the name of the organisation.')),
  clientIds: optional(list(text(), 'The clients that act for the account: the `sub` of their tokens.')),
});

const FUNCTION = object({
  org: text('The organisation that owns the function; one of `ngc.organizations`.'),
  name: text('The name of the function.'),
  functionId: uuid('The id of the function, shared by all its versions.'),
  versionId: uuid('The id of this version; it must be unique.'),
  status: oneOf(STATUSES, 'The status of the version when the world starts.'),
  access: oneOf(
    ['owned', 'shared', 'public'],
    'Who may invoke it: only its organisation (`owned`), also the organisations in `sharedWith` (`shared`), or any account (`public`).',
  ),
  sharedWith: optional(list(text(), 'For a shared function: the names of the other organisations.')),
  deployTime: optional(text('How long a deployment takes, such as `30s`. Default: `0s`.', DURATION)),
  invokeTime: optional(text('How long an invocation takes, such as `30s`. Default: `0s`.', DURATION)),
  answer: optional(schema<unknown>({}, 'The result of an invocation. Default: its input.')),
  versionSharedWith: optional(list(text(), 'The names of other organisations that may use only this version.')),
  definition: optional(
    schema<Definition & { readonly secrets?: readonly string[] }>(
      DEFINITION,
      "Other members of the function, in the vendor's form.",
    ),
  ),
});

const REGISTRY = object({
  artifactType: text('The type of its artifacts, such as `CONTAINER` or `MODEL`.'),
  registryName: text('The display name.'),
  registryHostname: text('The host name, such as `nvcr.io`.'),
});

const REGISTRY_CREDENTIAL = object({
  org,
  id,
  name: text('The name of the secret.'),
  registryHostname: text('The host name of the registry, such as `nvcr.io`.'),
  artifactTypes: list(oneOf(ENUMS.RegistryCredential.artifactTypes), 'The types of artifacts that it is for.'),
});

const TELEMETRY = object({
  org,
  id,
  name: text('The name of the secret.'),
  endpoint: text('The URL of the endpoint.'),
  protocol: oneOf(ENUMS.Telemetry.protocol, 'The protocol of the endpoint.'),
  provider: oneOf(ENUMS.Telemetry.provider, 'The provider of the endpoint.'),
  types: list(oneOf(ENUMS.Telemetry.types), 'The types of telemetry that it accepts.'),
});

const ASSET = object({
  org,
  id,
  contentType: text('The media type of the content.'),
  description: text('The description of the asset.'),
  uploadId: uuid('The last segment of the content URL, which needs no credential.'),
  content: optional(text('The content. Default: not uploaded yet.')),
});

const INVOCATION = object({ org, id, versionId: uuid('The version that was invoked; one of `nvcf.functions`.') });

export const SEED_SCHEMA = object({
  accounts: optional(
    list(
      ACCOUNT,
      'Accounts that are set up with Cloud Functions. Without this list, every organisation has one, and the first has the client `admin-issuer-proxy`.',
    ),
  ),
  functions: optional(list(FUNCTION, 'Versions of functions, one entry per version.')),
  clusterGroups: optional(
    list(
      addOrganization<Schema<'nvcf', 'ClusterGroup'>>(SCHEMAS.ClusterGroup),
      "Cluster groups, in the vendor's form.",
    ),
  ),
  gpuQuotas: optional(
    list(addOrganization<Schema<'nvcf', 'GpuQuota'>>(SCHEMAS.GpuQuota), "GPU quotas, in the vendor's form."),
  ),
  instanceTypes: optional(
    list(
      addOrganization<Schema<'nvcf', 'InstanceType'>>(SCHEMAS.InstanceType),
      "Instance types, in the vendor's form.",
    ),
  ),
  recognizedRegistries: optional(list(REGISTRY, 'Registries that Cloud Functions recognizes.')),
  registryCredentials: optional(list(REGISTRY_CREDENTIAL, 'Credentials for registries; their secrets are not stored.')),
  telemetries: optional(list(TELEMETRY, 'Telemetry endpoints; their secrets are not stored.')),
  assets: optional(list(ASSET, 'Assets.')),
  invocations: optional(list(INVOCATION, 'Invocations in progress, which never end.')),
});

export type NvcfSeed = ValueOf<typeof SEED_SCHEMA>;

export type SeedFunction = ValueOf<typeof FUNCTION>;
export type SeedRegistryCredential = ValueOf<typeof REGISTRY_CREDENTIAL>;
export type SeedAsset = ValueOf<typeof ASSET>;
export type SeedInvocation = ValueOf<typeof INVOCATION>;
