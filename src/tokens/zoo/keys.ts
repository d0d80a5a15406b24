import { base64url, CompactSign, exportJWK } from 'jose';
import { plainJson } from '../keys.ts';
import { forgeFrom, type Stock, type TokenMaker, withHeader } from './stock.ts';

/** Length of an ES256 signature in bytes (RFC 7518, 3.4). */
const ES256_SIGNATURE = 64;

/** Tokens that differ in their key or signature. */
export const KEYS = {
  'no-key-id': withHeader(() => ({ kid: null })),
  'wrong-key-id': withHeader(({ keys }) => ({ kid: keys.unknown.kid })),
  'unknown-key': (stock) => forgeFrom(stock, { sign: 'unknown-key' }),
  'unknown-key-under-a-known-id': (stock) =>
    forgeFrom(stock, { sign: 'unknown-key', header: { kid: stock.keys.own.kid } }),
  'retired-key': (stock) => forgeFrom(stock, { sign: 'retired-key' }),
  'key-in-the-header': (stock) =>
    forgeFrom(stock, { sign: 'unknown-key', header: { jwk: stock.keys.unknown.publicJwk } }),
  'key-behind-a-url': (stock) => forgeFrom(stock, { sign: 'unknown-key', header: { jku: stock.unknownKeysUrl } }),
  'certificate-in-the-header': (stock) =>
    forgeFrom(stock, { sign: 'unknown-key', header: { x5c: [stock.keys.unknown.certificate] } }),
  'hs256-with-the-public-key': (stock) => forgeFrom(stock, { sign: 'hs256-public' }),
  'alg-none': (stock) => forgeFrom(stock, { sign: 'none' }),
  'alg-none-in-odd-case': (stock) => forgeFrom(stock, { sign: 'none', header: { alg: 'nOnE' } }),
  'another-algorithm-of-the-key': async ({ keys: { own }, claims }) =>
    new CompactSign(Buffer.from(plainJson(claims)))
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: own.kid })
      .sign(await exportJWK(own.privateKey)),
  'no-signature': (stock) => withSignature(stock, ''),
  'all-zero-signature': (stock) => withSignature(stock, base64url.encode(new Uint8Array(ES256_SIGNATURE))),
} as const satisfies Readonly<Record<string, TokenMaker>>;

/** Replaces the signature of the valid token. */
async function withSignature(stock: Stock, signature: string): Promise<string> {
  return (await forgeFrom(stock, {})).replace(/[^.]*$/, signature);
}
