import type { Instant } from '../../../lib/clock.ts';
import type { Collections } from '../../../store/collections.ts';
import { NotFound, StaleDecision } from '../../../store/errors.ts';
import type { Store } from '../../../store/index.ts';
import { type Change, NEW } from '../../../store/row.ts';
import { ACCESS_KEYS } from './access-keys.ts';
import {
  type AuthorizationCode,
  CODES,
  createCodeRow,
  createLoginRow,
  ENDED_LOGINS,
  LOGINS,
  type Login,
  REVOCATIONS,
  REVOKED_NAMES,
  type RefreshToken,
  sidOfSecret,
} from './grant-rows.ts';
import { IDENTITIES, type Identity, type Premise } from './identities.ts';

/** The ids of a refresh token in a request, after its signature was verified. */
export type PresentedToken = Pick<RefreshToken, 'family' | 'hash'>;

export interface RotationRequest extends PresentedToken {
  /** The client that presented the token; null if it named none. */
  readonly clientId: string | null;
  readonly anyClient?: boolean;
}

export type Rotation =
  | { readonly outcome: 'rotated'; readonly login: Login }
  | { readonly outcome: 'unknown' | 'expired' | 'reused' | 'revoked' | 'other_client' };

export type Redemption =
  | { readonly outcome: 'redeemed'; readonly code: AuthorizationCode }
  | { readonly outcome: 'unknown' | 'expired' | 'reused' };

/** How long an expired code is kept, so that its reuse differs from an unknown code: one day. */
const CODE_RETENTION_MS = 24 * 3_600_000;
/** How long an expired refresh token is kept: 30 days. Logging out with it also ends access tokens that live longer. */
const TOKEN_RETENTION_MS = 30 * 24 * 3_600_000;

export function grantsIn({ collections }: Pick<Store, 'collections'>): Grants {
  return new Grants(collections);
}

