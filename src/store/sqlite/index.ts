import { type Budgets, newBudgets } from '../../core/held.ts';
import type { DecisionLog } from '../decisions.ts';
import type { Store } from '../index.ts';
import { memoryDecisions } from '../memory/decisions.ts';
import type { KeptSeed, Rekeying } from '../world.ts';
import { RememberedKeys, sqliteAccessKeys } from './access-keys.ts';
import { sqliteCollections } from './collections.ts';
import { type Connection, lastingConnection, RestingConnection } from './connection.ts';
import type { DataFile } from './data-file.ts';
import { RevokedNames, sqliteGrants } from './grants.ts';
import { knownIdentities, sqliteIdentities, sqliteOAuthClients } from './identities.ts';
import { LastLogins } from './last-logins.ts';
import { RememberedNgcKeys, sqliteNgcKeys } from './ngc-keys.ts';
import { closeDatabase, type Opened, openDatabase } from './open.ts';
import { rekeyer } from './rekeying.ts';
import { RememberedLists } from './remembered-lists.ts';
import { replaceContent } from './replacing.ts';
import { sqliteSettings } from './settings.ts';
import { Statements } from './statements.ts';
import { seedWriter, sqliteWorld } from './world.ts';

/**
 * The store on SQLite: in a file, or in memory if `path` is null. A file belongs to one process at a time.
 *
 * @param budgets limit what is remembered
 * @throws Unusable if the file cannot be used
 */
export function openSqliteStore(path: string | null, budgets: Budgets = newBudgets()): Store {
  const { database, ...rest } = openDatabase(path);
  const connection = path === null ? new RestingConnection(database) : lastingConnection(database, closeDatabase);
  return storeOn(connection, rest, budgets, memoryDecisions(budgets.decisions));
}

/**
 * A store in memory that begins as a copy of an image. The image stays unchanged.
 *
 * @param decisions where its decisions go; default: a log of its own
 * @param rekeyed credentials that replace those of the image, as in `WorldStore.rekey`, when it is first used
 * @throws Unusable if the image is not one of ours, has a schema that this version does not know, or is damaged
 */
export function openSqliteImage(
  image: Uint8Array,
  budgets: Budgets,
  decisions: DecisionLog = memoryDecisions(budgets.decisions),
  rekeyed?: { readonly rekeying: Rekeying; readonly kept: KeptSeed },
): Store {
  const connection = new RestingConnection(image);
  if (rekeyed !== undefined) {
    const statements = new Statements(connection);
    const rekey = rekeyer(statements, seedWriter(statements));
    connection.beforeUse(() => rekey(rekeyed.rekeying, rekeyed.kept));
  }
  return storeOn(connection, NO_FILE, budgets, decisions);
}

/** How a store in memory is opened. */
const NO_FILE = { file: null, notices: [] } as const;

function storeOn(
  connection: Connection,
  { file, notices }: Omit<Opened, 'database'>,
  budgets: Budgets,
  decisions: DecisionLog,
): Store {
  const statements = new Statements(connection);
  const guarded: DataFile['guard'] = (subject, names) => file?.guard(subject, names) ?? subject;
  const isUnwritable = (cause: unknown) => file?.refusalOf(cause) != null;
  const keys = new RememberedKeys(budgets.rows);
  const identities = knownIdentities(budgets.rows);
  const ngcKeys = new RememberedNgcKeys(budgets.rows);
  const lists = new RememberedLists(budgets.rows);
  const revoked = new RevokedNames();
  const settings = sqliteSettings(statements);
  const ofKeys = new LastLogins(statements, 'access_keys', () => keys.clear(), isUnwritable);
  const ofIdentities = new LastLogins(statements, 'identities', () => identities.clear(), isUnwritable);
  const lastLogins = [ofKeys, ofIdentities];
  const forget = () => {
    for (const remembered of [keys, identities, ngcKeys, lists, revoked, settings]) remembered.clear();
  };
  const drop = () => {
    for (const logins of lastLogins) logins.drop();
    forget();
  };
  const replace = async (image: Uint8Array) => {
    replaceContent(statements, image);
    drop();
    return store;
  };
  const store: Store = {
    accessKeys: guarded(sqliteAccessKeys(statements, ofKeys, keys), ['create', 'delete', 'replaceSecret']),
    identities: guarded(
      sqliteIdentities(statements, ofIdentities, identities, () => keys.clear()),
      ['create', 'edit', 'delete'],
    ),
    oauthClients: sqliteOAuthClients(statements),
    grants: guarded(sqliteGrants(statements, revoked), [
      'issueCode',
      'redeemCode',
      'issue',
      'rotate',
      'end',
      'endAllOf',
      'revoke',
    ]),
    ngcKeys: guarded(sqliteNgcKeys(statements, ngcKeys), ['create', 'edit', 'replaceSecret', 'delete', 'flush']),
    collections: guarded(sqliteCollections(statements, lists), ['insert', 'change', 'changeParts', 'commit', 'sweep']),
    settings: guarded(settings, ['set', 'next', 'remove']),
    decisions,
    world: guarded(sqliteWorld(statements, { forget, drop }), ['load', 'rekey']),
    notices,
    fault: () => file?.fault ?? null,
    image: async () => wholeImage(connection, lastLogins),
    restored:
      file === null
        ? async (image) => openSqliteImage(image, budgets, decisions)
        : guarded({ replace }, ['replace']).replace,
    rest: async () => connection.rest(),
    close: async () => {
      try {
        for (const logins of lastLogins) logins.flush();
      } finally {
        forget();
        connection.close();
      }
    },
  };
  return store;
}

/** An image that includes the last logins, even if the disk has no room for them. */
function wholeImage(connection: Connection, lastLogins: readonly LastLogins[]): Uint8Array {
  for (const logins of lastLogins) logins.flushIfPossible();
  const image = connection.image();
  const waiting = lastLogins.filter((logins) => logins.waiting);
  if (waiting.length === 0) return image;
  const copy = new RestingConnection(image);
  try {
    const statements = new Statements(copy);
    for (const logins of waiting) logins.writeTo(statements);
    return copy.image();
  } finally {
    copy.close();
  }
}
