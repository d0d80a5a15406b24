import type { Database } from 'better-sqlite3';
import { Remembered } from '../../core/remembered.ts';
import type { AccessKey, AccessKeys, NewAccessKey } from '../access-keys.ts';
import { Collision, LimitReached, NotFound } from '../errors.ts';
import type { LastLogins } from './last-logins.ts';

const COLUMNS = `id, owner, created_by AS createdBy, name, client_id AS clientId, secret_hash AS secretHash,
  created_at AS createdAt, last_login AS lastLogin`;

export const INSERT_ACCESS_KEY = `INSERT INTO access_keys (id, owner, created_by, name, client_id, secret_hash, created_at)
  VALUES (@id, @owner, @createdBy, @name, @clientId, @secretHash, @createdAt)`;

/** How many owners' lists are remembered: reading and converting twenty rows costs more than the rest of the answer. */
const MOST_LISTS = 500;

export type KeyLists = Remembered<readonly AccessKey[]>;

export function rememberedKeyLists(): KeyLists {
  return new Remembered(MOST_LISTS);
}

export function sqliteAccessKeys(database: Database, lastLogins: LastLogins, lists: KeyLists): AccessKeys {
  const select = (rest: string) => database.prepare<unknown[], AccessKey>(`SELECT ${COLUMNS} FROM access_keys ${rest}`);
  const ofOwner = select('WHERE owner = ? ORDER BY rowid');
  const byId = select('WHERE id = ?');
  const byClientId = select('WHERE client_id = ?');
  const everybody = {
    all: select('ORDER BY rowid'),
    clientId: select('WHERE client_id = @clientId'),
    createdBy: select('WHERE created_by = @createdBy ORDER BY rowid'),
    both: select('WHERE client_id = @clientId AND created_by = @createdBy'),
  };
  const nameTaken = database.prepare('SELECT 1 FROM access_keys WHERE owner = ? AND name = ?').pluck();
  const count = database.prepare<[string], number>('SELECT count(*) FROM access_keys WHERE owner = ?').pluck();
  const insert = database.prepare(INSERT_ACCESS_KEY);
  const remove = database.prepare<[string], string>('DELETE FROM access_keys WHERE id = ? RETURNING owner').pluck();
  const replace = database
    .prepare<[string, string], string>('UPDATE access_keys SET secret_hash = ? WHERE id = ? RETURNING owner')
    .pluck();

  const create = database.transaction((key: NewAccessKey, limit: number) => {
    if (nameTaken.get(key.owner, key.name) !== undefined) throw new Collision();
    if ((count.get(key.owner) as number) >= limit) throw new LimitReached();
    insert.run(key);
  });
  /** @throws NotFound when a statement changed no row */
  const changed = (owner: unknown) => {
    if (owner === undefined) throw new NotFound();
    lists.forget(owner as string);
  };
  const shown = (key: AccessKey | undefined) => (key === undefined ? null : lastLogins.shownOn(key));

  return {
    create: async (key, limit) => {
      create.immediate(key, limit);
      lists.forget(key.owner);
    },
    ofOwner: async (owner) => {
      const keys = lists.find(owner) ?? lists.keep(owner, ofOwner.all(owner));
      return lastLogins.waiting ? keys.map((key) => lastLogins.shownOn(key)) : keys;
    },
    all: async (filter) => {
      const { clientId, createdBy } = filter;
      const byClient = createdBy === undefined ? 'clientId' : 'both';
      const list = clientId === undefined ? (createdBy === undefined ? 'all' : 'createdBy') : byClient;
      return everybody[list].all(filter).map((key) => lastLogins.shownOn(key));
    },
    byId: async (id) => shown(byId.get(id)),
    byClientId: async (clientId) => shown(byClientId.get(clientId)),
    delete: async (id) => changed(remove.get(id)),
    replaceSecret: async (id, secretHash) => changed(replace.get(secretHash, id)),
    touch: async (id, at) => lastLogins.note(id, at),
  };
}
