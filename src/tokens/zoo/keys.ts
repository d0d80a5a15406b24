import { compose, noSignature, signerOf } from '../compose.ts';
import { plainJson } from '../mint.ts';
import { forgeFrom, type TokenMaker, withHeader } from './stock.ts';

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
  'another-algorithm-of-the-key': ({ keys: { own }, claims }) =>
    compose({ alg: 'RS512', typ: 'JWT', kid: own.kid }, plainJson(claims), signerOf(own, 'sha512')),
  'no-signature': ({ keys: { own }, claims }) =>
    compose({ alg: own.algorithm, typ: 'JWT', kid: own.kid }, plainJson(claims), noSignature),
  'all-zero-signature': ({ keys: { own }, claims }) =>
    compose({ alg: own.algorithm, typ: 'JWT', kid: own.kid }, plainJson(claims), async () =>
      Buffer.alloc(ES256_SIGNATURE),
    ),
} as const satisfies Readonly<Record<string, TokenMaker>>;
