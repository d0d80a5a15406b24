import { subtle } from 'node:crypto';
import { base64url, type CryptoKey } from 'jose';

// jose signs the tokens of grants. It refuses much of what a wrong token needs: a different `alg` than the key's, `crit`,
// a header that `JSON.stringify` would not produce, an unencoded or padded payload, and no signature.

/**
 * Composes a token in compact form (RFC 7515, 3.1). Checks nothing, because the token is wrong on purpose.
 *
 * @param header its JSON
 * @param payload its text
 * @param key null: the signature is empty
 */
export function compose(header: string, payload: string, key: CryptoKey | null): Promise<string> {
  return signInput(`${base64url.encode(header)}.${base64url.encode(payload)}`, key);
}

/** Signs the text before the second period of a token (RFC 7515, 5.1). */
export async function signInput(input: string, key: CryptoKey | null): Promise<string> {
  if (key === null) return `${input}.`;
  // Only ECDSA uses `hash`: other keys have their own.
  const signature = await subtle.sign({ ...key.algorithm, hash: 'SHA-256' }, key, Buffer.from(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}
