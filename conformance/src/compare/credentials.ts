import type { Recipient } from './send.ts';

/**
 * The credential of a request: the side's own, a malformed one, none, a well-formed but unknown one, or an expired one.
 */
export type CredentialKind = 'valid' | 'broken' | 'none' | 'unknown' | 'expired';

/** A service to send the requests to: the real one or the mock. */
export interface Side extends Recipient {
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
export const CLIENT_PLACEHOLDER = '{clientId}';
const NO_CLIENT = 'unknown-client';

/** Returns the credential to send; null for none, undefined if the side has no such credential. */
export function credentialOf(side: Side, kind: CredentialKind): string | null | undefined {
  if (kind === 'none') return null;
  if (kind === 'broken') return 'broken';
  if (kind === 'valid') return side.token;
  return kind === 'unknown' ? createUnknown(side.token) : (side.expired ?? createExpired(side.token));
}

/** Returns an unknown credential of the same form. */
function createUnknown(token: string): string {
  const parts = token.split('.');
  const prefix = /^[a-z]{2,10}-/i.exec(token)?.[0] ?? '';
  // A JWT keeps its header and payload, so that only its signature is wrong.
  const start = parts.length === 3 ? `${parts[0]}.${parts[1]}.` : prefix;
  return start.padEnd(token.length, 'A');
}

/** Returns the JWT with an `exp` in the past; undefined for anything else. Its signature is no longer valid. */
function createExpired(token: string): string | undefined {
  const [header, payload = '', signature] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const expired = Buffer.from(JSON.stringify({ ...(claims as object), exp: 1 })).toString('base64url');
    return signature === undefined ? undefined : `${header}.${expired}.${signature}`;
  } catch {
    return undefined;
  }
}

/** Replaces the placeholder in a body with the client of this side. */
export function fillClient({ clientId }: Side, body: string): string {
  return body.replaceAll(CLIENT_PLACEHOLDER, clientId ?? NO_CLIENT);
}

/** Whether the path segment after this one is the name of an organisation. */
export function isOrganisation(previous: string | undefined): boolean {
  return previous === 'orgs' || previous === 'realms';
}
