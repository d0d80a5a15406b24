import { encodePart } from './compose.ts';
import type { SigningKey } from './keys.ts';

/** The claims of a token; times in whole seconds (RFC 7519, 4.1). */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * Signs a JWT with these claims. Its header has the key's `kid`. Node signs without jose's conversions between Web
 * Crypto and JWS, which take a third as long as all else that is not the signature.
 */
export async function mint(claims: Claims, { header, sign }: SigningKey): Promise<string> {
  const input = `${header}.${encodePart(plainJson(claims))}`;
  return `${input}.${(await sign(input)).toString('base64url')}`;
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
