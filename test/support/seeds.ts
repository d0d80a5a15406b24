import { createSeededRandom } from '../../src/lib/random.ts';
import { createSeedFromValue } from '../../src/worlds/seed/index.ts';
import { castKey, ngcCast } from './ngc-cast.ts';
import { SERVICES } from './services.ts';

/** Parses a seed. */
export function seedFrom(value: unknown) {
  return createSeedFromValue(value, SERVICES, createSeededRandom('seed'));
}

const retiredKeys = ['admin@acme.test', 'researcher@acme.test'].map((email) => ({ email, accessKeys: null }));

/** The built-in Run:ai world without the entries meant to be deleted, for tests that count. */
export const withoutRetired = {
  extends: 'builtin',
  runai: {
    users: [...retiredKeys, { email: 'retired@acme.test', remove: true }],
    applications: ['retired-app', 'spare-app'].map((name) => ({ name, remove: true })),
    serviceAccounts: [{ name: 'retired-bot', remove: true }],
  },
};

/** The built-in world without custom roles, for tests that create their own. */
export const withoutCustomRoles = {
  extends: 'builtin',
  runai: {
    roles: [
      { name: 'Account auditor', remove: true },
      { name: 'Former auditor', remove: true },
    ],
  },
};

/** The built-in world without assets, telemetry endpoints and registry credentials, for tests that count them. */
export const withoutObjects = {
  extends: 'builtin',
  nvcf: { assets: null, telemetries: null, registryCredentials: null },
};

const tenant = { id: 7, name: 'umbra', realm: 'umbra' };

/** A world as a user would write it, with all credentials and without ids. */
export const withoutIds = {
  runai: {
    tenant,
    users: [
      {
        email: 'Ada@umbra.test',
        password: 'correct horse',
        role: 'System administrator',
        accessKey: { name: 'ada-key', clientId: 'ada-client', clientSecret: 'ada-secret' },
      },
      { email: 'bo@umbra.test', password: 'battery staple', role: null },
    ],
    applications: [{ name: 'robot', clientId: 'robot-client', secret: 'robot-secret', role: null }],
    serviceAccounts: [{ name: 'bot', clientId: 'bot-client', clientSecret: 'bot-secret', role: 'L1 researcher' }],
    clients: [{ clientId: 'cli', redirectUris: ['http://localhost:*'] }],
  },
  ngc: {
    ...ngcCast,
    keys: [castKey('owner'), castKey('nvcf-deployer')].map(({ id: _, ...key }) => key),
  },
};

/** The same world with ids, and members in another order. */
export const explicit = {
  ngc: { ...ngcCast, keys: [castKey('owner'), castKey('nvcf-deployer')] },
  runai: {
    ...withoutIds.runai,
    users: withoutIds.runai.users.map(({ role, ...user }, index) => ({ role, ...user, id: `user-${index}` })),
    applications: [{ id: 'app-0', ...withoutIds.runai.applications[0] }],
  },
};

/** Only names, without credentials. */
export const onlyNames = {
  runai: {
    tenant,
    users: [{ email: 'ada@umbra.test', role: 'System administrator', accessKey: { name: 'ada-key' } }],
    applications: [{ name: 'robot', role: null }],
    serviceAccounts: [{ name: 'bot', role: 'L1 researcher' }],
  },
  ngc: {
    org: 'umbra',
    ncaId: 'nca-umbra',
    organizations: [{ name: 'umbra', ncaId: 'nca-umbra', airSubscription: true }],
    keys: [{ org: 'umbra', name: 'reader', type: 'service', services: ['air'], scopes: ['air:access'] }],
  },
};
