const PARTS = ['header', 'payload', 'signature'] as const;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * What is wrong with the encoding of a token (RFC 7515, 2): its parts must be base64url without padding and, of the
 * many texts that decoders read as the same bytes, the one that an encoder writes. Null if nothing is wrong, and for a
 * text that does not have three parts, which is not a token in any case.
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

/** The claims of a JWT (RFC 7519, 4), unverified; null if the text is not a JWT. */
export function decodeClaims(token: string): Readonly<Record<string, unknown>> | null {
  // Most texts are no JWT, and to find that out by an error takes a tenth of a request.
  if (!token.includes('.')) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.', 2)[1] ?? '', 'base64url').toString());
    // An object, whose members are looked at by whoever reads them.
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
