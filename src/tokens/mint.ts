import { CompactSign } from 'jose';
import type { SigningKey } from './keys.ts';

/** The claims of a token; times in whole seconds (RFC 7519, 4.1). */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs a JWT with these claims. Its header has the key's `kid`. */
export function mint(claims: Claims, key: SigningKey): Promise<string> {
  return signPayload(plainJson(claims), key);
}

/** Signs any text as the payload of a token. `SignJWT` would write the JSON itself, and not as `plainJson` does. */
export function signPayload(payload: string, { algorithm, kid, privateKey }: SigningKey): Promise<string> {
  return new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid }).sign(privateKey);
}

/**
 * JSON in ASCII, with `?`, `>`, `~` and DEL escaped, so that base64url contains neither `-` nor `_`. The official
 * Python client decodes payloads as plain Base64 and fails on these two.
 */
export function plainJson(claims: Claims): string {
  return JSON.stringify(claims).replace(
    /[?>~\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
