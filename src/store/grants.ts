import type { Instant } from '../core/clock.ts';

/** A login, and what it was for. A family is all that came of one. */
export interface Login {
  readonly family: string;
  readonly subject: string;
  /** The client it is bound to; null where the login named none. */
  readonly clientId: string | null;
  /** The scopes that were asked for, separated by blanks (RFC 6749, 3.3). */
  readonly scope: string;
  readonly authTime: Instant;
}

/**
 * The newest refresh token of a login, as it is stored. All of one login begin alike, with its line: so any that is not
 * the newest is known as one that was used, however many there were, and nothing has to be kept of it.
 */
export interface RefreshToken extends Login {
  /** Of the whole token. */
  readonly hash: string;
  /** The hash of its line. */
  readonly line: string;
  readonly expiresAt: Instant;
}

/** A refresh token that somebody presents. */
export type PresentedToken = Pick<RefreshToken, 'hash' | 'line'>;

/** What a login rests on beside that its subject is there and enabled: as it was when the credential was checked. */
export interface Premise {
  /** Of a login with a password: the stored hash that it was compared with. */
  readonly passwordHash?: string | null;
}

/** A code of a login page as it is stored (RFC 6749, 4.1.2). */
export interface AuthorizationCode extends Login {
  readonly hash: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** S256 of the verifier (RFC 7636, 4.2); null where the client sent none. */
  readonly challenge: string | null;
  readonly nonce: string | null;
  readonly expiresAt: Instant;
}

/** What became of a refresh token that was presented. */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly login: Login }
  | { readonly outcome: 'unknown' | 'expired' | 'reused' | 'revoked' | 'other_client' };

/** What became of a code that was presented. */
export type Redemption =
  | { readonly outcome: 'redeemed'; readonly code: AuthorizationCode }
  | { readonly outcome: 'unknown' | 'expired' | 'reused' };

export interface Grants {
  /**
   * Stores a code. Those that expired a day ago are swept on the way.
   *
   * @throws NotFound when its subject is gone
   * @throws Changed when its subject is disabled, or the premise does not hold any more
   */
  issueCode(code: AuthorizationCode, now: Instant, premise?: Premise): Promise<void>;
  /**
   * Uses a code up; of two at once, one wins. One that was used before revokes all that came of it (RFC 6749, 4.1.2).
   *
   * @param until when access tokens that came of it will all have expired
   */
  redeemCode(hash: string, now: Instant, until: Instant): Promise<Redemption>;
  /**
   * Stores the first token of a family. Those that expired 30 days ago are swept on the way.
   *
   * @throws NotFound when its subject is gone
   * @throws Changed when its subject is disabled, its family was ended, or the premise does not hold any more
   */
  issue(token: RefreshToken, now: Instant, premise?: Premise): Promise<void>;
  /**
   * Uses a token up and puts the next one of its family in its place; of two at once, one wins. A token that was used
   * before revokes its whole family (RFC 9700, 4.14.2). One of another client stays as it is.
   *
   * @param next of the same line
   *
   * @param until as of `redeemCode`
   */
  rotate(
    presented: PresentedToken & { readonly clientId: string | null; readonly anyClient?: boolean },
    next: { readonly hash: string; readonly expiresAt: Instant },
    now: Instant,
    until: Instant,
  ): Promise<Rotation>;
  /** A refresh token that can still be used. */
  active(hash: string, now: Instant): Promise<RefreshToken | null>;
  /** The login that a refresh token came of, whether the token can still be used or not; null for one that is unknown. */
  loginOf(presented: PresentedToken): Promise<Login | null>;
  /** Ends a login: its refresh tokens, and its access tokens. @param until as of `redeemCode` */
  end(family: string, now: Instant, until: Instant): Promise<void>;
  /** Ends every login of somebody, and every code that could become one. @param until as of `redeemCode` */
  endAllOf(subject: string, now: Instant, until: Instant): Promise<void>;
  /** From now on access tokens that carry this name do not count. @param until when they will all have expired */
  revoke(name: string, now: Instant, until: Instant): Promise<void>;
  /** Was one of the names that an access token carries revoked? Asked for every request, so it is answered from memory. */
  isRevoked(names: readonly string[]): Promise<boolean>;
  /** The newest tokens of logins whose time ends in `(from, to]`: the first `limit` of them, earliest first. */
  expiredBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly subject: string; readonly expiresAt: Instant }[]>;
}
