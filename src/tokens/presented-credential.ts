import { worldOfToken } from '../lib/compact-jwt.ts';
import { grantMarkOf, readMark } from './world-mark.ts';

/** An unverified credential in a request, reduced to the part that identifies its world. */
export type PresentedCredential =
  | { readonly kind: 'key'; readonly mark: string; readonly hash: () => string }
  /** A refresh token or an authorization code. */
  | { readonly kind: 'grant'; readonly mark: string }
  | { readonly kind: 'token'; readonly world: string }
  | { readonly kind: 'client'; readonly clientId: string };

/** Extracts one kind of credential from an `Authorization` header; null if there is none. Must take linear time. */
export type CredentialExtractor = (authorization: string) => PresentedCredential | null;

/** Returns the token of `Authorization: Bearer <token>`; null for any other header. */
export function findBearerToken(authorization: string): string | null {
  return /^bearer +(\S+)/i.exec(authorization)?.[1] ?? null;
}

/** Returns the client of Basic authentication (RFC 6749, 2.3.1); null if the header is malformed. */
export const presentBasicClient: CredentialExtractor = (authorization) => {
  const base64 = /^basic +(\S+)/i.exec(authorization)?.[1];
  if (base64 === undefined) return null;
  const [pair = ''] = Buffer.from(base64, 'base64').toString('utf8').split(':', 1);
  try {
    return presentClient(decodeURIComponent(pair.replaceAll('+', ' ')));
  } catch {
    return null;
  }
};

/** Returns the world of a JWT, from the end of its `sid`; null for any other header. */
export const presentBearerToken: CredentialExtractor = (authorization) => {
  const token = findBearerToken(authorization);
  const world = token === null ? null : worldOfToken(token);
  return world === null ? null : { kind: 'token', world };
};

/** Returns a refresh token, which is a JWT, or an authorization code. */
export function presentGrant(text: string): PresentedCredential {
  const world = worldOfToken(text);
  return { kind: 'grant', mark: world === null ? readMark(text) : grantMarkOf(world) };
}

export function presentClient(clientId: string): PresentedCredential {
  return { kind: 'client', clientId };
}
