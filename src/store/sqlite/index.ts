import { type Budgets, newBudgets } from '../../core/held.ts';
import type { Store } from '../index.ts';
import { memoryDecisions } from '../memory/decisions.ts';
import { RememberedKeys, sqliteAccessKeys } from './access-keys.ts';
import { sqliteCollections } from './collections.ts';
import type { DataFile } from './data-file.ts';
import { RevokedNames, sqliteGrants } from './grants.ts';
import { knownIdentities, sqliteIdentities, sqliteOAuthClients } from './identities.ts';
import { LastLogins } from './last-logins.ts';
import { RememberedNgcKeys, sqliteNgcKeys } from './ngc-keys.ts';
import { RememberedLists } from './objects.ts';
import { closeDatabase, openDatabase } from './open.ts';
import { sqliteSettings } from './settings.ts';
import { sqliteWorld } from './world.ts';

/**
 * The store on SQLite: in a file, or in memory when `path` is null. A file belongs to one process at a time.
 *
 * @param budgets what may be remembered
 * @throws Unusable when the file cannot be used
 */
export function openSqliteStore(path: string | null, budgets: Budgets = newBudgets()): Store {
  const { database, file, notices } = openDatabase(path);
  const guarded: DataFile['guard'] = (subject, names) => file?.guard(subject, names) ?? subject;
  const isUnwritable = (cause: unknown) => file?.refusalOf(cause) != null;
  const keys = new RememberedKeys(budgets.rows);
  const identities = knownIdentities(budgets.rows);
  const ngcKeys = new RememberedNgcKeys(budgets.rows);
  const lists = new RememberedLists(budgets.rows);
  const revoked = new RevokedNames();
  const settings = sqliteSettings(database);
  const ofKeys = new LastLogins(database, 'access_keys', () => keys.clear(), isUnwritable);
  const ofIdentities = new LastLogins(database, 'identities', () => identities.clear(), isUnwritable);
  const forgetEverything = () => {
    for (const logins of [ofKeys, ofIdentities]) logins.drop();
    for (const remembered of [keys, identities, ngcKeys, lists, revoked, settings]) remembered.clear();
  };
  return {
    accessKeys: guarded(sqliteAccessKeys(database, ofKeys, keys), ['create', 'delete', 'replaceSecret']),
    identities: guarded(
      sqliteIdentities(database, ofIdentities, identities, () => keys.clear()),
      ['create', 'edit', 'delete'],
    ),
    oauthClients: sqliteOAuthClients(database),
    grants: guarded(sqliteGrants(database, revoked), [
      'issueCode',
      'redeemCode',
      'issue',
      'rotate',
      'end',
      'endAllOf',
      'revoke',
    ]),
    ngcKeys: guarded(sqliteNgcKeys(database, ngcKeys), ['create', 'edit', 'replaceSecret', 'delete', 'flush']),
    collections: guarded(sqliteCollections(database, lists), ['insert', 'change', 'changeParts', 'commit', 'sweep']),
    settings: guarded(settings, ['set', 'next', 'remove']),
    decisions: memoryDecisions(budgets.decisions),
    world: guarded(sqliteWorld(database, forgetEverything), ['load']),
    notices,
    fault: () => file?.fault ?? null,
    close: async () => {
      try {
        for (const logins of [ofKeys, ofIdentities]) logins.flush();
      } finally {
        closeDatabase(database);
      }
    },
  };
}
