import type { Instant } from '../core/clock.ts';

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

/**
 * What a login depends on, besides its subject existing and being enabled, as it was when the credential was checked.
 */
export interface Premise {
  /** For a login with a password: the stored hash with which it was compared. */
  readonly passwordHash?: string | null;
}

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

export interface Grants {
  /**
   * Stores a code, and removes those that expired a day ago.
   *
   * @throws NotFound if its subject is gone
   * @throws Outdated if its subject is disabled, or the premise no longer holds
   */
  issueCode(code: AuthorizationCode, now: Instant, premise?: Premise): Promise<void>;
  /**
   * Uses a code up; if it is presented twice at once, one call wins. A code that was used before revokes everything
   * that came from it (RFC 6749, 4.1.2).
   *
   * @param until when all access tokens that came from it will have expired
   */
  redeemCode(hash: string, now: Instant, until: Instant): Promise<Redemption>;
  /**
   * Stores the first token of a family, and removes those that expired 30 days ago. A family that was ended since its code
   * was redeemed, because somebody presented the code again, is stored as ended: whoever was first has won, and then lost.
   *
   * @throws NotFound if its subject is gone
   * @throws Outdated if its subject is disabled, or the premise no longer holds
   */
  issue(token: RefreshToken, now: Instant, premise?: Premise): Promise<void>;
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
  ): Promise<Rotation>;
  /** A refresh token that can still be used. */
  active(hash: string, now: Instant): Promise<RefreshToken | null>;
  /** The login that a refresh token came from, whether or not the token can still be used; null if it is unknown. */
  loginOf(presented: PresentedToken): Promise<Login | null>;
  /** Ends a login: its refresh tokens and its access tokens. @param until as for `redeemCode` */
  end(family: string, now: Instant, until: Instant): Promise<void>;
  /** Ends every login of somebody, and every code that could become one. @param until as for `redeemCode` */
  endAllOf(subject: string, now: Instant, until: Instant): Promise<void>;
  /** From now on, access tokens that carry this name are rejected. @param until when they will all have expired */
  revoke(name: string, now: Instant, until: Instant): Promise<void>;
  /**
   * Has any of the names that an access token carries been revoked? Every request asks, so it is answered from memory.
   */
  isRevoked(names: readonly string[]): Promise<boolean>;
  /** The newest tokens of logins whose time ends in `(from, to]`: the first `limit`, earliest first. */
  expiredBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly subject: string; readonly expiresAt: Instant }[]>;
}
