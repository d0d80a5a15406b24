import type { Instant } from '../../../lib/clock.ts';
import { deriveUuid } from '../../../lib/random.ts';
import { addWorldToName } from '../../../lib/world-id.ts';
import { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/row.ts';

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
  readonly hash: string;
  readonly expiresAt: Instant;
}

/** An authorization code, as stored (RFC 6749, 4.1.2). */
export interface AuthorizationCode extends Login {
  readonly hash: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** The base URL of the login: with a realm, its issuer. */
  readonly origin: string;
  /** S256 of the code verifier (RFC 7636, 4.2); null if the client sent no challenge. */
  readonly challenge: string | null;
  readonly nonce: string | null;
  readonly expiresAt: Instant;
}

export type StoredCode = AuthorizationCode & { readonly usedAt: Instant | null };

/** Active logins with their latest refresh tokens. */
export const LOGINS = new Collection<RefreshToken>('oauth.logins');
export const ENDED_LOGINS = new Collection<RefreshToken>('oauth.logins.ended');
export const CODES = new Collection<StoredCode>('oauth.codes');
/** Revoked access tokens: by `jti`, or by `sid` for all tokens of a login or a client secret. */
export const REVOKED_NAMES = new Collection<null>('oauth.revoked');

/** How often all tokens of a principal were revoked. Its id is that of the row. */
export const REVOCATIONS = new Collection<{ readonly count: number }>('oauth.revocations');

/**
 * Returns the `sid` shared by all access tokens issued for a secret. Revoking it revokes those tokens, but not the tokens
 * of a later secret, or of the same secret after a revocation, which have another `sid`.
 *
 * @param secret the hash of the secret; the principal's id for a token that a test made for a user without access keys
 * @param revocations how often all tokens of the principal were revoked
 */
export function sidOfSecret(secret: string, worldId: string, revocations: number): string {
  const generation = revocations === 0 ? '' : `:${revocations}`;
  return addWorldToName(deriveUuid(`secret:${secret}${generation}`), worldId);
}

/** Creates the row of a login. @param collection `LOGINS` or `ENDED_LOGINS` */
export function createLoginRow(collection: Collection<RefreshToken>, token: RefreshToken): Row<RefreshToken, null> {
  const { family, subject, expiresAt } = token;
  return collection.row({ id: family, owner: subject, parent: null, dueAt: expiresAt, body: token });
}

export function createCodeRow(code: StoredCode): Row<StoredCode, null> {
  return CODES.row({ id: code.hash, owner: code.subject, parent: null, dueAt: code.expiresAt, body: code });
}
