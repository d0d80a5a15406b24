import { ENUMS } from '../../../generated/nvcf.enums.ts';
import * as SCHEMAS from '../../../generated/nvcf.schemas.ts';
import { describe, documented, list, object, text, withoutMembers } from '../../definitions/json-schema.ts';

/** A version whose status is DELETED does not exist any more. */
const STATUSES = ENUMS.Function.status.filter((status) => status !== 'DELETED');
const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const uuid = { type: 'string', pattern: UUID };
const duration = { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|[smhd]))+$|^PT?\\d' };
const org = describe(text, 'The organisation that owns it; one of `ngc.organizations`.');
const id = describe(uuid, 'The id; it must be unique.');
/** Of objects that no request makes a seed says what it wants, in the form of the document. */
export const CLUSTER_GROUP = withoutMembers(SCHEMAS.ClusterGroup, []);
export const GPU_QUOTA = withoutMembers(SCHEMAS.GpuQuota, []);
export const INSTANCE_TYPE = withoutMembers(SCHEMAS.InstanceType, []);

function ofOrg({ properties, required }: ReturnType<typeof withoutMembers>) {
  return { type: 'object', properties: { org, ...properties }, required: ['org', ...required] };
}

const { health } = SCHEMAS.Function.properties;
/** Answers complete the check of its health. */
const DEFINED = { ...SCHEMAS.Function.properties, health: { ...health, required: [] } };
const DEFINITION = documented({ properties: DEFINED }, [
  ...(['id', 'ncaId', 'versionId', 'name', 'status', 'createdAt'] as const),
  ...(['ownedByDifferentAccount', 'activeInstances'] as const),
]);

const LISTS = {
  accounts: describe(
    list(
      object(
        {
          org,
          name: describe(text, 'The name of the account. Default: that of the organisation.'),
          clientIds: describe(list(text), 'The clients whose tokens act for the account: the `sub` of a token.'),
        },
        ['name', 'clientIds'],
      ),
    ),
    'Accounts that are set up with Cloud Functions. Without the list every organisation has one, and the first has the client `admin-issuer-proxy`.',
  ),
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
          versionSharedWith: describe(list(text), 'The names of other organisations that may use this version alone.'),
          definition: describe(DEFINITION, "Other members of the function, in the vendor's form."),
        },
        ['sharedWith', 'deployTime', 'invokeTime', 'answer', 'versionSharedWith', 'definition'],
      ),
    ),
    'Versions of functions, one entry per version.',
  ),
  clusterGroups: describe(list(ofOrg(CLUSTER_GROUP)), "Cluster groups, in the vendor's form."),
  gpuQuotas: describe(list(ofOrg(GPU_QUOTA)), "GPU quotas, in the vendor's form."),
  instanceTypes: describe(list(ofOrg(INSTANCE_TYPE)), "Instance types, in the vendor's form."),
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
  registryCredentials: describe(
    list(
      object({
        org,
        id,
        name: describe(text, 'The name of the secret.'),
        registryHostname: describe(text, 'The host name of the registry, such as `nvcr.io`.'),
        artifactTypes: describe(list({ enum: ENUMS.RegistryCredential.artifactTypes }), 'What it is for.'),
      }),
    ),
    'Credentials for registries; their secrets are not stored.',
  ),
  telemetries: describe(
    list(
      object({
        org,
        id,
        name: describe(text, 'The name of the secret.'),
        endpoint: describe(text, 'The URL of the endpoint.'),
        protocol: describe({ enum: ENUMS.Telemetry.protocol }, 'How it is spoken to.'),
        provider: describe({ enum: ENUMS.Telemetry.provider }, 'What it is.'),
        types: describe(list({ enum: ENUMS.Telemetry.types }), 'What it takes.'),
      }),
    ),
    'Telemetry endpoints; their secrets are not stored.',
  ),
  assets: describe(
    list(
      object(
        {
          org,
          id,
          contentType: describe(text, 'The media type of the content.'),
          description: describe(text, 'What it is.'),
          uploadId: describe(uuid, 'The last part of the URL of its content, which needs no credential.'),
          content: describe(text, 'The content. Default: not uploaded yet.'),
        },
        ['content'],
      ),
    ),
    'Assets.',
  ),
  invocations: describe(
    list(
      object({
        org,
        id,
        versionId: describe(uuid, 'The version that was invoked; one of `nvcf.functions`.'),
      }),
    ),
    'Invocations in progress, which never end.',
  ),
};

/** The schema of the `nvcf` part of a seed. */
export const SCHEMA = object(LISTS, Object.keys(LISTS));
