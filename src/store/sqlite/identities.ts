import type { Database } from 'better-sqlite3';
import { Remembered } from '../../core/remembered.ts';
import type { Identities, Identity, OAuthClients } from '../identities.ts';
import type { LastLogins } from './last-logins.ts';

type Row = Omit<Identity, 'enabled'> & { readonly enabled: 0 | 1 };

const COLUMNS = `id, kind, name, role, client_id AS clientId, secret_hash AS secretHash, password_hash AS passwordHash,
  enabled, created_at AS createdAt, last_login AS lastLogin`;

export const INSERT_IDENTITY = `INSERT INTO identities
  (id, kind, name, name_key, role, client_id, secret_hash, password_hash, enabled, created_at, last_login)
  VALUES (@id, @kind, @name, @nameKey, @role, @clientId, @secretHash, @passwordHash, @enabled, @createdAt, @lastLogin)`;

/** How many identities are remembered by id: every request with a token asks for one. */
const MOST_IDENTITIES = 1000;

export type KnownIdentities = Remembered<Identity>;

export function rememberedIdentities(): KnownIdentities {
  return new Remembered(MOST_IDENTITIES);
}

export function sqliteIdentities(database: Database, lastLogins: LastLogins, known: KnownIdentities): Identities {
  const select = (rest: string) => database.prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM identities ${rest}`);
  const byId = select('WHERE id = ?');
  const byName = select('WHERE kind = ? AND name_key = ?');
  const byClientId = select('WHERE kind = ? AND client_id = ?');
  const shown = (row: Row | undefined) => (row === undefined ? null : lastLogins.shownOn(identityOf(row)));

  return {
    byId: async (id) => {
      const remembered = known.find(id);
      if (remembered !== undefined) return lastLogins.shownOn(remembered);
      const row = byId.get(id);
      return row === undefined ? null : lastLogins.shownOn(known.keep(id, identityOf(row)));
    },
    byName: async (kind, name) => shown(byName.get(kind, nameKey(name))),
    byClientId: async (kind, clientId) => shown(byClientId.get(kind, clientId)),
    touch: async (id, at) => lastLogins.note(id, at),
  };
}

/** Names are found without regard to case; SQLite by itself would know only the case of ASCII. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

function identityOf(row: Row): Identity {
  return { ...row, enabled: row.enabled === 1 };
}

export const INSERT_OAUTH_CLIENT = 'INSERT INTO oauth_clients (client_id, redirect_uris) VALUES (?, ?)';

export function sqliteOAuthClients(database: Database): OAuthClients {
  const byId = database
    .prepare<[string], string>('SELECT redirect_uris FROM oauth_clients WHERE client_id = ?')
    .pluck();
  return {
    byId: async (clientId) => {
      const redirectUris = byId.get(clientId) as string | undefined;
      return redirectUris === undefined ? null : { clientId, redirectUris: JSON.parse(redirectUris) as string[] };
    },
  };
}
