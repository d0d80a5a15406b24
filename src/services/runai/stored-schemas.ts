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
} from './collections/grant-rows.ts';
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

const INTEGER = { type: 'integer' };
const COUNT = { type: 'integer', minimum: 0 };
/** A setting that counts created objects. */
const COUNTER = { json: COUNT };

/** The kinds of identities. */
const KINDS = ['user', 'application', 'service-account'] as const satisfies readonly IdentityKind[];

const IDENTITY_SCHEMA = bodySchema<StoredIdentity>({
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

const ACCESS_KEY_SCHEMA = bodySchema<NewAccessKey>({
  id: TEXT,
  owner: TEXT,
  createdBy: TEXT,
  name: TEXT,
  clientId: TEXT,
  secretHash: TEXT,
  createdAt: INSTANT,
});

/** Members that stored refresh tokens and codes have in common. */
const LOGIN_MEMBERS = { family: TEXT, subject: TEXT, scope: TEXT, authTime: INSTANT, hash: TEXT, expiresAt: INSTANT };

const TOKEN_SCHEMA = bodySchema<RefreshToken>({ ...LOGIN_MEMBERS, clientId: nullable(TEXT) });

const CODE_SCHEMA = bodySchema<StoredCode>({
  ...LOGIN_MEMBERS,
  clientId: TEXT,
  redirectUri: TEXT,
  challenge: nullable(TEXT),
  nonce: nullable(TEXT),
  usedAt: nullable(INSTANT),
});

const UNIT_SCHEMA = bodySchema<Unit>(
  { id: TEXT, name: TEXT, clusterId: TEXT, departmentId: TEXT, createdAt: INSTANT },
  ['clusterId', 'departmentId'],
);

const WORKLOAD_SCHEMA = bodySchema<Workload>(
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

const CLAIM_RULE_SCHEMA = bodySchema<ClaimRule>({ sub: TEXT, clientId: TEXT, set: { type: 'object' }, remove: TEXTS }, [
  'sub',
  'clientId',
  'set',
  'remove',
]);

const WORKLOAD_PHASES_SCHEMA = bodySchema<WorkloadPhases>({
  pendingSeconds: COUNT,
  runningSeconds: COUNT,
  failing: TEXTS,
});

const ROLE_SCHEMA = bodySchema<CustomRole>({
  id: INTEGER,
  name: TEXT,
  description: TEXT,
  permissionSets: TEXTS,
  enabled: BOOLEAN,
  createdBy: TEXT,
  createdAt: INSTANT,
  updatedAt: INSTANT,
});

const { subjectType, scopeType } = SCHEMAS.AccessRule.properties;
const RULE_SCHEMA = bodySchema<AccessRule>({
  id: INTEGER,
  subjectId: TEXT,
  subjectType,
  roleId: INTEGER,
  scopeId: TEXT,
  scopeType,
  clusterId: nullable(TEXT),
  createdBy: TEXT,
  createdAt: INSTANT,
  updatedAt: INSTANT,
  deletedAt: nullable(INSTANT),
});

const CLIENT_SCHEMA = bodySchema<OAuthClient>({ clientId: TEXT, redirectUris: TEXTS, secretHash: TEXT }, [
  'secretHash',
]);

const unitSchemas = [CLUSTERS, DEPARTMENTS, PROJECTS].map((collection) =>
  createRowSchema(collection, UNIT_SCHEMA, ({ owner, body }) =>
    collection.row({ id: body.id, owner, parent: null, body }),
  ),
);
const loginSchemas = [LOGINS, ENDED_LOGINS].map((collection) =>
  createRowSchema(collection, TOKEN_SCHEMA, ({ body }) => createLoginRow(collection, body)),
);

/** The schemas of all rows and settings that Run:ai stores. */
export const STORED_SCHEMAS: StoredSchemas = {
  rows: [
    createRowSchema(IDENTITIES, IDENTITY_SCHEMA, ({ body }) => createIdentityRow({ ...body, lastLogin: null })),
    createRowSchema(ACCESS_KEYS, ACCESS_KEY_SCHEMA, ({ body }) => createAccessKeyRow(body)),
    ...loginSchemas,
    createRowSchema(CODES, CODE_SCHEMA, ({ body }) => createCodeRow(body)),
    createRowSchema(REVOKED_NAMES, { type: 'null' }, ({ id, dueAt }) =>
      // Every stored revocation has a time. A row without one differs from this row, and so is refused.
      REVOKED_NAMES.row({ id, owner: '', parent: null, dueAt: dueAt ?? 0, body: null }),
    ),
    createRowSchema(OAUTH_CLIENTS, CLIENT_SCHEMA, ({ body }) => createOAuthClientRow(body)),
    ...unitSchemas,
    createRowSchema(WORKLOADS, WORKLOAD_SCHEMA, ({ owner, body }) => createWorkloadRow(body, owner)),
    createRowSchema(ROLES, ROLE_SCHEMA, ({ owner, body }) => createRoleRow(body, owner)),
    createRowSchema(ACCESS_RULES, RULE_SCHEMA, ({ owner, body }) => createRuleRow(body, owner)),
  ],
  settings: {
    [TENANT_ID_SETTING]: { json: INTEGER },
    [TENANT_NAME_SETTING]: { text: TEXT },
    [WORKLOAD_PHASES_SETTING]: { json: WORKLOAD_PHASES_SCHEMA },
    [CLAIM_RULES_SETTING]: { json: listSchema(CLAIM_RULE_SCHEMA) },
    [REALM_SETTING]: { text: TEXT },
    [LAST_ROLE_SETTING]: COUNTER,
    [LAST_RULE_SETTING]: COUNTER,
    ...AUTHORIZATION_SETTINGS.storedSchemas({ enableScopedAuthorization: nullable(BOOLEAN) }),
    ...SECURITY_SETTINGS.storedSchemas(SCHEMAS.SecuritySettings.properties),
  },
};
