import { CompactSign } from 'jose';
import type { SigningKey } from './keys.ts';

/** The claims of a token; times in whole seconds (RFC 7519, 4.1). */
export type Claims = Readonly<Record<string, unknown>>;

const UTF8 = new TextEncoder();

/** Signs a JWT with these claims. The key's `kid` goes into the header. */
export function mint(claims: Claims, key: SigningKey): Promise<string> {
  return new CompactSign(UTF8.encode(plainJson(claims)))
    .setProtectedHeader({ alg: key.algorithm, typ: 'JWT', kid: key.kid })
    .sign(key.privateKey);
}

/**
 * JSON in ASCII in which `?`, `>`, `~` and DEL are written as escapes: the official Python client decodes the payload
 * with the alphabet of plain Base64, and only those characters lead to `-` and `_`, on which it fails.
 */
export function plainJson(claims: Claims): string {
  return JSON.stringify(claims).replace(
    /[?>~\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
