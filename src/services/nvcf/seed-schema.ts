import { ENUMS } from '../../../generated/nvcf.enums.ts';
import * as SCHEMAS from '../../../generated/nvcf.schemas.ts';
import {
  describe,
  documentedSchema,
  listSchema,
  NON_EMPTY,
  objectSchema,
  uuid,
} from '../../definitions/json-schema.ts';

/** The statuses of versions, except DELETED: such a version no longer exists. */
const STATUSES = ENUMS.Function.status.filter((status) => status !== 'DELETED');
/** A duration such as `1h30m`, or the beginning of one in ISO 8601, which is parsed later. */
const duration = { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|[smhd]))+$|^PT?\\d' };
const org = describe(NON_EMPTY, 'The organisation that owns it; one of `ngc.organizations`.');
const id = describe(uuid, 'The id; it must be unique.');

/** An object that no request creates, so a seed can set any documented member. */
interface DocumentedObject {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** Returns the schema of a documented object that also has the organisation that owns it. */
function addOrganization({ properties, required = [] }: DocumentedObject) {
  return { type: 'object', properties: { org, ...properties }, required: ['org', ...required] };
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

const LISTS = {
  accounts: describe(
    listSchema(
      objectSchema(
        {
          org,
          name: describe(NON_EMPTY, 'The name of the account. Default: the name of the organisation.'),
          clientIds: describe(
            listSchema(NON_EMPTY),
            'The clients that act for the account: the `sub` of their tokens.',
          ),
        },
        ['name', 'clientIds'],
      ),
    ),
    'Accounts that are set up with Cloud Functions. Without this list, every organisation has one, and the first has the client `admin-issuer-proxy`.',
  ),
  functions: describe(
    listSchema(
      objectSchema(
        {
          org: describe(NON_EMPTY, 'The organisation that owns the function; one of `ngc.organizations`.'),
          name: describe(NON_EMPTY, 'The name of the function.'),
          functionId: describe(uuid, 'The id of the function, shared by all its versions.'),
          versionId: describe(uuid, 'The id of this version; it must be unique.'),
          status: describe({ enum: STATUSES }, 'The status of the version when the world starts.'),
          access: describe(
            { enum: ['owned', 'shared', 'public'] },
            'Who may invoke it: only its organisation (`owned`), also the organisations in `sharedWith` (`shared`), or any account (`public`).',
          ),
          sharedWith: describe(listSchema(NON_EMPTY), 'For a shared function: the names of the other organisations.'),
          deployTime: describe(duration, 'How long a deployment takes, such as `30s`. Default: `0s`.'),
          invokeTime: describe(duration, 'How long an invocation takes, such as `30s`. Default: `0s`.'),
          answer: describe({}, 'The result of an invocation. Default: its input.'),
          versionSharedWith: describe(
            listSchema(NON_EMPTY),
            'The names of other organisations that may use only this version.',
          ),
          definition: describe(DEFINITION, "Other members of the function, in the vendor's form."),
        },
        ['sharedWith', 'deployTime', 'invokeTime', 'answer', 'versionSharedWith', 'definition'],
      ),
    ),
    'Versions of functions, one entry per version.',
  ),
  clusterGroups: describe(listSchema(addOrganization(SCHEMAS.ClusterGroup)), "Cluster groups, in the vendor's form."),
  gpuQuotas: describe(listSchema(addOrganization(SCHEMAS.GpuQuota)), "GPU quotas, in the vendor's form."),
  instanceTypes: describe(listSchema(addOrganization(SCHEMAS.InstanceType)), "Instance types, in the vendor's form."),
  recognizedRegistries: describe(
    listSchema(
      objectSchema({
        artifactType: describe(NON_EMPTY, 'The type of its artifacts, such as `CONTAINER` or `MODEL`.'),
        registryName: describe(NON_EMPTY, 'The display name.'),
        registryHostname: describe(NON_EMPTY, 'The host name, such as `nvcr.io`.'),
      }),
    ),
    'Registries that Cloud Functions recognizes.',
  ),
  registryCredentials: describe(
    listSchema(
      objectSchema({
        org,
        id,
        name: describe(NON_EMPTY, 'The name of the secret.'),
        registryHostname: describe(NON_EMPTY, 'The host name of the registry, such as `nvcr.io`.'),
        artifactTypes: describe(
          listSchema({ enum: ENUMS.RegistryCredential.artifactTypes }),
          'The types of artifacts that it is for.',
        ),
      }),
    ),
    'Credentials for registries; their secrets are not stored.',
  ),
  telemetries: describe(
    listSchema(
      objectSchema({
        org,
        id,
        name: describe(NON_EMPTY, 'The name of the secret.'),
        endpoint: describe(NON_EMPTY, 'The URL of the endpoint.'),
        protocol: describe({ enum: ENUMS.Telemetry.protocol }, 'The protocol of the endpoint.'),
        provider: describe({ enum: ENUMS.Telemetry.provider }, 'The provider of the endpoint.'),
        types: describe(listSchema({ enum: ENUMS.Telemetry.types }), 'The types of telemetry that it accepts.'),
      }),
    ),
    'Telemetry endpoints; their secrets are not stored.',
  ),
  assets: describe(
    listSchema(
      objectSchema(
        {
          org,
          id,
          contentType: describe(NON_EMPTY, 'The media type of the content.'),
          description: describe(NON_EMPTY, 'The description of the asset.'),
          uploadId: describe(uuid, 'The last segment of the content URL, which needs no credential.'),
          content: describe(NON_EMPTY, 'The content. Default: not uploaded yet.'),
        },
        ['content'],
      ),
    ),
    'Assets.',
  ),
  invocations: describe(
    listSchema(
      objectSchema({
        org,
        id,
        versionId: describe(uuid, 'The version that was invoked; one of `nvcf.functions`.'),
      }),
    ),
    'Invocations in progress, which never end.',
  ),
};

/** The schema of the `nvcf` part of a seed. */
export const SEED_SCHEMA = objectSchema(LISTS, Object.keys(LISTS));
