import { isRecord } from './members.ts';
import { worldOfName } from './world-id.ts';

const PARTS = ['header', 'payload', 'signature'] as const;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** Finds a part that isn't canonical base64url (RFC 7515, 2): decoders accept several strings for the same bytes. */
export function findEncodingError(token: string): string | null {
  const parts = token.split('.');
  if (parts.length !== PARTS.length) return null;
  const isCanonical = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part;
  const index = parts.findIndex((part) => !BASE64URL.test(part) || !isCanonical(part));
  const part = parts[index];
  if (part === undefined) return null;
  const problem = BASE64URL.test(part) ? 'has non-zero unused bits at its end' : 'is not base64url without padding';
  return `its ${PARTS[index]} ${problem}`;
}

/** Returns the unverified claims of a JWT (RFC 7519, 4); null if the string is not a JWT. */
export function decodeClaims(token: string): Readonly<Record<string, unknown>> | null {
  const [, payload] = token.split('.', 2);
  // Fast path: most strings are not JWTs, and an exception would take a tenth of the request's time.
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    // An object. Callers check the types of the members that they read.
    return isRecord(claims) ? claims : null;
  } catch {
    return null;
  }
}

/** Returns the world of a JWT from the end of its `sid`, unverified; null for any other string. */
export function worldOfToken(token: string): string | null {
  const sid = decodeClaims(token)?.['sid'];
  return typeof sid === 'string' ? worldOfName(sid) : null;
}
