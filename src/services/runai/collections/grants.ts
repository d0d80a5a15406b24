import type { Instant } from '../../../core/clock.ts';
import { Collection } from '../../../store/collection.ts';
import { type Change, type Collections, type Expectation, NEW, type Row } from '../../../store/collections.ts';
import { NotFound, Outdated } from '../../../store/errors.ts';
import type { Store } from '../../../store/index.ts';
import { updating } from '../../../store/updating.ts';
import { IDENTITIES, type Premise } from './identities.ts';

/** A login, and what it was for. A family is everything that came from one login. */
export interface Login {
  readonly family: string;
  readonly subject: string;
  /** The client it is bound to; null if the login named none. */
  readonly clientId: string | null;
  /** The requested scopes, separated by spaces (RFC 6749, 3.3). */
  readonly scope: string;
  readonly authTime: Instant;
}

/**
 * The newest refresh token of a login, as stored. All tokens of a login begin with the same text, its line. So any
 * token that is not the newest is recognised as a used one, however many there were, without storing any of them.
 */
export interface RefreshToken extends Login {
  /** The hash of the whole token. */
  readonly hash: string;
  /** The hash of its line. */
  readonly line: string;
  readonly expiresAt: Instant;
}

/** A refresh token that somebody presents. */
export type PresentedToken = Pick<RefreshToken, 'hash' | 'line'>;

/** A code from a login page, as stored (RFC 6749, 4.1.2). */
export interface AuthorizationCode extends Login {
  readonly hash: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** S256 of the verifier (RFC 7636, 4.2); null if the client sent none. */
  readonly challenge: string | null;
  readonly nonce: string | null;
  readonly expiresAt: Instant;
}

/** The result of presenting a refresh token. */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly login: Login }
  | { readonly outcome: 'unknown' | 'expired' | 'reused' | 'revoked' | 'other_client' };

/** The result of presenting a code. */
export type Redemption =
  | { readonly outcome: 'redeemed'; readonly code: AuthorizationCode }
  | { readonly outcome: 'unknown' | 'expired' | 'reused' };

/** Logins with their newest tokens. */
export const LOGINS = new Collection<RefreshToken>('oauth.logins');
/** Those that were ended before their time. */
export const ENDED_LOGINS = new Collection<RefreshToken>('oauth.logins.ended');
export const CODES = new Collection<AuthorizationCode & { readonly usedAt: Instant | null }>('oauth.codes');
/** Revoked access tokens, by what they carry: a token's own id, or that of its login. */
export const REVOKED_NAMES = new Collection<null>('oauth.revoked');

type LoginRow = Row<RefreshToken, null>;

/** @param collection of logins that go on, or of ended ones */
function loginRow(collection: Collection<RefreshToken>, token: RefreshToken): LoginRow {
  const { family, hash, line, subject, expiresAt } = token;
  const aliases = [tokenHash(hash), tokenLine(line)];
  return collection.row({ id: family, owner: subject, parent: null, aliases, dueAt: expiresAt, body: token });
}

function tokenHash(hash: string): string {
  return `token ${hash}`;
}

function tokenLine(line: string): string {
  return `line ${line}`;
}

/** How long an expired code is remembered, so that its second use can be told apart from an invented code. */
const CODE_KEPT_MS = 86_400_000;
/** The same for refresh tokens: a logout ends the access tokens of their logins, which may live longer. */
const TOKEN_KEPT_MS = 2_592_000_000;

/** What is committed together. */
interface Commit {
  readonly changes: readonly Change[];
  readonly expects: readonly Expectation[];
}

/** What grants have left in a world: codes, logins, and what was revoked. */
export function grantsIn({ collections }: Pick<Store, 'collections'>): Grants {
  return new Grants(collections);
}

export class Grants {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  /**
   * Stores a code, and removes those that expired a day ago.
   *
   * @throws NotFound if its subject is gone
   * @throws Outdated if its subject is disabled, or the premise no longer holds
   */
  issueCode(code: AuthorizationCode, now: Instant, premise: Premise = {}): Promise<void> {
    const rows = this.#rows;
    return updating(rows, async () => {
      const subject = await checkSubject(rows, code.subject, premise);
      const past = await CODES.swept(rows, now - CODE_KEPT_MS);
      const row = CODES.row({
        id: code.hash,
        owner: code.subject,
        parent: null,
        dueAt: code.expiresAt,
        body: { ...code, usedAt: null },
      });
      await rows.commit([...past, CODES.put(row)], [subject]);
    });
  }

