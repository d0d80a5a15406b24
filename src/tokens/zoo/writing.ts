import { base64url } from 'jose';
import { compose, signInput } from '../compose.ts';
import { plainJson, signPayload } from '../keys.ts';
import { forgeFrom, type Stock, type TokenMaker, withHeader } from './stock.ts';

/** Tokens that differ in their encoding. */
export const WRITING = {
  'unknown-header': withHeader(() => ({ 'https://example.test/header': 'nobody knows it' })),
  'escaped-names': (stock) => {
    const { alg, kid } = headerOf(stock);
    const header = `{"\\u0061lg":"${alg}","t\\u0079p":"JWT","kid":"${kid}"}`;
    return compose(header, plainJson(stock.claims), stock.keys.own.privateKey);
  },
  'typ-at-jwt': withHeader(() => ({ typ: 'at+jwt' })),
  'typ-of-another-kind': withHeader(() => ({ typ: 'logout+jwt' })),
  'unknown-extension': withHeader(() => ({ crit: ['https://example.test/rule'], 'https://example.test/rule': 'obey' })),
  'unencoded-payload': (stock) => {
    const header = encodeJson({ ...headerOf(stock), b64: false, crit: ['b64'] });
    // An unencoded payload must not contain periods (RFC 7797, 5.2), so those of the issuer are escaped.
    const payload = plainJson(stock.claims).replaceAll('.', '\\u002e');
    return signInput(`${header}.${payload}`, stock.keys.own.privateKey);
  },
  'algorithm-said-twice': (stock) => {
    const { alg, kid } = headerOf(stock);
    const header = `{"alg":"${alg}","typ":"JWT","kid":"${kid}","alg":"none"}`;
    return compose(header, plainJson(stock.claims), stock.keys.own.privateKey);
  },
  'payload-that-is-a-list': ({ claims, keys }) => signPayload(JSON.stringify([claims]), keys.own),
  'changed-payload': async (stock) => {
    const [header, , signature] = (await forgeFrom(stock, {})).split('.');
    return `${header}.${base64url.encode(plainJson({ ...stock.claims, sub: 'somebody-else' }))}.${signature}`;
  },
  'padded-base64': (stock) => {
    // An additional space forces padding at any length.
    const text = plainJson(stock.claims);
    const payload = text.length % 3 === 0 ? `${text} ` : text;
    const encoded = base64url.encode(payload);
    const padded = encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=');
    return signInput(`${encodeJson(headerOf(stock))}.${padded}`, stock.keys.own.privateKey);
  },
  'other-characters-in-the-signature': async (stock) => `${await forgeFrom(stock, {})}!`,
  'bits-that-say-nothing': async (stock) => changeUnusedBits(await forgeFrom(stock, {})),
  'two-parts': async (stock) => (await forgeFrom(stock, {})).split('.', 2).join('.'),
  'four-parts': async (stock) => `${await forgeFrom(stock, {})}.${encodeJson({})}`,
  'no-jwt': async () => 'not-a-jwt',
  'with-its-scheme': async (stock) => `Bearer ${await forgeFrom(stock, {})}`,
} as const satisfies Readonly<Record<string, TokenMaker>>;

function headerOf({ keys: { own } }: Stock) {
  return { alg: own.algorithm, typ: 'JWT', kid: own.kid };
}

function encodeJson(value: object): string {
  return base64url.encode(JSON.stringify(value));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another text for the same bytes: the last character of a signature has unused bits. */
function changeUnusedBits(token: string): string {
  const last = ALPHABET.indexOf(token.slice(-1));
  return `${token.slice(0, -1)}${ALPHABET[last + 1]}`;
}
