/** The collections of Run:ai that hold identities and their grants. */
import type { Census, CredentialRows, ServiceCredentials } from '../../../contract/credentials.ts';
import { ACCESS_KEYS, type AccessKeyRow, accessKeyRow, keyClient } from './access-keys.ts';
import { CODES, ENDED_LOGINS, LOGINS, REVOKED_NAMES } from './grants.ts';
import { IDENTITIES, type IdentityRow, identityClient, identityName, identityRow } from './identities.ts';
import { OAUTH_CLIENTS } from './oauth-clients.ts';

// The casts below are safe: only the row functions of the same names write these collections.

const accessKeys: CredentialRows = {
  collection: ACCESS_KEYS.name,
  rekeyed: (row, { clientId, secretHash }) => {
    const { body, revision, usedAt } = row as AccessKeyRow;
    const own = { ...body, clientId: clientId(body.clientId), secretHash: secretHash(body.id) };
    return { ...accessKeyRow(own), revision, usedAt };
  },
  holderOf: (row) => {
    const { id, name, clientId, owner } = (row as AccessKeyRow).body;
    return { kind: 'access-key', id, name, clientId, owner };
  },
  clients: {
    idsOf: (row) => [(row as AccessKeyRow).body.clientId],
    aliasesOf: (clientId) => [keyClient(clientId)],
  },
};

const identities: CredentialRows = {
  collection: IDENTITIES.name,
  rekeyed: (row, rekeying) => {
    const { body, revision, usedAt } = row as IdentityRow;
    if (body.kind === 'user') return row;
    const clientId = body.clientId === null ? null : rekeying.clientId(body.clientId);
    const secretHash = body.secretHash === null ? null : rekeying.secretHash(body.id);
    return { ...identityRow({ ...body, clientId, secretHash, lastLogin: usedAt }), revision };
  },
  holderOf: (row) => {
    const { kind, id, name, clientId } = (row as IdentityRow).body;
    return kind === 'user' ? null : { kind, id, name, clientId, owner: '' };
  },
  clients: {
    // The name of an application can be used as its client id.
    idsOf: (row) => {
      const { kind, name, clientId } = (row as IdentityRow).body;
      return [...(clientId === null ? [] : [clientId]), ...(kind === 'application' ? [name] : [])];
    },
    aliasesOf: (clientId) => [
      identityClient('application', clientId),
      identityClient('service-account', clientId),
      identityName('application', clientId),
    ],
  },
};

export const CREDENTIALS: ServiceCredentials = {
  rows: [accessKeys, identities],
  ended: [CODES, LOGINS, ENDED_LOGINS, REVOKED_NAMES].map(({ name }) => name),
};

export const CENSUS: Census = {
  counted: {
    users: { collection: IDENTITIES.name, owner: 'user' },
    applications: { collection: IDENTITIES.name, owner: 'application' },
    serviceAccounts: { collection: IDENTITIES.name, owner: 'service-account' },
    accessKeys: { collection: ACCESS_KEYS.name },
    refreshTokens: { collection: LOGINS.name },
  },
  passedOver: [OAUTH_CLIENTS, CODES, ENDED_LOGINS, REVOKED_NAMES].map(({ name }) => name),
};
