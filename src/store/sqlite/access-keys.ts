import type { Database } from 'better-sqlite3';
import type { AccessKey, AccessKeys, NewAccessKey } from '../access-keys.ts';
import { Collision, LimitReached, NotFound } from '../errors.ts';
import type { LastLogins } from './last-logins.ts';

const COLUMNS = `id, owner, created_by AS createdBy, name, client_id AS clientId, secret_hash AS secretHash,
  created_at AS createdAt, last_login AS lastLogin`;

export const INSERT_ACCESS_KEY = `INSERT INTO access_keys (id, owner, created_by, name, client_id, secret_hash, created_at)
  VALUES (@id, @owner, @createdBy, @name, @clientId, @secretHash, @createdAt)`;

export function sqliteAccessKeys(database: Database, lastLogins: LastLogins): AccessKeys {
  const select = (rest: string) => database.prepare<unknown[], AccessKey>(`SELECT ${COLUMNS} FROM access_keys ${rest}`);
  const ofOwner = select('WHERE owner = ? ORDER BY rowid');
  const byId = select('WHERE id = ?');
  const byClientId = select('WHERE client_id = ?');
  const lists = {
    all: select('ORDER BY rowid'),
    clientId: select('WHERE client_id = @clientId'),
    createdBy: select('WHERE created_by = @createdBy ORDER BY rowid'),
    both: select('WHERE client_id = @clientId AND created_by = @createdBy'),
  };
  const nameTaken = database.prepare('SELECT 1 FROM access_keys WHERE owner = ? AND name = ?').pluck();
  const count = database.prepare<[string], number>('SELECT count(*) FROM access_keys WHERE owner = ?').pluck();
  const insert = database.prepare(INSERT_ACCESS_KEY);
  const remove = database.prepare('DELETE FROM access_keys WHERE id = ?');
  const replace = database.prepare('UPDATE access_keys SET secret_hash = ? WHERE id = ?');

  const create = database.transaction((key: NewAccessKey, limit: number) => {
    if (nameTaken.get(key.owner, key.name) !== undefined) throw new Collision();
    if ((count.get(key.owner) as number) >= limit) throw new LimitReached();
    insert.run(key);
  });
  const shown = (key: AccessKey | undefined) => (key === undefined ? null : lastLogins.shownOn(key));

  return {
    create: async (key, limit) => create.immediate(key, limit),
    ofOwner: async (owner) => ofOwner.all(owner).map((key) => lastLogins.shownOn(key)),
    all: async (filter) => {
      const { clientId, createdBy } = filter;
      const byClient = createdBy === undefined ? 'clientId' : 'both';
      const list = clientId === undefined ? (createdBy === undefined ? 'all' : 'createdBy') : byClient;
      return lists[list].all(filter).map((key) => lastLogins.shownOn(key));
    },
    byId: async (id) => shown(byId.get(id)),
    byClientId: async (clientId) => shown(byClientId.get(clientId)),
    delete: async (id) => {
      if (remove.run(id).changes === 0) throw new NotFound();
    },
    replaceSecret: async (id, secretHash) => {
      if (replace.run(secretHash, id).changes === 0) throw new NotFound();
    },
    touch: async (id, at) => lastLogins.note(id, at),
  };
}
