import * as SCHEMAS from '../../../generated/runai.schemas.ts';
import { PASSWORD_HASH_SCHEMA } from '../../credentials/password.ts';
import type { IdentityKind } from '../../decisions/principal.ts';
import { BOOLEAN, bodySchema, INSTANT, listSchema, nullable, TEXT, TEXTS } from '../../definitions/json-schema.ts';
import { createRowSchema, type StoredSchemas } from '../../store/row-schema.ts';
import { CLAIM_RULES_SETTING, type ClaimRule } from '../../tokens/claim-rules.ts';
import { ACCESS_RULES, type AccessRule, createRuleRow, LAST_RULE_SETTING } from './access-rules.ts';
import { ACCESS_KEYS, createAccessKeyRow, type NewAccessKey } from './collections/access-keys.ts';
import {
  CODES,
  createCodeRow,
  createLoginRow,
  ENDED_LOGINS,
  LOGINS,
  REVOKED_NAMES,
  type RefreshToken,
  type StoredCode,
} from './collections/grants.ts';
import { createIdentityRow, IDENTITIES, type StoredIdentity } from './collections/identities.ts';
import { createOAuthClientRow, OAUTH_CLIENTS, type OAuthClient } from './collections/oauth-clients.ts';
import { AUTHORIZATION_SETTINGS } from './operations/authorization-settings.ts';
import { SECURITY_SETTINGS } from './operations/security-settings.ts';
import { type CustomRole, createRoleRow, LAST_ROLE_SETTING, ROLES } from './roles.ts';
import { CLUSTERS, DEPARTMENTS, PROJECTS, type Unit } from './scopes.ts';
import { REALM_SETTING, TENANT_ID_SETTING, TENANT_NAME_SETTING } from './tenant.ts';
import {
  createWorkloadRow,
  type Submission,
  WORKLOAD_PHASES_SETTING,
  WORKLOADS,
  type Workload,
  type WorkloadPhases,
} from './workloads.ts';

const NUMBER = { type: 'integer' };
const COUNTER = { json: { type: 'integer', minimum: 0 } };

const KINDS = ['user', 'application', 'service-account'] as const satisfies readonly IdentityKind[];

const IDENTITY = bodySchema<StoredIdentity>({
  id: TEXT,
  kind: { enum: KINDS },
  name: TEXT,
  clientId: nullable(TEXT),
  secretHash: nullable(TEXT),
  passwordHash: nullable(PASSWORD_HASH_SCHEMA),
  enabled: BOOLEAN,
  isLocal: BOOLEAN,
  groups: TEXTS,
  createdBy: nullable(TEXT),
  createdAt: INSTANT,
  updatedAt: nullable(INSTANT),
});

const ACCESS_KEY = bodySchema<NewAccessKey>({
  id: TEXT,
  owner: TEXT,
  createdBy: TEXT,
  name: TEXT,
  clientId: TEXT,
  secretHash: TEXT,
  createdAt: INSTANT,
});

const LOGIN = { family: TEXT, subject: TEXT, scope: TEXT, authTime: INSTANT, hash: TEXT, expiresAt: INSTANT };

const TOKEN = bodySchema<RefreshToken>({ ...LOGIN, clientId: nullable(TEXT) });

const CODE = bodySchema<StoredCode>({
  ...LOGIN,
  clientId: TEXT,
  redirectUri: TEXT,
  challenge: nullable(TEXT),
  nonce: nullable(TEXT),
  usedAt: nullable(INSTANT),
});

const UNIT = bodySchema<Unit>({ id: TEXT, name: TEXT, clusterId: TEXT, departmentId: TEXT, createdAt: INSTANT }, [
  'clusterId',
  'departmentId',
]);

const WORKLOAD = bodySchema<Workload>(
  {
    id: TEXT,
    name: TEXT,
    type: TEXT,
    projectId: TEXT,
    createdAt: INSTANT,
    phase: SCHEMAS.Workload.properties.phase,
    fails: BOOLEAN,
    submission: bodySchema<Submission>({ requestedName: TEXT, createdBy: TEXT, content: { type: 'object' } }),
    deletedAt: INSTANT,
  },
  ['phase', 'fails', 'submission', 'deletedAt'],
);

