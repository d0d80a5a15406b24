import type { CredentialRows, ObjectCounts, ServiceCredentials } from '../../../contract/credentials.ts';
import { ACCESS_KEYS, type AccessKeyRow, accessKeyClientAlias, createAccessKeyRow } from './access-keys.ts';
import { CODES, ENDED_LOGINS, LOGINS, REVOCATIONS, REVOKED_NAMES } from './grant-rows.ts';
import {
  createIdentityRow,
  IDENTITIES,
  type IdentityRow,
  identityClientAlias,
  identityNameAlias,
} from './identities.ts';
import { OAUTH_CLIENTS } from './oauth-clients.ts';

const accessKeys: CredentialRows<AccessKeyRow> = {
  collection: ACCESS_KEYS.name,
  rekey: (row, { clientId, secretHash }) => {
    const { body, revision } = row;
    const key = { ...body, clientId: clientId(body.clientId), secretHash: secretHash(body.id) };
    return { ...createAccessKeyRow(key), revision };
  },
  holderOf: (row) => {
    const { id, name, clientId, owner } = row.body;
    return { kind: 'access-key', id, name, clientId, owner };
  },
  clients: {
    idsOf: (row) => [row.body.clientId],
    aliasesOf: (clientId) => [accessKeyClientAlias(clientId)],
  },
};

/** How identities are found by client id, and get new credentials in another world. Users keep their password. */
const identities: CredentialRows<IdentityRow> = {
  collection: IDENTITIES.name,
  rekey: (row, derivation) => {
    const { body, revision } = row;
    if (body.kind === 'user') return row;
    const clientId = body.clientId === null ? null : derivation.clientId(body.clientId);
    const secretHash = body.secretHash === null ? null : derivation.secretHash(body.id);
    return { ...createIdentityRow({ ...body, clientId, secretHash }), revision };
  },
  holderOf: (row) => {
    const { kind, id, name, clientId } = row.body;
    return kind === 'user' ? null : { kind, id, name, clientId, owner: '' };
  },
  clients: {
    // Applications can use their name as client id.
    idsOf: (row) => {
      const { kind, name, clientId } = row.body;
      const ids = clientId === null ? [] : [clientId];
      return kind === 'application' ? [...ids, name] : ids;
    },
    aliasesOf: (clientId) => [
      identityClientAlias('application', clientId),
      identityClientAlias('service-account', clientId),
      identityNameAlias('application', clientId),
    ],
  },
};

/** The stored credentials of Run:ai. Logins and codes end when a world gets new credentials. */
export const CREDENTIALS: ServiceCredentials = {
  rows: [accessKeys, identities],
  derivedCollections: [CODES, LOGINS, ENDED_LOGINS, REVOCATIONS, REVOKED_NAMES].map(({ name }) => name),
};

export const OBJECT_COUNTS: ObjectCounts = {
  counted: {
    users: { collection: IDENTITIES.name, owner: 'user' },
    applications: { collection: IDENTITIES.name, owner: 'application' },
    serviceAccounts: { collection: IDENTITIES.name, owner: 'service-account' },
    accessKeys: { collection: ACCESS_KEYS.name },
    refreshTokens: { collection: LOGINS.name },
  },
  uncountedCollections: [OAUTH_CLIENTS, CODES, ENDED_LOGINS, REVOCATIONS, REVOKED_NAMES].map(({ name }) => name),
};
