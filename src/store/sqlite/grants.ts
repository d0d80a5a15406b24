import type { Instant } from '../../core/clock.ts';
import { Changed, NotFound } from '../errors.ts';
import type {
  AuthorizationCode,
  Grants,
  Login,
  Premise,
  PresentedToken,
  Redemption,
  RefreshToken,
  Rotation,
} from '../grants.ts';
import type { Statements } from './statements.ts';

type TokenRow = RefreshToken & { readonly revokedAt: Instant | null };
type CodeRow = AuthorizationCode & { readonly usedAt: Instant | null };
type Holder = { readonly enabled: 0 | 1; readonly passwordHash: string | null };

const LOGIN = 'hash, family, subject, client_id AS clientId, scope, auth_time AS authTime, expires_at AS expiresAt';

/** Between two moments, in the order of an index. */
export const SELECT_EXPIRED_LOGINS = `SELECT subject, expires_at AS expiresAt FROM refresh_tokens
  WHERE expires_at > ? AND expires_at <= ? AND revoked_at IS NULL ORDER BY expires_at LIMIT ?`;

/** How long an expired code is remembered, so that its second use can be told apart from an invented code. */
const CODE_KEPT_MS = 86_400_000;
/** The same for refresh tokens: a logout ends the access tokens of their logins, which may live longer. */
const TOKEN_KEPT_MS = 2_592_000_000;

/** Names of revoked access tokens; null until they are read. They are few, and every request asks for them. */
export class RevokedNames {
  names: Set<string> | null = null;

  clear(): void {
    this.names = null;
  }
}

