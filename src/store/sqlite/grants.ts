import type { Database } from 'better-sqlite3';
import type { Instant } from '../../core/clock.ts';
import type { AuthorizationCode, Grants, Login, Redemption, RefreshToken, Rotation } from '../grants.ts';

type Used = { readonly usedAt: Instant | null };
type TokenRow = RefreshToken & Used & { readonly revokedAt: Instant | null };
type CodeRow = AuthorizationCode & Used;

const LOGIN = 'hash, family, subject, client_id AS clientId, scope, auth_time AS authTime, expires_at AS expiresAt';

/** How long a code that expired is known, so that its second use is told from an invented one. */
const CODE_KEPT_MS = 86_400_000;
/** The same of refresh tokens: a logout ends the access tokens of their logins, which may live longer. */
const TOKEN_KEPT_MS = 2_592_000_000;

/** Names of access tokens that do not count any more; null until they were read. Few, and asked for by every request. */
export class RevokedNames {
  names: Set<string> | null = null;

  clear(): void {
    this.names = null;
  }
}

export function sqliteGrants(database: Database, revoked: RevokedNames): Grants {
  const insert = database.prepare(
    `INSERT INTO refresh_tokens (hash, family, subject, client_id, scope, auth_time, expires_at)
     VALUES (@hash, @family, @subject, @clientId, @scope, @authTime, @expiresAt)`,
  );
  const sweep = database.prepare('DELETE FROM refresh_tokens WHERE expires_at <= ?');
  const byHash = database.prepare<[string], TokenRow>(
    `SELECT ${LOGIN}, used_at AS usedAt, revoked_at AS revokedAt FROM refresh_tokens WHERE hash = ?`,
  );
  const use = database.prepare('UPDATE refresh_tokens SET used_at = ? WHERE hash = ?');
  const revokeFamily = database.prepare('UPDATE refresh_tokens SET revoked_at = ? WHERE family = ?');
  const familiesOf = database
    .prepare<[string], string>('SELECT DISTINCT family FROM refresh_tokens WHERE subject = ? AND revoked_at IS NULL')
    .pluck();
  const expired = database.prepare<[Instant, Instant], { subject: string; expiresAt: Instant }>(
    `SELECT subject, expires_at AS expiresAt FROM refresh_tokens
     WHERE expires_at > ? AND expires_at <= ? AND used_at IS NULL AND revoked_at IS NULL ORDER BY expires_at`,
  );
  const insertCode = database.prepare(
    `INSERT INTO authorization_codes
       (hash, family, subject, client_id, scope, auth_time, redirect_uri, challenge, nonce, expires_at)
     VALUES (@hash, @family, @subject, @clientId, @scope, @authTime, @redirectUri, @challenge, @nonce, @expiresAt)`,
  );
  const sweepCodes = database.prepare('DELETE FROM authorization_codes WHERE expires_at <= ?');
  const code = database.prepare<[string], CodeRow>(
    `SELECT ${LOGIN}, redirect_uri AS redirectUri, challenge, nonce, used_at AS usedAt FROM authorization_codes
     WHERE hash = ?`,
  );
  const useCode = database.prepare('UPDATE authorization_codes SET used_at = ? WHERE hash = ?');
  const useCodesOf = database.prepare(
    'UPDATE authorization_codes SET used_at = ? WHERE subject = ? AND used_at IS NULL',
  );
  const addName = database.prepare('INSERT OR REPLACE INTO revoked_names (name, until) VALUES (?, ?)');
  const sweepNames = database.prepare('DELETE FROM revoked_names WHERE until <= ?');
  const allNames = database.prepare<[], string>('SELECT name FROM revoked_names').pluck();

  const revoke = (name: string, now: Instant, until: Instant) => {
    sweepNames.run(now);
    addName.run(name, until);
    revoked.clear();
  };
  const end = (family: string, now: Instant, until: Instant) => {
    revokeFamily.run(now, family);
    revoke(family, now, until);
  };

  const issue = database.transaction((token: RefreshToken, now: Instant) => {
    sweep.run(now - TOKEN_KEPT_MS);
    insert.run(token);
  });
  const issueCode = database.transaction((fresh: AuthorizationCode, now: Instant) => {
    sweepCodes.run(now - CODE_KEPT_MS);
    insertCode.run(fresh);
  });

  const redeemCode = database.transaction((hash: string, now: Instant, until: Instant): Redemption => {
    const row = code.get(hash);
    if (row === undefined) return { outcome: 'unknown' };
    const { usedAt, ...presented } = row;
    if (usedAt !== null) {
      end(row.family, now, until);
      return { outcome: 'reused' };
    }
    useCode.run(now, hash);
    return row.expiresAt <= now ? { outcome: 'expired' } : { outcome: 'redeemed', code: presented };
  });

  const rotate = database.transaction((...[presented, next, now, until]: Parameters<Grants['rotate']>): Rotation => {
    const token = byHash.get(presented.hash);
    if (token === undefined) return { outcome: 'unknown' };
    const isOthers = token.clientId !== null && token.clientId !== presented.clientId;
    if (isOthers && presented.anyClient !== true) return { outcome: 'other_client' };
    if (token.usedAt !== null) {
      end(token.family, now, until);
      return { outcome: 'reused' };
    }
    if (token.revokedAt !== null) return { outcome: 'revoked' };
    if (token.expiresAt <= now) return { outcome: 'expired' };
    use.run(now, token.hash);
    insert.run({ ...token, ...next });
    return { outcome: 'rotated', login: loginOf(token) };
  });

  const endAllOf = database.transaction((subject: string, now: Instant, until: Instant) => {
    for (const family of familiesOf.all(subject) as string[]) end(family, now, until);
    useCodesOf.run(now, subject);
  });
  const endOne = database.transaction(end);

  return {
    issueCode: async (fresh, now) => issueCode.immediate(fresh, now),
    redeemCode: async (...use) => redeemCode.immediate(...use),
    issue: async (token, now) => issue.immediate(token, now),
    rotate: async (...use) => rotate.immediate(...use),
    active: async (hash, now) => {
      const token = byHash.get(hash);
      if (token === undefined || token.usedAt !== null || token.revokedAt !== null || token.expiresAt <= now)
        return null;
      return { ...loginOf(token), hash, expiresAt: token.expiresAt };
    },
    end: async (...which) => endOne.immediate(...which),
    endAllOf: async (...whose) => endAllOf.immediate(...whose),
    revoke: async (...which) => revoke(...which),
    isRevoked: async (names) => {
      revoked.names ??= new Set(allNames.all() as string[]);
      const known = revoked.names;
      return known.size > 0 && names.some((name) => known.has(name));
    },
    expiredBetween: async (from, to) => expired.all(from, to),
  };
}

function loginOf({ family, subject, clientId, scope, authTime }: Login): Login {
  return { family, subject, clientId, scope, authTime };
}
