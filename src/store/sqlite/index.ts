import type { Store } from '../index.ts';
import { sqliteAccessKeys } from './access-keys.ts';
import { memoryDecisions } from './decisions.ts';
import { sqliteGrants } from './grants.ts';
import { sqliteIdentities, sqliteOAuthClients } from './identities.ts';
import { LastLogins } from './last-logins.ts';
import { openDatabase } from './open.ts';
import { sqliteSettings } from './settings.ts';
import { sqliteWorld } from './world.ts';

/**
 * The store on SQLite: in a file, or in memory when `path` is null. A file belongs to one process at a time.
 *
 * @throws Unusable when the file cannot be used
 */
export function openSqliteStore(path: string | null): Store {
  const database = openDatabase(path);
  const ofKeys = new LastLogins(database, 'access_keys');
  const ofIdentities = new LastLogins(database, 'identities');
  const both = [ofKeys, ofIdentities];
  return {
    accessKeys: sqliteAccessKeys(database, ofKeys),
    identities: sqliteIdentities(database, ofIdentities),
    oauthClients: sqliteOAuthClients(database),
    grants: sqliteGrants(database),
    settings: sqliteSettings(database),
    decisions: memoryDecisions(),
    world: sqliteWorld(database, () => {
      for (const logins of both) logins.drop();
    }),
    close: async () => {
      for (const logins of both) logins.flush();
      database.close();
    },
  };
}
