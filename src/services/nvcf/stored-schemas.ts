import * as SCHEMAS from '../../../generated/nvcf.schemas.ts';
import {
  bodySchema,
  INSTANT,
  listSchema,
  nullable,
  TEXT,
  TEXTS,
  withoutMembers,
} from '../../definitions/json-schema.ts';
import { ACCOUNTS, type Account, createAccountRow } from '../../ngc-keys/accounts.ts';
import { createPartSchema, createRowSchema, type StoredSchemas } from '../../store/row-schema.ts';
import { type Content, PIECES, type Piece } from './asset-content.ts';
import {
  type AuthorizedParty,
  type Behaviour,
  createFunctionRow,
  type Deployment,
  FUNCTIONS,
  type FunctionVersion,
} from './functions.ts';
import { INVOCATIONS, type Invocation } from './invocations.ts';
import { type Bucket, LLM_BUCKETS, LLM_UNITS } from './llm-limits.ts';
import { ASSETS, type Asset } from './operations/assets.ts';
import { CLUSTER_GROUPS, GPU_QUOTAS, INSTANCE_TYPES } from './operations/clusters.ts';
import { RECOGNIZED_REGISTRIES, REGISTRY_CREDENTIALS, type RecognizedRegistry } from './operations/registries.ts';
import { TELEMETRIES } from './operations/telemetries.ts';
import { CLUSTER_GROUP_SCHEMA, GPU_QUOTA_SCHEMA, INSTANCE_TYPE_SCHEMA } from './seed-schema.ts';

const COUNT = { type: 'integer', minimum: 0 };

const PARTIES = listSchema(bodySchema<AuthorizedParty>({ ncaId: TEXT, clientId: TEXT }, ['clientId']));

const DEPLOYMENT = bodySchema<Deployment>({
  id: TEXT,
  specifications: { ...listSchema(SCHEMAS.GpuSpecification), minItems: 1 },
  createdAt: INSTANT,
  lastUpdatedAt: INSTANT,
  readyAt: INSTANT,
});

const BEHAVIOUR = bodySchema<Behaviour>(
  { deployTime: COUNT, invokeTime: COUNT, answer: {}, status: SCHEMAS.Function.properties.status },
  ['answer', 'status'],
);

const { health } = SCHEMAS.CreateFunctionRequest.properties;
/** The members of a request for a function. The health check may lack members, because a seed may omit them. */
const FUNCTION_MEMBERS = { ...SCHEMAS.CreateFunctionRequest.properties, health: { ...health, required: [] } };

const FUNCTION = bodySchema<FunctionVersion>({
  name: TEXT,
  createdAt: INSTANT,
  definition: withoutMembers({ properties: FUNCTION_MEMBERS }, ['name', 'secrets']),
  secretNames: TEXTS,
  functionParties: PARTIES,
  versionParties: PARTIES,
  deployment: nullable(DEPLOYMENT),
  behaviour: BEHAVIOUR,
});

const ASSET = bodySchema<Asset>({
  assetId: TEXT,
  contentType: TEXT,
  description: TEXT,
  createdAt: INSTANT,
  uploadId: TEXT,
  content: nullable(bodySchema<Content>({ upload: TEXT, size: COUNT, pieces: COUNT })),
});

const INVOCATION = bodySchema<Invocation>(
  { functionId: TEXT, versionId: TEXT, createdAt: INSTANT, readyAt: INSTANT, answer: {} },
  ['answer'],
);

const CREDENTIAL = withInstants(SCHEMAS.RegistryCredential, 'createdAt', 'lastUpdatedAt');
const TELEMETRY = withInstants(SCHEMAS.Telemetry, 'createdAt');

/** Returns a documented schema in which these members are instants instead of strings. */
function withInstants<Properties extends object>(
  schema: { readonly properties: Properties },
  ...names: readonly (keyof Properties)[]
) {
  const instants = Object.fromEntries(names.map((name) => [name, INSTANT]));
  return { ...schema, properties: { ...schema.properties, ...instants } };
}

const BUCKET = bodySchema<Bucket>({
  left: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  at: INSTANT,
});
const BUCKETS = {
  type: 'object',
  properties: Object.fromEntries(LLM_UNITS.map((unit) => [unit, BUCKET])),
  additionalProperties: false,
};

const ACCOUNT = bodySchema<Account>({
  org: TEXT,
  ncaId: TEXT,
  name: TEXT,
  clientIds: TEXTS,
  lastUpdatedAt: nullable(INSTANT),
});

/** The schemas of everything that Cloud Functions stores. */
export const STORED_SCHEMAS: StoredSchemas = {
  rows: [
    createRowSchema(ACCOUNTS, ACCOUNT, ({ body }) => createAccountRow(body)),
    createPartSchema(FUNCTIONS, FUNCTION, ({ id, owner, parent, body }) =>
      createFunctionRow({ owner, functionId: parent, versionId: id }, body),
    ),
    createRowSchema(ASSETS, ASSET, ({ id, owner, body }) =>
      ASSETS.row({ id, owner, parent: null, aliases: [body.uploadId], body }),
    ),
    createPartSchema(PIECES, bodySchema<Piece>({ base64: TEXT }), ({ id, owner, parent, labels, body }) =>
      PIECES.row({ id, owner, parent, labels, body }),
    ),
    createPartSchema(INVOCATIONS, INVOCATION, ({ id, owner, parent, dueAt, body }) =>
      // Invocations of a seed have no due time, because they never end.
      INVOCATIONS.row({ id, owner, parent, dueAt: dueAt === null ? null : body.readyAt, body }),
    ),
    createRowSchema(LLM_BUCKETS, BUCKETS),
    createRowSchema(CLUSTER_GROUPS, CLUSTER_GROUP_SCHEMA),
    createRowSchema(GPU_QUOTAS, GPU_QUOTA_SCHEMA),
    createRowSchema(INSTANCE_TYPES, INSTANCE_TYPE_SCHEMA),
    createRowSchema(
      RECOGNIZED_REGISTRIES,
      bodySchema<RecognizedRegistry>({ artifactType: TEXT, registryName: TEXT, registryHostname: TEXT }),
    ),
    createRowSchema(REGISTRY_CREDENTIALS, CREDENTIAL),
    createRowSchema(TELEMETRIES, TELEMETRY),
  ],
};
