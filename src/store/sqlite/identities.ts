import { type Budget, bytesOf, Held } from '../../core/held.ts';
import { Changed, Collision, NotFound } from '../errors.ts';
import type { Identities, Identity, OAuthClients } from '../identities.ts';
import type { LastLogins } from './last-logins.ts';
import type { Statements } from './statements.ts';

type Row = Omit<Identity, 'enabled' | 'isLocal' | 'groups'> & {
  readonly enabled: 0 | 1;
  readonly isLocal: 0 | 1;
  readonly groups: string;
};

const COLUMNS = `id, kind, name, client_id AS clientId, secret_hash AS secretHash, password_hash AS passwordHash,
  enabled, is_local AS isLocal, groups, created_by AS createdBy, created_at AS createdAt, updated_at AS updatedAt,
  last_login AS lastLogin`;

const INSERT = `INSERT INTO identities
  (id, kind, name, name_key, client_id, secret_hash, password_hash, enabled, is_local, groups, created_by, created_at,
   updated_at, last_login)
  VALUES (@id, @kind, @name, @nameKey, @clientId, @secretHash, @passwordHash, @enabled, @isLocal, @groups, @createdBy,
   @createdAt, @updatedAt, @lastLogin)`;

/** Writes an identity; seeds use it, too. */
export function identityWriter(statements: Statements): (identity: Identity) => void {
  const insert = statements.prepare(INSERT);
  return (identity) => insert.run({ ...storedForm(identity), nameKey: nameKey(identity.name) });
}

/** Identities by id: every request with a token looks one up. */
export type KnownIdentities = Held<Identity>;

export function knownIdentities(budget: Budget): KnownIdentities {
  return new Held<Identity>(budget, bytesOf);
}

export function sqliteIdentities(
  statements: Statements,
  lastLogins: LastLogins,
  known: KnownIdentities,
  forgetKeys: () => void,
): Identities {
  const select = (rest: string) => statements.prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM identities ${rest}`);
  const byId = select('WHERE id = ?');
  const byName = select('WHERE kind = ? AND name_key = ?');
  const byClientId = select('WHERE kind = ? AND client_id = ?');
  const ofKind = select('WHERE kind = ? ORDER BY rowid');
  const write = identityWriter(statements);
  const update = statements.prepare(
    `UPDATE identities SET enabled = @enabled, secret_hash = @secretHash, password_hash = @passwordHash, groups = @groups,
       updated_at = @updatedAt WHERE id = @id`,
  );
  const remove = statements.prepare('DELETE FROM identities WHERE id = ?');
  const shown = (row: Row | undefined) => (row === undefined ? null : lastLogins.shownOn(identityOf(row)));

  const create = statements.transaction((identity: Identity) => {
    const { kind, name, clientId } = identity;
    const isTaken = byName.get(kind, nameKey(name)) ?? (clientId === null ? undefined : byClientId.get(kind, clientId));
    if (isTaken !== undefined) throw new Collision();
    write(identity);
  });
  const edit = statements.transaction((...[id, changes, at, { passwordHash } = {}]: Parameters<Identities['edit']>) => {
    const row = byId.get(id);
    if (row === undefined) throw new NotFound();
    if (passwordHash !== undefined && passwordHash !== row.passwordHash) throw new Changed();
    update.run(storedForm({ ...identityOf(row), ...changes, updatedAt: at }));
  });

  const identity = (id: string): Identity | null => {
    const remembered = known.find(id);
    if (remembered !== undefined) return remembered;
    const row = byId.get(id);
    return row === undefined ? null : known.keep(id, identityOf(row));
  };

  return {
    all: async (kind) => ofKind.all(kind).map((row) => lastLogins.shownOn(identityOf(row))),
    create: async (identity) => create(identity),
    edit: async (...change) => {
      edit(...change);
      known.forget(change[0]);
    },
    delete: async (id) => {
      if (remove.run(id).changes === 0) throw new NotFound();
      known.forget(id);
      forgetKeys();
    },
    byId: async (id) => {
      const found = identity(id);
      return found === null ? null : lastLogins.shownOn(found);
    },
    byName: async (kind, name) => shown(byName.get(kind, nameKey(name))),
    byClientId: async (kind, clientId) => shown(byClientId.get(kind, clientId)),
    touch: async (id, at, secretHash) => {
      const found = identity(id);
      if (found === null) throw new NotFound();
      const isOther = secretHash !== undefined && secretHash !== found.secretHash;
      if (!found.enabled || isOther) throw new Changed();
      lastLogins.note(id, at);
    },
  };
}

/** Names are found regardless of case; SQLite itself knows only the case of ASCII. */
function nameKey(name: string): string {
  return name.toLowerCase();
}

function identityOf(row: Row): Identity {
  return { ...row, enabled: row.enabled === 1, isLocal: row.isLocal === 1, groups: JSON.parse(row.groups) };
}

function storedForm(identity: Identity): Row {
  const { enabled, isLocal, groups } = identity;
  return { ...identity, enabled: enabled ? 1 : 0, isLocal: isLocal ? 1 : 0, groups: JSON.stringify(groups) };
}

export const INSERT_OAUTH_CLIENT = 'INSERT INTO oauth_clients (client_id, redirect_uris) VALUES (?, ?)';

export function sqliteOAuthClients(statements: Statements): OAuthClients {
  const byId = statements
    .prepare<[string], string>('SELECT redirect_uris FROM oauth_clients WHERE client_id = ?')
    .pluck();
  return {
    byId: async (clientId) => {
      const redirectUris = byId.get(clientId);
      return redirectUris === undefined ? null : { clientId, redirectUris: JSON.parse(redirectUris) };
    },
  };
}
