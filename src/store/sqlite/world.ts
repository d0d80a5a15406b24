import type { KeptSeed, WorldRecords, WorldStore } from '../world.ts';
import { INSERT_ACCESS_KEY } from './access-keys.ts';
import { INSERT_OAUTH_CLIENT, identityWriter } from './identities.ts';
import { ngcKeyWriter } from './ngc-keys.ts';
import { objectWriter } from './objects.ts';
import { rekeyer } from './rekeying.ts';
import { empty } from './replacing.ts';
import { SET_SETTING } from './settings.ts';
import type { Statements } from './statements.ts';

const PUT_SEED = `INSERT OR REPLACE INTO seed (only, fingerprint, origin, text)
  VALUES (1, @fingerprint, @origin, @text)`;

const CLIENT_IDS = `SELECT client_id FROM access_keys
  UNION SELECT client_id FROM identities WHERE client_id IS NOT NULL
  UNION SELECT name FROM identities WHERE kind = 'application'`;

/** What `counts` counts, by the names that people read. */
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

/** What is remembered about a world elsewhere. */
export interface Remembered {
  /** Forgets rows that were read. */
  forget(): void;
  /** Also forgets what was noted but not written: the world that it belongs to is gone. */
  drop(): void;
}

export function seedWriter(statements: Statements): (kept: KeptSeed) => void {
  return (kept) => {
    statements.prepare(PUT_SEED).run(kept);
  };
}

export function sqliteWorld(statements: Statements, remembered: Remembered): WorldStore {
  const seed = statements.prepare<[], KeptSeed>('SELECT fingerprint, origin, text FROM seed');
  const putSeed = seedWriter(statements);
  const keyHashes = statements.prepare<[], string>('SELECT secret_hash FROM ngc_keys').pluck();
  const clientIds = statements.prepare<[], string>(CLIENT_IDS).pluck();
  const counts = Object.entries(COUNTED).map(
    ([name, rows]) => [name, statements.prepare<[], number>(`SELECT count(*) FROM ${rows}`).pluck()] as const,
  );

  const loadNgc = ({ organizations = [], ngcUsers = [], ngcKeys = [], objects = [] }: WorldRecords) => {
    const ngc = ngcKeyWriter(statements);
    for (const organization of organizations) ngc.organization(organization);
    for (const user of ngcUsers) ngc.user(user);
    for (const key of ngcKeys) ngc.key(key);
    const { insert } = objectWriter(statements);
    for (const object of objects) insert(object);
  };

  const load = statements.transaction((kept: KeptSeed, records: WorldRecords) => {
    empty(statements);
    putSeed(kept);
    const { identities = [], accessKeys = [], oauthClients = [], settings = {} } = records;
    const identity = identityWriter(statements);
    for (const record of identities) identity(record);
    const accessKey = statements.prepare(INSERT_ACCESS_KEY);
    for (const record of accessKeys) accessKey.run(record);
    const client = statements.prepare(INSERT_OAUTH_CLIENT);
    for (const record of oauthClients) client.run(record.clientId, JSON.stringify(record.redirectUris));
    loadNgc(records);
    const setting = statements.prepare(SET_SETTING);
    for (const [name, value] of Object.entries(settings)) setting.run(name, value);
  });

  const rekey = rekeyer(statements, putSeed);

  return {
    seed: async () => seed.get() ?? null,
    load: async (kept, records) => {
      load(kept, records);
      remembered.drop();
    },
    rekey: async (rekeying, kept) => {
      const changed = rekey(rekeying, kept);
      remembered.forget();
      return changed;
    },
    credentials: async () => ({ keyHashes: keyHashes.all(), clientIds: clientIds.all() }),
    counts: async () => Object.fromEntries(counts.map(([name, statement]) => [name, statement.get() ?? 0])),
  };
}
