import type { Database } from 'better-sqlite3';
import type { Instant } from '../../core/clock.ts';
import type { Grants, RefreshToken, Rotation } from '../grants.ts';

type Row = RefreshToken & { readonly usedAt: Instant | null; readonly revokedAt: Instant | null };

export function sqliteGrants(database: Database): Grants {
  const insert = database.prepare(
    `INSERT INTO refresh_tokens (hash, family, subject, client_id, expires_at)
     VALUES (@hash, @family, @subject, @clientId, @expiresAt)`,
  );
  const sweep = database.prepare('DELETE FROM refresh_tokens WHERE expires_at <= ?');
  const byHash = database.prepare<[string], Row>(
    `SELECT hash, family, subject, client_id AS clientId, expires_at AS expiresAt, used_at AS usedAt, revoked_at AS revokedAt
     FROM refresh_tokens WHERE hash = ?`,
  );
  const use = database.prepare('UPDATE refresh_tokens SET used_at = ? WHERE hash = ?');
  const revoke = database.prepare('UPDATE refresh_tokens SET revoked_at = ? WHERE family = ?');
  const expired = database.prepare<[Instant, Instant], { subject: string; expiresAt: Instant }>(
    `SELECT subject, expires_at AS expiresAt FROM refresh_tokens
     WHERE expires_at > ? AND expires_at <= ? AND used_at IS NULL AND revoked_at IS NULL ORDER BY expires_at`,
  );

  const issue = database.transaction((token: RefreshToken, now: Instant) => {
    sweep.run(now);
    insert.run(token);
  });

  const rotate = database.transaction((...[presented, next, now]: Parameters<Grants['rotate']>): Rotation => {
    const token = byHash.get(presented.hash);
    if (token === undefined) return { outcome: 'unknown' };
    if (token.clientId !== null && token.clientId !== presented.clientId) return { outcome: 'other_client' };
    if (token.usedAt !== null) {
      revoke.run(now, token.family);
      return { outcome: 'reused' };
    }
    if (token.revokedAt !== null) return { outcome: 'revoked' };
    if (token.expiresAt <= now) return { outcome: 'expired' };
    use.run(now, token.hash);
    insert.run({ ...token, ...next });
    return { outcome: 'rotated', subject: token.subject, clientId: token.clientId };
  });

  return {
    issue: async (token, now) => issue.immediate(token, now),
    rotate: async (...use) => rotate.immediate(...use),
    expiredBetween: async (from, to) => expired.all(from, to),
  };
}