/** Stores, redeems and revokes codes, logins with their refresh tokens, and revocations of access tokens. */
export class Grants {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  /** Stores a code, and deletes codes that expired more than a day ago. @throws NotFound, StaleDecision like `issue` */
  issueCode(code: AuthorizationCode, now: Instant, premise: Premise = {}): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      await checkSubject(rows, code.subject, premise);
      const expired = await CODES.findExpired(rows, now - CODE_RETENTION_MS);
      await commit([...expired, CODES.put(createCodeRow({ ...code, usedAt: null }))]);
    });
  }

  /**
   * Redeems a code. Of two concurrent calls, only one succeeds. Reusing a code revokes all tokens of its login (RFC
   * 6749, 4.1.2).
   *
   * @param until when the last access token of the login expires
   */
  redeemCode(hash: string, now: Instant, until: Instant): Promise<Redemption> {
    const rows = this.#rows;
    return rows.updating(async (commit): Promise<Redemption> => {
      const row = await CODES.byId(rows, hash);
      if (row === null) return { outcome: 'unknown' };
      const { usedAt, ...code } = row.body;
      if (usedAt !== null) {
        await commit(await prepareLoginEnds(rows, [code.family], now, until));
        return { outcome: 'reused' };
      }
      await commit([CODES.put({ ...row, body: { ...row.body, usedAt: now } })]);
      return code.expiresAt <= now ? { outcome: 'expired' } : { outcome: 'redeemed', code };
    });
  }

  /**
   * Stores the first refresh token of a login, and deletes tokens that expired more than 30 days ago. If the code was
   * reused in the meantime, the login is stored as ended.
   *
   * @throws NotFound if the user was deleted
   * @throws StaleDecision if the user is disabled, or the premise has changed
   */
  issue(token: RefreshToken, now: Instant, premise: Premise = {}): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      await checkSubject(rows, token.subject, premise);
      const revocation = await REVOKED_NAMES.byId(rows, token.family);
      const isRevoked = revocation?.dueAt != null && revocation.dueAt > now;
      const collection = isRevoked ? ENDED_LOGINS : LOGINS;
      const expiredBefore = now - TOKEN_RETENTION_MS;
      await commit([
        ...(await LOGINS.findExpired(rows, expiredBefore)),
        ...(await ENDED_LOGINS.findExpired(rows, expiredBefore)),
        collection.put(createLoginRow(collection, token)),
      ]);
    });
  }

  /**
   * Replaces a refresh token with the next one of its login. Of two concurrent calls, only one succeeds. Reusing a
   * token revokes the whole login (RFC 9700, 4.14.2). A token of another client is left unchanged.
   *
   * @param next hash and expiry of the next refresh token
   * @param until when the last access token of the login expires
   */
  rotate(
    presented: RotationRequest,
    next: { readonly hash: string; readonly expiresAt: Instant },
    now: Instant,
    until: Instant,
  ): Promise<Rotation> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const stored = await findLogin(rows, presented.family);
      if (stored === null) return { outcome: 'unknown' };
      const { login, isActive } = stored;
      const { clientId, family, expiresAt } = login.body;
      const isOtherClient = clientId !== null && clientId !== presented.clientId;
      if (isOtherClient && presented.anyClient !== true) return { outcome: 'other_client' };
      if (login.body.hash !== presented.hash) {
        await commit(await prepareLoginEnds(rows, [family], now, until));
        return { outcome: 'reused' };
      }
      if (!isActive) return { outcome: 'revoked' };
      if (expiresAt <= now) return { outcome: 'expired' };
      await commit([LOGINS.put({ ...createLoginRow(LOGINS, { ...login.body, ...next }), revision: login.revision })]);
      return { outcome: 'rotated', login: pickLogin(login.body) };
    });
  }

  /** Returns the stored token, if the presented one is still usable. */
  async findActive({ family, hash }: PresentedToken, now: Instant): Promise<RefreshToken | null> {
    const token = (await LOGINS.byId(this.#rows, family))?.body;
    return token === undefined || token.hash !== hash || token.expiresAt <= now ? null : token;
  }

  /** Returns the login of a refresh token, usable or not; null if it is no longer stored. */
  async loginOf({ family }: PresentedToken): Promise<Login | null> {
    const stored = await findLogin(this.#rows, family);
    return stored === null ? null : pickLogin(stored.login.body);
  }

  /** Ends a login with its refresh and access tokens. @param until when the last access token of the login expires */
  end(family: string, now: Instant, until: Instant): Promise<void> {
    return this.#rows.updating(async (commit) => {
      await commit(await prepareLoginEnds(this.#rows, [family], now, until));
    });
  }

  /** Ends all logins of a user, and marks all unused codes as used. @param until as in `end` */
  endAllOf(subject: string, now: Instant, until: Instant): Promise<void> {
    return this.#rows.updating(async (commit) => {
      await commit((await prepareEndOfAll(this.#rows, subject, now, until)).changes);
    });
  }

  /** Revokes access tokens with this `jti` or `sid`. @param until when the last of them expires */
  revoke(name: string, now: Instant, until: Instant): Promise<void> {
    return this.#rows.updating(async (commit) => {
      await commit(await prepareRevocations(this.#rows, [name], now, until));
    });
  }

  async countRevocations(principalId: string): Promise<number> {
    return (await REVOCATIONS.byId(this.#rows, principalId))?.body.count ?? 0;
  }

  /**
   * Ends the logins of a principal, and revokes all its access tokens and the bearer of the cast. Tokens that are issued
   * later are accepted, even in the same second.
   *
   * @param until when the last access token that was issued until now expires
   * @returns the number of logins that ended
   */
  revokeAllOf(principalId: string, now: Instant, until: Instant): Promise<number> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const { logins, changes } = await prepareEndOfAll(rows, principalId, now, until);
      const row = await REVOCATIONS.byId(rows, principalId);
      const body = { count: (row?.body.count ?? 0) + 1 };
      const revision = row?.revision ?? NEW;
      const revocation = REVOCATIONS.row({ id: principalId, owner: '', parent: null, body, revision });
      await commit([...changes, REVOCATIONS.put(revocation)]);
      return logins;
    });
  }

  /**
   * Returns whether a token was issued before all tokens of its principal were revoked: then its `sid` is that of no
   * active login, and of no secret since.
   */
  async isOfRevoked({ id, secretHash }: Identity, sid: string, worldId: string): Promise<boolean> {
    const rows = this.#rows;
    const revocations = await this.countRevocations(id);
    if (revocations === 0 || (await LOGINS.byId(rows, sid)) !== null) return false;
    const keys = await ACCESS_KEYS.ofOwner(rows, id);
    const secrets = [secretHash ?? id, ...keys.map(({ body }) => body.secretHash)];
    return !secrets.some((secret) => sidOfSecret(secret, worldId, revocations) === sid);
  }

  /** Returns whether one of these `jti` or `sid` values is revoked. Fast, because every request calls it. */
  async isRevoked(names: readonly string[]): Promise<boolean> {
    for (const name of names) if ((await REVOKED_NAMES.byId(this.#rows, name)) !== null) return true;
    return false;
  }

  /** Returns the first `limit` refresh tokens that expire in `(from, to]`, earliest first. */
  async findExpiredBetween(from: Instant, to: Instant, limit: number) {
    const expired = await LOGINS.due(this.#rows, { after: from, to, limit });
    return expired.map(({ body: { subject, expiresAt } }) => ({ subject, expiresAt }));
  }
}

/** @throws NotFound if there is no subject; StaleDecision if it is disabled, or the premise has changed */
async function checkSubject(rows: Collections, subject: string, { passwordHash }: Premise): Promise<void> {
  const row = await IDENTITIES.byId(rows, subject);
  if (row === null) throw new NotFound();
  const hasChanged = passwordHash !== undefined && passwordHash !== row.body.passwordHash;
  if (!row.body.enabled || hasChanged) throw new StaleDecision();
}

/** Also deletes expired revocations, but not of a name that is revoked again. */
async function prepareRevocations(
  rows: Collections,
  names: readonly string[],
  now: Instant,
  until: Instant,
): Promise<readonly Change[]> {
  const revoked = new Set(names);
  const expired = (await REVOKED_NAMES.findExpired(rows, now)).filter(({ id }) => !revoked.has(id));
  const puts: Change[] = [];
  for (const id of names) {
    const revision = (await REVOKED_NAMES.byId(rows, id))?.revision ?? NEW;
    puts.push(
      REVOKED_NAMES.put(REVOKED_NAMES.row({ id, owner: '', parent: null, dueAt: until, body: null, revision })),
    );
  }
  return [...expired, ...puts];
}

/** Returns the changes that end the logins of a user and mark the unused codes as used, and the number of logins. */
async function prepareEndOfAll(rows: Collections, subject: string, now: Instant, until: Instant) {
  const families = (await LOGINS.ofOwner(rows, subject)).map(({ id }) => id);
  const unusedCodes = (await CODES.ofOwner(rows, subject)).filter(({ body }) => body.usedAt === null);
  const codeChanges = unusedCodes.map((row) => CODES.put({ ...row, body: { ...row.body, usedAt: now } }));
  const changes = [...(await prepareLoginEnds(rows, families, now, until)), ...codeChanges];
  return { logins: families.length, changes };
}

/** Returns the changes that end these logins, if they exist, and revoke their access tokens. */
async function prepareLoginEnds(
  rows: Collections,
  families: readonly string[],
  now: Instant,
  until: Instant,
): Promise<readonly Change[]> {
  const moves: Change[] = [];
  for (const family of families) {
    const login = await LOGINS.byId(rows, family);
    if (login !== null) moves.push(LOGINS.remove(login), ENDED_LOGINS.put(createLoginRow(ENDED_LOGINS, login.body)));
  }
  return [...moves, ...(await prepareRevocations(rows, families, now, until))];
}

async function findLogin(rows: Collections, family: string) {
  const active = await LOGINS.byId(rows, family);
  const login = active ?? (await ENDED_LOGINS.byId(rows, family));
  return login === null ? null : { login, isActive: active !== null };
}

/** Returns the members of a login without those of its refresh token. */
function pickLogin({ family, subject, clientId, scope, authTime }: Login): Login {
  return { family, subject, clientId, scope, authTime };
}
