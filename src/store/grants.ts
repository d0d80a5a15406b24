import type { Instant } from '../core/clock.ts';

/** A refresh token as it is stored. A family is all that came of one login. */
export interface RefreshToken {
  readonly hash: string;
  readonly family: string;
  readonly subject: string;
  /** The client it is bound to; null where the login named none. */
  readonly clientId: string | null;
  readonly expiresAt: Instant;
}

/** What became of a refresh token that was presented. */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly subject: string; readonly clientId: string | null }
  | { readonly outcome: 'unknown' | 'expired' | 'reused' | 'revoked' | 'other_client' };

export interface Grants {
  /** Stores the first token of a family. Expired ones are swept on the way. */
  issue(token: RefreshToken, now: Instant): Promise<void>;
  /**
   * Uses a token up and puts the next one of its family in its place; of two at once, one wins. A token that was used
   * before revokes its whole family (RFC 9700, 4.14.2). One of another client stays as it is.
   */
  rotate(
    presented: { readonly hash: string; readonly clientId: string | null },
    next: { readonly hash: string; readonly expiresAt: Instant },
    now: Instant,
  ): Promise<Rotation>;
  /** Unused tokens whose time ended in `(from, to]`, earliest first. */
  expiredBetween(
    from: Instant,
    to: Instant,
  ): Promise<readonly { readonly subject: string; readonly expiresAt: Instant }[]>;
}
