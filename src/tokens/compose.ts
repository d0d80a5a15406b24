import { subtle } from 'node:crypto';
import { base64url, type CryptoKey } from 'jose';

// jose signs all tokens but those that it refuses to: whose header has another `alg` than the key's, or `crit`, or is not
// written as `JSON.stringify` writes it; whose payload is not encoded, or padded; and unsigned ones.

/**
 * Composes a token in compact form (RFC 7515, 3.1). Nothing is checked, because the token is wrong on purpose.
 *
 * @param header its JSON
 * @param payload its text
 * @param key null: the signature is empty
 */
export function compose(header: string, payload: string, key: CryptoKey | null): Promise<string> {
  return signInput(`${base64url.encode(header)}.${base64url.encode(payload)}`, key);
}

/** Adds the signature to the text before the second period of a token (RFC 7515, 5.1). */
export async function signInput(input: string, key: CryptoKey | null): Promise<string> {
  if (key === null) return `${input}.`;
  // Only ECDSA reads `hash`: other keys have theirs.
  const signature = await subtle.sign({ ...key.algorithm, hash: 'SHA-256' }, key, Buffer.from(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}