  /**
   * Uses a code up; if it is presented twice at once, one call wins. A code that was used before revokes everything
   * that came from it (RFC 6749, 4.1.2).
   *
   * @param until when all access tokens that came from it will have expired
   */
  redeemCode(hash: string, now: Instant, until: Instant): Promise<Redemption> {
    const rows = this.#rows;
    return updating(rows, async (): Promise<Redemption> => {
      const row = await CODES.byId(rows, hash);
      if (row === null) return { outcome: 'unknown' };
      const { usedAt, ...code } = row.body;
      if (usedAt !== null) {
        const { changes, expects } = await ending(rows, [code.family], now, until);
        await rows.commit(changes, [CODES.still(row, hash), ...expects]);
        return { outcome: 'reused' };
      }
      await rows.commit([CODES.put({ ...row, body: { ...row.body, usedAt: now } })]);
      return code.expiresAt <= now ? { outcome: 'expired' } : { outcome: 'redeemed', code };
    });
  }

  /**
   * Stores the first token of a family, and removes those that expired 30 days ago. A family that was ended since its code
   * was redeemed, because somebody presented the code again, is stored as ended: whoever was first has won, and then lost.
   *
   * @throws NotFound if its subject is gone
   * @throws Outdated if its subject is disabled, or the premise no longer holds
   */
  issue(token: RefreshToken, now: Instant, premise: Premise = {}): Promise<void> {
    const rows = this.#rows;
    return updating(rows, async () => {
      const subject = await checkSubject(rows, token.subject, premise);
      const ended = await REVOKED_NAMES.byId(rows, token.family);
      const isEnded = ended?.dueAt != null && ended.dueAt > now;
      const kind = isEnded ? ENDED_LOGINS : LOGINS;
      const past = [LOGINS, ENDED_LOGINS].map((collection) => collection.swept(rows, now - TOKEN_KEPT_MS));
      const changes = [...(await Promise.all(past)).flat(), kind.put(loginRow(kind, token))];
      await rows.commit(changes, [subject, REVOKED_NAMES.still(ended, token.family)]);
    });
  }

  /**
   * Uses a token up and replaces it with the next one of its family; if it is presented twice at once, one call wins. A
   * token that was used before revokes its whole family (RFC 9700, 4.14.2). A token of another client is left
   * unchanged.
   *
   * @param next of the same line
   *
   * @param until as for `redeemCode`
   */
  rotate(
    presented: PresentedToken & { readonly clientId: string | null; readonly anyClient?: boolean },
    next: { readonly hash: string; readonly expiresAt: Instant },
    now: Instant,
    until: Instant,
  ): Promise<Rotation> {
    const rows = this.#rows;
    return updating(rows, async () => {
      const found = await findLogin(rows, presented);
      if (found === null) return { outcome: 'unknown' };
      const { login, isActive, isNewest } = found;
      const { clientId, family, expiresAt } = login.body;
      const isOthers = clientId !== null && clientId !== presented.clientId;
      if (isOthers && presented.anyClient !== true) return { outcome: 'other_client' };
      if (!isNewest) {
        const { changes, expects } = await ending(rows, [family], now, until);
        await rows.commit(changes, expects);
        return { outcome: 'reused' };
      }
      if (!isActive) return { outcome: 'revoked' };
      if (expiresAt <= now) return { outcome: 'expired' };
      await rows.commit([LOGINS.put({ ...loginRow(LOGINS, { ...login.body, ...next }), revision: login.revision })]);
      return { outcome: 'rotated', login: loginOf(login.body) };
    });
  }