const CLAIM_RULE = bodySchema<ClaimRule>({ sub: TEXT, clientId: TEXT, set: { type: 'object' }, remove: TEXTS }, [
  'sub',
  'clientId',
  'set',
  'remove',
]);

const WORKLOAD_PHASES = bodySchema<WorkloadPhases>({
  pendingSeconds: { type: 'integer', minimum: 0 },
  runningSeconds: { type: 'integer', minimum: 0 },
  failing: TEXTS,
});

const ROLE = bodySchema<CustomRole>({
  id: NUMBER,
  name: TEXT,
  description: TEXT,
  permissionSets: TEXTS,
  enabled: BOOLEAN,
  createdBy: TEXT,
  createdAt: INSTANT,
  updatedAt: INSTANT,
});

const { subjectType, scopeType } = SCHEMAS.AccessRule.properties;
const RULE = bodySchema<AccessRule>({
  id: NUMBER,
  subjectId: TEXT,
  subjectType,
  roleId: NUMBER,
  scopeId: TEXT,
  scopeType,
  clusterId: nullable(TEXT),
  createdBy: TEXT,
  createdAt: INSTANT,
  updatedAt: INSTANT,
  deletedAt: nullable(INSTANT),
});

const CLIENT = bodySchema<OAuthClient>({ clientId: TEXT, redirectUris: listSchema(TEXT), secretHash: TEXT }, [
  'secretHash',
]);

const units = [CLUSTERS, DEPARTMENTS, PROJECTS].map((collection) =>
  createRowSchema(collection, UNIT, ({ owner, body }) => collection.row({ id: body.id, owner, parent: null, body })),
);
const logins = [LOGINS, ENDED_LOGINS].map((collection) =>
  createRowSchema(collection, TOKEN, ({ body }) => createLoginRow(collection, body)),
);

export const STORED_SCHEMAS: StoredSchemas = {
  rows: [
    createRowSchema(IDENTITIES, IDENTITY, ({ body }) => createIdentityRow({ ...body, lastLogin: null })),
    createRowSchema(ACCESS_KEYS, ACCESS_KEY, ({ body }) => createAccessKeyRow(body)),
    ...logins,
    createRowSchema(CODES, CODE, ({ body }) => createCodeRow(body)),
    createRowSchema(REVOKED_NAMES, { type: 'null' }, ({ id, dueAt }) =>
      REVOKED_NAMES.row({ id, owner: '', parent: null, dueAt: dueAt ?? 0, body: null }),
    ),
    createRowSchema(OAUTH_CLIENTS, CLIENT, ({ body }) => createOAuthClientRow(body)),
    ...units,
    createRowSchema(WORKLOADS, WORKLOAD, ({ owner, body }) => createWorkloadRow(body, owner)),
    createRowSchema(ROLES, ROLE, ({ owner, body }) => createRoleRow(body, owner)),
    createRowSchema(ACCESS_RULES, RULE, ({ owner, body }) => createRuleRow(body, owner)),
  ],
  settings: {
    [TENANT_ID_SETTING]: { json: NUMBER },
    [TENANT_NAME_SETTING]: { text: TEXT },
    [WORKLOAD_PHASES_SETTING]: { json: WORKLOAD_PHASES },
    [CLAIM_RULES_SETTING]: { json: listSchema(CLAIM_RULE) },
    [REALM_SETTING]: { text: TEXT },
    [LAST_ROLE_SETTING]: COUNTER,
    [LAST_RULE_SETTING]: COUNTER,
    ...AUTHORIZATION_SETTINGS.storedSchemas({ enableScopedAuthorization: nullable(BOOLEAN) }),
    ...SECURITY_SETTINGS.storedSchemas(SCHEMAS.SecuritySettings.properties),
  },
};
