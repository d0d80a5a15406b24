import type { Decision } from '../../src/decisions/decision.ts';
import type { Instant } from '../../src/lib/clock.ts';
import { MEGABYTE, Quota } from '../../src/lib/memory.ts';
import type { NewNgcKey } from '../../src/services/ngc-keys/records.ts';
import type { AccessKey } from '../../src/services/runai/collections/access-keys.ts';
import type { RefreshToken } from '../../src/services/runai/collections/grant-rows.ts';
import type { PresentedToken } from '../../src/services/runai/collections/grants.ts';
import type { Identity } from '../../src/services/runai/collections/identities.ts';
import { createBlankIdentity } from '../../src/services/runai/new-identity.ts';
import { NEW, type Row } from '../../src/store/row.ts';
import type { StoredSeed } from '../../src/store/seed.ts';
import { StateMemory } from '../../src/store/state-memory.ts';
import type { Records } from './nouns.ts';

/** The creation time of records. */
export const NOON: Instant = Date.UTC(2026, 0, 15, 12);

/** Memory for the state of a test. */
export const createMemory = () => new StateMemory(new Quota(256 * MEGABYTE));

/** A limit beyond any list. */
export const ALL = Number.MAX_SAFE_INTEGER;

/** A local user with changes. */
export function identity(id: string, given: Partial<Identity> = {}): Identity {
  const made = { id, kind: 'user', name: `${id}@acme.test`, createdBy: null, createdAt: NOON } as const;
  return { ...createBlankIdentity(made), ...given };
}

/** An access key of Ada's with changes. Everything else is derived from its name. */
export function accessKey(name: string, given: Partial<AccessKey> = {}): AccessKey {
  return {
    id: `id-of-${name}`,
    owner: 'ada',
    createdBy: 'ada@acme.test',
    name,
    clientId: `client-of-${name}`,
    secretHash: `hash-of-${name}`,
    createdAt: NOON,
    ...given,
  };
}

/** The first refresh token of a one-hour login of Ada's, with changes. */
export function refreshToken(hash: string, given: Partial<RefreshToken> = {}): RefreshToken {
  return {
    hash,
    family: `family-of-${hash}`,
    subject: 'ada',
    clientId: null,
    scope: '',
    authTime: NOON,
    expiresAt: NOON + 3_600_000,
    ...given,
  };
}

export const keptSeed: StoredSeed = { fingerprint: 'print-of-the-first', origin: 'built-in', text: '{"first":true}' };

/** Two users, an application and a service account, without keys. */
export const people: Records = {
  identities: [
    identity('ada', { groups: ['founders'], passwordHash: 'scrypt-of-ada' }),
    identity('bo', { enabled: false }),
    identity('app', { kind: 'application', name: 'robot', clientId: 'robot', secretHash: 'hash-of-app' }),
    identity('account', { kind: 'service-account', name: 'robot', clientId: 'robot', secretHash: 'hash-of-account' }),
  ],
  accessKeys: [],
  oauthClients: [
    { clientId: 'cli', redirectUris: ['http://localhost:*', 'http://127.0.0.1:*'] },
    { clientId: 'silent', redirectUris: [] },
  ],
  settings: { realm: 'acme', tenant: '1001' },
};

/** Two organisations, each with a user with the same address, without keys. */
export const organizations: Records = {
  organizations: [
    { name: 'acme', ncaId: 'nca-acme', subscriptions: ['air', 'other'] },
    { name: 'globex', ncaId: 'nca-globex', subscriptions: [] },
  ],
  ngcUsers: [
    { org: 'acme', email: 'ada@acme.test', roles: ['ORG_OWNER'] },
    { org: 'globex', email: 'ada@acme.test', roles: ['Cloud Functions User'] },
  ],
};

/** A service key of acme with changes. Everything else is derived from its id. */
export function serviceKey(id: string, given: Partial<NewNgcKey> = {}): NewNgcKey {
  return {
    id,
    org: 'acme',
    type: 'service',
    name: `name-of-${id}`,
    description: null,
    services: ['nvcf'],
    user: null,
    enabled: true,
    createdAt: NOON,
    expiresAt: null,
    secretHash: `hash-of-${id}`,
    policy: { scopes: [`scope-of-${id}`], resources: [{ type: 'account-functions' }] },
    ...given,
  };
}

/** A personal key of Ada's at acme, with changes. */
export function personalKey(id: string, given: Partial<NewNgcKey> = {}): NewNgcKey {
  return serviceKey(id, { type: 'personal', user: 'ada@acme.test', policy: null, ...given });
}

/** A private object of acme with changes. */
export function row(id: string, given: Partial<Row> = {}): Row {
  return {
    collection: 'things',
    id,
    owner: 'acme',
    parent: null,
    aliases: [],
    labels: [],
    sharedWith: [],
    dueAt: null,
    body: { about: id },
    revision: NEW,
    ...given,
  };
}

/** A decision that allowed Ada to list her keys, with changes. */
export function decision(id: string, given: Partial<Decision> = {}): Decision {
  return {
    id,
    at: NOON,
    service: 'runai',
    operation: 'get_access_keys',
    request: { method: 'GET', path: '/api/v1/access-keys' },
    effect: 'allow',
    principal: { kind: 'user', id: 'ada', name: 'ada@acme.test', clientId: 'client-of-ada' },
    rule: 'own',
    reason: null,
    ...given,
  };
}

/** A refresh token in a request, by default from the login that began with `first`. */
export function presentedToken(hash: string, login = 'first'): PresentedToken {
  return { hash, family: `family-of-${login}` };
}
