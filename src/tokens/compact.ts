const PARTS = ['header', 'payload', 'signature'] as const;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * What is wrong with how a token is written (RFC 7515, 2): its parts are base64url without padding, and of the many texts
 * that decoders read as the same bytes only the one that an encoder writes. Null for nothing, and for a text of other
 * than three parts, which is no token whatever they are.
 */
export function writingFault(token: string): string | null {
  const parts = token.split('.');
  if (parts.length !== PARTS.length) return null;
  const at = parts.findIndex((part) => !BASE64URL.test(part) || !isCanonical(part));
  const part = parts[at];
  if (part === undefined) return null;
  const what = BASE64URL.test(part) ? 'ends in bits that no encoder writes' : 'is not base64url without padding';
  return `its ${PARTS[at]} ${what}`;
}

/** What a JWT says (RFC 7519, 4), with nothing verified; null for a text that is none. */
export function claimsSaid(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.', 2)[1] ?? '', 'base64url').toString());
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
