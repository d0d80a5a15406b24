import type { PolicyVersion, Resource } from '../decisions/policy.ts';
import { BOOLEAN, bodySchema, INSTANT, listSchema, nullable, TEXT, TEXTS } from '../definitions/json-schema.ts';
import { createPartSchema, createRowSchema, type StoredSchemas } from '../store/row-schema.ts';
import { createDeviceLoginRow, DEVICE_LOGINS, type DeviceLogin } from './device-logins.ts';
import { PROPAGATION_MODES } from './propagation.ts';
import {
  createNgcKeyRow,
  createNgcUserRow,
  createOrganizationRow,
  createPolicyRow,
  type Issuance,
  NGC_KEYS,
  NGC_POLICIES,
  NGC_USERS,
  type NgcUser,
  ORGANIZATIONS,
  type Organization,
  type StoredKey,
} from './records.ts';

const ISSUANCE = bodySchema<Issuance>({
  owner: TEXT,
  issuer: TEXT,
  audiences: TEXTS,
  authorizations: {},
  authorizedAt: INSTANT,
  ending: TEXT,
  isOwnerSuspended: BOOLEAN,
});

const KEY = bodySchema<StoredKey>(
  {
    id: TEXT,
    org: TEXT,
    type: { enum: ['personal', 'service'] },
    name: TEXT,
    description: nullable(TEXT),
    services: TEXTS,
    user: nullable(TEXT),
    enabled: BOOLEAN,
    createdAt: INSTANT,
    expiresAt: nullable(INSTANT),
    issuance: ISSUANCE,
    secretHash: TEXT,
    version: { type: 'integer', minimum: 0 },
  },
  ['issuance'],
);

const POLICY = bodySchema<PolicyVersion>({
  scopes: TEXTS,
  resources: listSchema(bodySchema<Resource>({ type: TEXT, ids: TEXTS, ignoredIds: TEXTS }, ['ids', 'ignoredIds'])),
  version: { type: 'integer', minimum: 1 },
  recordedAt: INSTANT,
  effectiveAt: INSTANT,
});

const DEVICE_LOGIN = bodySchema<DeviceLogin>({
  deviceId: TEXT,
  email: TEXT,
  sessionHash: TEXT,
  expiresAt: INSTANT,
  user: nullable(bodySchema<NonNullable<DeviceLogin['user']>>({ org: TEXT, email: TEXT })),
});

export const STORED_SCHEMAS: StoredSchemas = {
  rows: [
    createRowSchema(
      ORGANIZATIONS,
      bodySchema<Organization>({ name: TEXT, ncaId: TEXT, subscriptions: TEXTS }),
      ({ body }) => createOrganizationRow(body),
    ),
    createRowSchema(NGC_USERS, bodySchema<NgcUser>({ org: TEXT, email: TEXT, roles: TEXTS }), ({ body }) =>
      createNgcUserRow(body),
    ),
    createRowSchema(NGC_KEYS, KEY, ({ body }) => createNgcKeyRow(body)),
    createPartSchema(NGC_POLICIES, POLICY, ({ parent, body, dueAt }) => {
      const row = createPolicyRow(parent, body);
      // A later edit cancelled it.
      return dueAt === null ? { ...row, dueAt } : row;
    }),
    createRowSchema(DEVICE_LOGINS, DEVICE_LOGIN, ({ body }) => createDeviceLoginRow(body)),
  ],
  settings: {
    'propagation.mode': { text: { enum: PROPAGATION_MODES } },
    'propagation.delay': { json: { type: 'integer', minimum: 0 } },
    'propagation.seed': { text: TEXT },
    'propagation.position': { json: { type: 'integer', minimum: 0 } },
    'propagation.started-with': { text: TEXT },
  },
};