export function sqliteGrants(statements: Statements, revoked: RevokedNames): Grants {
  const insert = statements.prepare(
    `INSERT INTO refresh_tokens (family, line, hash, subject, client_id, scope, auth_time, expires_at)
     VALUES (@family, @line, @hash, @subject, @clientId, @scope, @authTime, @expiresAt)`,
  );
  const sweep = statements.prepare('DELETE FROM refresh_tokens WHERE expires_at <= ?');
  const token = (by: 'hash' | 'line') =>
    statements.prepare<[string], TokenRow>(
      `SELECT ${LOGIN}, line, revoked_at AS revokedAt FROM refresh_tokens WHERE ${by} = ?`,
    );
  const byHash = token('hash');
  const byLine = token('line');
  const succeed = statements.prepare('UPDATE refresh_tokens SET hash = ?, expires_at = ? WHERE family = ?');
  const revokeFamily = statements.prepare('UPDATE refresh_tokens SET revoked_at = ? WHERE family = ?');
  const familiesOf = statements
    .prepare<[string], string>('SELECT family FROM refresh_tokens WHERE subject = ? AND revoked_at IS NULL')
    .pluck();
  const expired = statements.prepare<[Instant, Instant, number], { subject: string; expiresAt: Instant }>(
    SELECT_EXPIRED_LOGINS,
  );
  const insertCode = statements.prepare(
    `INSERT INTO authorization_codes
       (hash, family, subject, client_id, scope, auth_time, redirect_uri, challenge, nonce, expires_at)
     VALUES (@hash, @family, @subject, @clientId, @scope, @authTime, @redirectUri, @challenge, @nonce, @expiresAt)`,
  );
  const sweepCodes = statements.prepare('DELETE FROM authorization_codes WHERE expires_at <= ?');
  const code = statements.prepare<[string], CodeRow>(
    `SELECT ${LOGIN}, redirect_uri AS redirectUri, challenge, nonce, used_at AS usedAt FROM authorization_codes
     WHERE hash = ?`,
  );
  const useCode = statements.prepare('UPDATE authorization_codes SET used_at = ? WHERE hash = ?');
  const useCodesOf = statements.prepare(
    'UPDATE authorization_codes SET used_at = ? WHERE subject = ? AND used_at IS NULL',
  );
  const addName = statements.prepare('INSERT OR REPLACE INTO revoked_names (name, until) VALUES (?, ?)');
  const sweepNames = statements.prepare('DELETE FROM revoked_names WHERE until <= ?');
  const isNamed = statements
    .prepare<[string, Instant], 1>('SELECT 1 FROM revoked_names WHERE name = ? AND until > ?')
    .pluck();
  const holder = statements.prepare<[string], Holder>(
    'SELECT enabled, password_hash AS passwordHash FROM identities WHERE id = ?',
  );
  const allNames = statements.prepare<[], string>('SELECT name FROM revoked_names').pluck();

  const revoke = (name: string, now: Instant, until: Instant) => {
    sweepNames.run(now);
    addName.run(name, until);
    revoked.clear();
  };
  const end = (family: string, now: Instant, until: Instant) => {
    revokeFamily.run(now, family);
    revoke(family, now, until);
  };

  /** What was read before is checked again by the write that depends on it. */
  const check = (subject: string, { passwordHash }: Premise) => {
    const found = holder.get(subject);
    if (found === undefined) throw new NotFound();
    const isOther = passwordHash !== undefined && passwordHash !== found.passwordHash;
    if (found.enabled === 0 || isOther) throw new Changed();
  };

  const issue = statements.transaction((first: RefreshToken, now: Instant, premise: Premise) => {
    check(first.subject, premise);
    if (isNamed.get(first.family, now) !== undefined) throw new Changed();
    sweep.run(now - TOKEN_KEPT_MS);
    insert.run(first);
  });
  const issueCode = statements.transaction((fresh: AuthorizationCode, now: Instant, premise: Premise) => {
    check(fresh.subject, premise);
    sweepCodes.run(now - CODE_KEPT_MS);
    insertCode.run(fresh);
  });

  const redeemCode = statements.transaction((hash: string, now: Instant, until: Instant): Redemption => {
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

  /** The login of a token, and whether the token is its newest. */
  const presentedOf = ({ hash, line }: PresentedToken): readonly [login: TokenRow | undefined, isNewest: boolean] => {
    const newest = byHash.get(hash);
    return newest === undefined ? [byLine.get(line), false] : [newest, true];
  };

  const rotate = statements.transaction((...[presented, next, now, until]: Parameters<Grants['rotate']>): Rotation => {
    const [login, isNewest] = presentedOf(presented);
    if (login === undefined) return { outcome: 'unknown' };
    const isOthers = login.clientId !== null && login.clientId !== presented.clientId;
    if (isOthers && presented.anyClient !== true) return { outcome: 'other_client' };
    if (!isNewest) {
      end(login.family, now, until);
      return { outcome: 'reused' };
    }
    if (login.revokedAt !== null) return { outcome: 'revoked' };
    if (login.expiresAt <= now) return { outcome: 'expired' };
    succeed.run(next.hash, next.expiresAt, login.family);
    return { outcome: 'rotated', login: loginOf(login) };
  });

  const endAllOf = statements.transaction((subject: string, now: Instant, until: Instant) => {
    for (const family of familiesOf.all(subject)) end(family, now, until);
    useCodesOf.run(now, subject);
  });
  const endOne = statements.transaction(end);

  return {
    issueCode: async (fresh, now, premise = {}) => issueCode(fresh, now, premise),
    redeemCode: async (...use) => redeemCode(...use),
    issue: async (first, now, premise = {}) => issue(first, now, premise),
    rotate: async (...use) => rotate(...use),
    active: async (hash, now) => {
      const newest = byHash.get(hash);
      if (newest === undefined || newest.revokedAt !== null || newest.expiresAt <= now) return null;
      const { line, expiresAt } = newest;
      return { ...loginOf(newest), hash, line, expiresAt };
    },
    loginOf: async (presented) => {
      const [login] = presentedOf(presented);
      return login === undefined ? null : loginOf(login);
    },
    end: async (...which) => endOne(...which),
    endAllOf: async (...whose) => endAllOf(...whose),
    revoke: async (...which) => revoke(...which),
    isRevoked: async (names) => {
      revoked.names ??= new Set(allNames.all());
      const known = revoked.names;
      return known.size > 0 && names.some((name) => known.has(name));
    },
    expiredBetween: async (from, to, limit) => expired.all(from, to, limit),
  };
}

function loginOf({ family, subject, clientId, scope, authTime }: Login): Login {
  return { family, subject, clientId, scope, authTime };
}
