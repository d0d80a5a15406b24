import type { CredentialRows, ObjectCounts, ServiceCredentials } from '../../../contract/credentials.ts';
import { ACCESS_KEYS, type AccessKeyRow, accessKeyClientAlias, createAccessKeyRow } from './access-keys.ts';
import { CODES, ENDED_LOGINS, LOGINS, REVOKED_NAMES } from './grants.ts';
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
    const own = { ...body, clientId: clientId(body.clientId), secretHash: secretHash(body.id) };
    return { ...createAccessKeyRow(own), revision };
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

const identities: CredentialRows<IdentityRow> = {
  collection: IDENTITIES.name,
  rekey: (row, rekeying) => {
    const { body, revision } = row;
    if (body.kind === 'user') return row;
    const clientId = body.clientId === null ? null : rekeying.clientId(body.clientId);
    const secretHash = body.secretHash === null ? null : rekeying.secretHash(body.id);
    return { ...createIdentityRow({ ...body, clientId, secretHash, lastLogin: null }), revision };
  },
  holderOf: (row) => {
    const { kind, id, name, clientId } = row.body;
    return kind === 'user' ? null : { kind, id, name, clientId, owner: '' };
  },
  clients: {
    // Applications can use their name as client id.
    idsOf: (row) => {
      const { kind, name, clientId } = row.body;
      return [...(clientId === null ? [] : [clientId]), ...(kind === 'application' ? [name] : [])];
    },
    aliasesOf: (clientId) => [
      identityClientAlias('application', clientId),
      identityClientAlias('service-account', clientId),
      identityNameAlias('application', clientId),
    ],
  },
};

export const CREDENTIALS: ServiceCredentials = {
  rows: [accessKeys, identities],
  ended: [CODES, LOGINS, ENDED_LOGINS, REVOKED_NAMES].map(({ name }) => name),
};

export const OBJECT_COUNTS: ObjectCounts = {
  counted: {
    users: { collection: IDENTITIES.name, owner: 'user' },
    applications: { collection: IDENTITIES.name, owner: 'application' },
    serviceAccounts: { collection: IDENTITIES.name, owner: 'service-account' },
    accessKeys: { collection: ACCESS_KEYS.name },
    refreshTokens: { collection: LOGINS.name },
  },
  passedOver: [OAUTH_CLIENTS, CODES, ENDED_LOGINS, REVOKED_NAMES].map(({ name }) => name),
};
