import type { Database } from 'better-sqlite3';
import type { KeptSeed, WorldRecords, WorldStore } from '../world.ts';
import { INSERT_ACCESS_KEY } from './access-keys.ts';
import { INSERT_OAUTH_CLIENT, identityWriter } from './identities.ts';
import { ngcKeyWriter } from './ngc-keys.ts';
import { objectWriter } from './objects.ts';
import { SET_SETTING } from './settings.ts';

/** In an order in which no row is left without what it refers to. */
const TABLES = [
  'revoked_names',
  'authorization_codes',
  'refresh_tokens',
  'access_keys',
  'oauth_clients',
  'identities',
  'ngc_timeline',
  'ngc_policies',
  'ngc_keys',
  'ngc_users',
  'organizations',
  'object_texts',
  'object_shares',
  'objects',
  'settings',
  'seed',
] as const;

/** What `counts` counts, by the name that people read. */
const COUNTED = {
  users: "identities WHERE kind = 'user'",
  applications: "identities WHERE kind = 'application'",
  serviceAccounts: "identities WHERE kind = 'service-account'",
  accessKeys: 'access_keys',
  refreshTokens: 'refresh_tokens',
  organizations: 'organizations',
  ngcKeys: 'ngc_keys',
  objects: 'objects',
} as const;

/** @param forgetEverything lets go of what was remembered of the world that is replaced */
export function sqliteWorld(database: Database, forgetEverything: () => void): WorldStore {
  const seed = database.prepare<[], KeptSeed>('SELECT fingerprint, origin, text FROM seed');
  const counts = Object.entries(COUNTED).map(
    ([name, rows]) => [name, database.prepare<[], number>(`SELECT count(*) FROM ${rows}`).pluck()] as const,
  );

  const loadNgc = ({ organizations = [], ngcUsers = [], ngcKeys = [], objects = [] }: WorldRecords) => {
    const ngc = ngcKeyWriter(database);
    for (const organization of organizations) ngc.organization(organization);
    for (const user of ngcUsers) ngc.user(user);
    for (const key of ngcKeys) ngc.key(key);
    const { insert } = objectWriter(database);
    for (const object of objects) insert(object);
  };

  const load = database.transaction((kept: KeptSeed, records: WorldRecords) => {
    for (const table of TABLES) database.prepare(`DELETE FROM ${table}`).run();
    database
      .prepare('INSERT INTO seed (only, fingerprint, origin, text) VALUES (1, @fingerprint, @origin, @text)')
      .run(kept);
    const { identities = [], accessKeys = [], oauthClients = [], settings = {} } = records;
    const identity = identityWriter(database);
    for (const record of identities) identity(record);
    const accessKey = database.prepare(INSERT_ACCESS_KEY);
    for (const record of accessKeys) accessKey.run(record);
    const client = database.prepare(INSERT_OAUTH_CLIENT);
    for (const record of oauthClients) client.run(record.clientId, JSON.stringify(record.redirectUris));
    loadNgc(records);
    const setting = database.prepare(SET_SETTING);
    for (const [name, value] of Object.entries(settings)) setting.run(name, value);
  });

  return {
    seed: async () => seed.get() ?? null,
    load: async (kept, records) => {
      load.immediate(kept, records);
      forgetEverything();
    },
    counts: async () => Object.fromEntries(counts.map(([name, statement]) => [name, statement.get() as number])),
  };
}
