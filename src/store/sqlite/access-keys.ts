import { type Budget, bytesOf, Held } from '../../core/held.ts';
import type { AccessKey, AccessKeys, NewAccessKey } from '../access-keys.ts';
import { Changed, Collision, LimitReached, NotFound } from '../errors.ts';
import type { LastLogins } from './last-logins.ts';
import type { Statements } from './statements.ts';

type Affected = Pick<AccessKey, 'owner' | 'clientId'>;

const COLUMNS = `id, owner, created_by AS createdBy, name, client_id AS clientId, secret_hash AS secretHash,
  created_at AS createdAt, last_login AS lastLogin`;

export const INSERT_ACCESS_KEY = `INSERT INTO access_keys (id, owner, created_by, name, client_id, secret_hash, created_at)
  VALUES (@id, @owner, @createdBy, @name, @clientId, @secretHash, @createdAt)`;

/** A list, the view made from it, and the JSON written from that. */
const COPIES = 3;

/**
 * Rows that have been read: reading a list of twenty costs more than making the rest of its answer. Every change to a
 * row forgets what shows it.
 */
export class RememberedKeys {
  readonly byOwner: Held<readonly AccessKey[]>;
  readonly byClientId: Held<AccessKey>;

  constructor(budget: Budget) {
    this.byOwner = new Held(budget, (keys) => COPIES * bytesOf(keys));
    this.byClientId = new Held<AccessKey>(budget, bytesOf);
  }

  forget({ owner, clientId }: Pick<AccessKey, 'owner' | 'clientId'>): void {
    this.byOwner.forget(owner);
    this.byClientId.forget(clientId);
  }

  clear(): void {
    this.byOwner.clear();
    this.byClientId.clear();
  }
}

export function sqliteAccessKeys(
  statements: Statements,
  lastLogins: LastLogins,
  remembered: RememberedKeys,
): AccessKeys {
  const select = (rest: string) =>
    statements.prepare<unknown[], AccessKey>(`SELECT ${COLUMNS} FROM access_keys ${rest}`);
  const ofOwner = select('WHERE owner = ? ORDER BY rowid');
  const byId = select('WHERE id = ?');
  const byClientId = select('WHERE client_id = ?');
  const all = select('ORDER BY rowid');
  const ofCreator = select('WHERE created_by = ? ORDER BY rowid');
  const ofClientAndCreator = select('WHERE client_id = ? AND created_by = ?');
  const ownerThere = statements.prepare('SELECT 1 FROM identities WHERE id = ?').pluck();
  const grounds = statements.prepare<[string], { readonly secretHash: string; readonly enabled: 0 | 1 }>(
    `SELECT access_keys.secret_hash AS secretHash, enabled FROM access_keys
     JOIN identities ON identities.id = access_keys.owner WHERE access_keys.id = ?`,
  );
  const nameTaken = statements.prepare('SELECT 1 FROM access_keys WHERE owner = ? AND name = ?').pluck();
  const count = statements
    .prepare<[string], number>("SELECT keys FROM key_counts WHERE kind = 'access' AND owner = ?")
    .pluck();
  const insert = statements.prepare(INSERT_ACCESS_KEY);
  const remove = statements.prepare<[string], Affected>(
    'DELETE FROM access_keys WHERE id = ? RETURNING owner, client_id AS clientId',
  );
  const replace = statements.prepare<[string, string], Affected>(
    'UPDATE access_keys SET secret_hash = ? WHERE id = ? RETURNING owner, client_id AS clientId',
  );

  const create = statements.transaction((key: NewAccessKey, limit: number) => {
    if (ownerThere.get(key.owner) === undefined) throw new NotFound();
    if (nameTaken.get(key.owner, key.name) !== undefined) throw new Collision();
    if ((count.get(key.owner) ?? 0) >= limit) throw new LimitReached();
    insert.run(key);
  });
  const everybodys = (clientId: string | undefined, createdBy: string | undefined) => {
    if (clientId === undefined) return createdBy === undefined ? all.all() : ofCreator.all(createdBy);
    return createdBy === undefined ? byClientId.all(clientId) : ofClientAndCreator.all(clientId, createdBy);
  };
  /** @throws NotFound if a statement changed no row */
  const changed = (row: Affected | undefined) => {
    if (row === undefined) throw new NotFound();
    remembered.forget(row);
  };
  const shown = (key: AccessKey | undefined) => (key === undefined ? null : lastLogins.shownOn(key));

  return {
    create: async (key, limit) => {
      create(key, limit);
      remembered.forget(key);
    },
    ofOwner: async (owner) => {
      const lists = remembered.byOwner;
      const keys = lists.find(owner) ?? lists.keep(owner, ofOwner.all(owner));
      return lastLogins.waiting ? keys.map((key) => lastLogins.shownOn(key)) : keys;
    },
    all: async ({ clientId, createdBy }) => everybodys(clientId, createdBy).map((key) => lastLogins.shownOn(key)),
    byId: async (id) => shown(byId.get(id)),
    byClientId: async (clientId) => {
      const known = remembered.byClientId.find(clientId);
      if (known !== undefined) return lastLogins.shownOn(known);
      const key = byClientId.get(clientId);
      return key === undefined ? null : lastLogins.shownOn(remembered.byClientId.keep(clientId, key));
    },
    delete: async (id) => changed(remove.get(id)),
    replaceSecret: async (id, secretHash) => changed(replace.get(secretHash, id)),
    touch: async (id, at, secretHash) => {
      const found = grounds.get(id);
      if (found === undefined) throw new NotFound();
      if (found.enabled === 0 || found.secretHash !== secretHash) throw new Changed();
      lastLogins.note(id, at);
    },
  };
}
