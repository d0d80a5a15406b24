import type { Store } from '../index.ts';
import { memoryDecisions } from '../memory/decisions.ts';
import { RememberedKeys, sqliteAccessKeys } from './access-keys.ts';
import { sqliteCollections } from './collections.ts';
import { RevokedNames, sqliteGrants } from './grants.ts';
import { rememberedIdentities, sqliteIdentities, sqliteOAuthClients } from './identities.ts';
import { LastLogins } from './last-logins.ts';
import { RememberedNgcKeys, sqliteNgcKeys } from './ngc-keys.ts';
import { RememberedLists } from './objects.ts';
import { closeDatabase, openDatabase } from './open.ts';
import { sqliteSettings } from './settings.ts';
import { sqliteWorld } from './world.ts';

/**
 * The store on SQLite: in a file, or in memory when `path` is null. A file belongs to one process at a time.
 *
 * @throws Unusable when the file cannot be used
 */
export function openSqliteStore(path: string | null): Store {
  const database = openDatabase(path);
  const keys = new RememberedKeys();
  const identities = rememberedIdentities();
  const ngcKeys = new RememberedNgcKeys();
  const lists = new RememberedLists();
  const revoked = new RevokedNames();
  const settings = sqliteSettings(database);
  const ofKeys = new LastLogins(database, 'access_keys', () => keys.clear());
  const ofIdentities = new LastLogins(database, 'identities', () => identities.clear());
  const forgetEverything = () => {
    for (const logins of [ofKeys, ofIdentities]) logins.drop();
    for (const remembered of [keys, identities, ngcKeys, lists, revoked, settings]) remembered.clear();
  };
  return {
    accessKeys: sqliteAccessKeys(database, ofKeys, keys),
    identities: sqliteIdentities(database, ofIdentities, identities, () => keys.clear()),
    oauthClients: sqliteOAuthClients(database),
    grants: sqliteGrants(database, revoked),
    ngcKeys: sqliteNgcKeys(database, ngcKeys),
    collections: sqliteCollections(database, lists),
    settings,
    decisions: memoryDecisions(),
    world: sqliteWorld(database, forgetEverything),
    close: async () => {
      for (const logins of [ofKeys, ofIdentities]) logins.flush();
      closeDatabase(database);
    },
  };
}
