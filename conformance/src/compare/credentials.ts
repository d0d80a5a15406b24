/**
 * The credential of a request: the side's own, a malformed one, none, a well-formed but unknown one, or an expired one.
 */
export type CredentialKind = 'valid' | 'broken' | 'none' | 'unknown' | 'expired';

/** A service to play requests against. */
export interface Side {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** An expired token or key. By default, it is derived from `token` if that is a JWT. */
  readonly expired?: string | null;
  /** A client of the account, for token requests with a wrong secret. */
  readonly clientId?: string | null;
  /** Whether the requests contain the ids of this side. */
  readonly hasIds?: boolean;
  /** The organisation or realm in paths, if it differs from the one in the requests. */
  readonly org?: string | null;
}

/** A placeholder for the client in a request body. */
export const CLIENT = '{clientId}';
const NO_CLIENT = 'unknown-client';

/** Returns the credential to send; null for none, undefined if the side has no such credential. */
export function credentialOf(side: Side, kind: CredentialKind): string | null | undefined {
  if (kind === 'none') return null;
  if (kind === 'broken') return 'broken';
  if (kind === 'valid') return side.token;
  return kind === 'unknown' ? unknownLike(side.token) : (side.expired ?? expiredLike(side.token));
}

/** Returns an unknown credential of the same form. */
function unknownLike(token: string): string {
  const parts = token.split('.');
  const prefix = /^[a-z]{2,10}-/i.exec(token)?.[0] ?? '';
  const kept = parts.length === 3 ? `${parts[0]}.${parts[1]}.` : prefix;
  return kept.padEnd(token.length, 'A');
}

/** Returns the same JWT (RFC 7519) with an `exp` in the past. Its signature is invalid on both sides. */
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

/** Returns the body with this side's client. */
export function bodyFor({ clientId }: Side, body: string): string {
  return body.replaceAll(CLIENT, clientId ?? NO_CLIENT);
}

/** Whether the next path segment is an organisation: the one after `orgs` or `realms`. */
export function isOrganisation(before: string | undefined): boolean {
  return before === 'orgs' || before === 'realms';
}