  /** A refresh token that can still be used. */
  async active(hash: string, now: Instant): Promise<RefreshToken | null> {
    const token = (await LOGINS.byAlias(this.#rows, tokenHash(hash)))?.body;
    return token === undefined || token.expiresAt <= now ? null : token;
  }

  /** The login that a refresh token came from, whether or not the token can still be used; null if it is unknown. */
  async loginOf(presented: PresentedToken): Promise<Login | null> {
    const found = await findLogin(this.#rows, presented);
    return found === null ? null : loginOf(found.login.body);
  }

  /** Ends a login: its refresh tokens and its access tokens. @param until as for `redeemCode` */
  end(family: string, now: Instant, until: Instant): Promise<void> {
    const rows = this.#rows;
    return updating(rows, async () => {
      const { changes, expects } = await ending(rows, [family], now, until);
      await rows.commit(changes, expects);
    });
  }

  /** Ends every login of somebody, and every code that could become one. @param until as for `redeemCode` */
  endAllOf(subject: string, now: Instant, until: Instant): Promise<void> {
    const rows = this.#rows;
    return updating(rows, async () => {
      const [logins, codes] = [await LOGINS.listOf(rows, subject), await CODES.listOf(rows, subject)];
      const families = logins.rows.map(({ id }) => id);
      const { changes, expects } = await ending(rows, families, now, until);
      const used = codes.rows
        .filter(({ body }) => body.usedAt === null)
        .map((row) => CODES.put({ ...row, body: { ...row.body, usedAt: now } }));
      const same = [
        { collection: LOGINS.name, owner: subject, revision: logins.revision },
        { collection: CODES.name, owner: subject, revision: codes.revision },
      ];
      await rows.commit([...changes, ...used], [...same, ...expects]);
    });
  }

  /** From now on, access tokens that carry this name are rejected. @param until when they will all have expired */
  revoke(name: string, now: Instant, until: Instant): Promise<void> {
    const rows = this.#rows;
    return updating(rows, async () => {
      const { changes, expects } = await revocations(rows, [name], now, until);
      await rows.commit(changes, expects);
    });
  }

  /**
   * Has any of the names that an access token carries been revoked? Every request asks, so it is answered from memory.
   */
  async isRevoked(carried: readonly string[]): Promise<boolean> {
    const list = await REVOKED_NAMES.all(this.#rows);
    const { made } = this.#rows;
    const names = (made.get(list) as ReadonlySet<string> | undefined) ?? new Set(list.rows.map(({ id }) => id));
    made.set(list, names);
    return names.size > 0 && carried.some((name) => names.has(name));
  }

  /** The newest tokens of logins whose time ends in `(from, to]`: the first `limit`, earliest first. */
  async expiredBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly subject: string; readonly expiresAt: Instant }[]> {
    const expired = await LOGINS.dueBetween(this.#rows, from, to, limit);
    return expired.map(({ body: { subject, expiresAt } }) => ({ subject, expiresAt }));
  }
}

/** The subject, if it may have what depends on the premise. @throws NotFound, Outdated */
async function checkSubject(rows: Collections, subject: string, { passwordHash }: Premise): Promise<Expectation> {
  const row = await IDENTITIES.byId(rows, subject);
  if (row === null) throw new NotFound();
  const isOther = passwordHash !== undefined && passwordHash !== row.body.passwordHash;
  if (!row.body.enabled || isOther) throw new Outdated();
  return IDENTITIES.still(row, subject);
}

/** What revokes names, and sweeps those that are past; one that is both stays. */
async function revocations(rows: Collections, names: readonly string[], now: Instant, until: Instant): Promise<Commit> {
  const again = new Set(names);
  const past = (await REVOKED_NAMES.swept(rows, now)).filter(({ id }) => !again.has(id));
  const puts: Change[] = [];
  const expects: Expectation[] = [];
  for (const id of names) {
    const before = await REVOKED_NAMES.byId(rows, id);
    const revision = before?.revision ?? NEW;
    const row = REVOKED_NAMES.row({ id, owner: '', parent: null, dueAt: until, body: null, revision });
    puts.push(REVOKED_NAMES.put(row));
    // Somebody else may be the first to revoke it, which is a reason to try again.
    expects.push(REVOKED_NAMES.still(before, id));
  }
  return { changes: [...past, ...puts], expects };
}

/** What ends logins, those of them that there are, and the access tokens that came from them. */
async function ending(rows: Collections, families: readonly string[], now: Instant, until: Instant): Promise<Commit> {
  const moved: Change[] = [];
  for (const family of families) {
    const login = await LOGINS.byId(rows, family);
    if (login !== null) moved.push(LOGINS.removed(login), ENDED_LOGINS.put(loginRow(ENDED_LOGINS, login.body)));
  }
  const { changes, expects } = await revocations(rows, families, now, until);
  return { changes: [...moved, ...changes], expects };
}

/** The login of a token, whether it goes on, and whether the token is its newest. */
async function findLogin(rows: Collections, { hash, line }: PresentedToken) {
  for (const alias of [tokenHash(hash), tokenLine(line)]) {
    const active = await LOGINS.byAlias(rows, alias);
    const login = active ?? (await ENDED_LOGINS.byAlias(rows, alias));
    if (login !== null) return { login, isActive: active !== null, isNewest: login.body.hash === hash };
  }
  return null;
}

function loginOf({ family, subject, clientId, scope, authTime }: Login): Login {
  return { family, subject, clientId, scope, authTime };
}
