/**
 * The credential of a request: the side's own, a malformed one, none, one of the right form that nobody holds, or an
 * expired one.
 */
export type CredentialKind = 'valid' | 'broken' | 'none' | 'unknown' | 'expired';

/** A service to play requests against. */
export interface Side {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** A token or key that was valid once; by default one is made of `token`, if that is a JWT. */
  readonly expired?: string | null;
  /** A client of the account, for token requests with a wrong secret. */
  readonly clientId?: string | null;
  /** Do the requests have the ids of this side? */
  readonly hasIds?: boolean;
  /** The organisation or realm in paths, if it is not the one of the requests. */
  readonly org?: string | null;
}

/** Stands for the client in the body of a request: each side has its own. */
export const CLIENT = '{clientId}';
const NO_CLIENT = 'client-that-nobody-has';

/** The credential to send; null for none, undefined if the side has no credential of this kind. */
export function credentialOf(side: Side, kind: CredentialKind): string | null | undefined {
  if (kind === 'none') return null;
  if (kind === 'broken') return 'broken';
  if (kind === 'valid') return side.token;
  return kind === 'unknown' ? unknownLike(side.token) : (side.expired ?? expiredLike(side.token));
}

/** Of the same form, and nobody's. */
function unknownLike(token: string): string {
  const parts = token.split('.');
  const prefix = /^[a-z]{2,10}-/i.exec(token)?.[0] ?? '';
  const kept = parts.length === 3 ? `${parts[0]}.${parts[1]}.` : prefix;
  return kept.padEnd(token.length, 'A');
}

/** The same JWT (RFC 7519) with an `exp` in the past: its signature does not fit either, on both sides. */
function expiredLike(token: string): string | undefined {
  const [header, payload = '', signature] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const ended = Buffer.from(JSON.stringify({ ...(claims as object), exp: 1 })).toString('base64url');
    return signature === undefined ? undefined : `${header}.${ended}.${signature}`;
  } catch {
    return undefined;
  }
}

/** The body as this side gets it. */
export function bodyFor({ clientId }: Side, body: string): string {
  return body.replaceAll(CLIENT, clientId ?? NO_CLIENT);
}

/** The segments of a path in which organisations are named: the one after `orgs` or `realms`. */
export function isOrganisation(before: string | undefined): boolean {
  return before === 'orgs' || before === 'realms';
}
