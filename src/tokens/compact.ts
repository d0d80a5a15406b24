import { worldOfName } from '../addresses/world-id.ts';
import { isRecord } from '../objects/members.ts';

const PARTS = ['header', 'payload', 'signature'] as const;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * The fault in the encoding of a token (RFC 7515, 2), or null. Each part must be canonical base64url without padding:
 * decoders accept several texts for the same bytes. Also null for a text without three parts, which no verifier accepts
 * anyway.
 */
export function encodingFault(token: string): string | null {
  const parts = token.split('.');
  if (parts.length !== PARTS.length) return null;
  const at = parts.findIndex((part) => !BASE64URL.test(part) || !isCanonical(part));
  const part = parts[at];
  if (part === undefined) return null;
  const what = BASE64URL.test(part) ? 'ends in bits that no encoder writes' : 'is not base64url without padding';
  return `its ${PARTS[at]} ${what}`;
}

/** The unverified claims of a JWT (RFC 7519, 4); null if the text is not a JWT. */
export function decodeClaims(token: string): Readonly<Record<string, unknown>> | null {
  const [, payload] = token.split('.', 2);
  // Most texts are no JWT, and an exception would take a tenth of the request's time.
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    // An object. Callers check the types of the members that they read.
    return isRecord(claims) ? claims : null;
  } catch {
    return null;
  }
}

/** The world of a JWT, from the end of its `sid`, unverified; null for any other text. */
export function worldOfToken(token: string): string | null {
  const sid = decodeClaims(token)?.['sid'];
  return typeof sid === 'string' ? worldOfName(sid) : null;
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
