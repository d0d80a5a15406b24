import { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/collections.ts';
import type { Instant } from '../../../time/clock.ts';

/** A login. All tokens issued for it share its family. */
export interface Login {
  readonly family: string;
  /** Id of the user. */
  readonly subject: string;
  /** The client that the login is bound to; null if the request named no client. */
  readonly clientId: string | null;
  /** The requested scopes, separated by spaces (RFC 6749, 3.3). */
  readonly scope: string;
  readonly authTime: Instant;
}

/** The latest refresh token of a login, as stored. Earlier tokens of the login have been used. */
export interface RefreshToken extends Login {
  /** Hash of the token id. */
  readonly hash: string;
  readonly expiresAt: Instant;
}

/** An authorization code, as stored (RFC 6749, 4.1.2). */
export interface AuthorizationCode extends Login {
  /** Hash of the code. */
  readonly hash: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** S256 of the code verifier (RFC 7636, 4.2); null if the client sent no challenge. */
  readonly challenge: string | null;
  readonly nonce: string | null;
  readonly expiresAt: Instant;
}

/** A stored code, and when it was redeemed. */
export type StoredCode = AuthorizationCode & { readonly usedAt: Instant | null };

/** Active logins with their latest refresh tokens. */
export const LOGINS = new Collection<RefreshToken>('oauth.logins');
/** Logins that were ended before expiry. */
export const ENDED_LOGINS = new Collection<RefreshToken>('oauth.logins.ended');
/** Authorization codes, redeemed or not. */
export const CODES = new Collection<StoredCode>('oauth.codes');
/** Revoked access tokens: by `jti`, or by `sid` for all tokens of a login or a client secret. */
export const REVOKED_NAMES = new Collection<null>('oauth.revoked');

type LoginRow = Row<RefreshToken, null>;

/** Creates the row of a login. @param collection `LOGINS` or `ENDED_LOGINS` */
export function createLoginRow(collection: Collection<RefreshToken>, token: RefreshToken): LoginRow {
  const { family, subject, expiresAt } = token;
  return collection.row({ id: family, owner: subject, parent: null, dueAt: expiresAt, body: token });
}

/** Creates the row of a code. Its id is the hash of the code. */
export function createCodeRow(code: StoredCode): Row<StoredCode, null> {
  return CODES.row({ id: code.hash, owner: code.subject, parent: null, dueAt: code.expiresAt, body: code });
}
