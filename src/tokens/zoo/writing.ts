import { compose, encodePart, type Signer, signerOf } from '../compose.ts';
import { plainJson } from '../mint.ts';
import { forgeFrom, type Stock, type TokenMaker, withHeader } from './stock.ts';

/** Tokens that differ in their encoding. */
export const WRITING = {
  'unknown-header': withHeader(() => ({ 'https://example.test/header': 'nobody knows it' })),
  'escaped-names': (stock) => {
    const { alg, kid } = headerOf(stock);
    return composeWith(stock, `{"\\u0061lg":"${alg}","t\\u0079p":"JWT","kid":"${kid}"}`, plainJson(stock.claims));
  },
  'typ-at-jwt': withHeader(() => ({ typ: 'at+jwt' })),
  'typ-of-another-kind': withHeader(() => ({ typ: 'logout+jwt' })),
  'unknown-extension': withHeader(() => ({ crit: ['https://example.test/rule'], 'https://example.test/rule': 'obey' })),
  'unencoded-payload': (stock) => {
    const header = encodePart({ ...headerOf(stock), b64: false, crit: ['b64'] });
    // An unencoded payload must not contain periods (RFC 7797, 5.2), so those of the issuer are escaped.
    const payload = plainJson(stock.claims).replaceAll('.', '\\u002e');
    return signText(stock, `${header}.${payload}`);
  },
  'algorithm-said-twice': (stock) => {
    const { alg, kid } = headerOf(stock);
    return composeWith(stock, `{"alg":"${alg}","typ":"JWT","kid":"${kid}","alg":"none"}`, plainJson(stock.claims));
  },
  'payload-that-is-a-list': (stock) => composeWith(stock, headerOf(stock), JSON.stringify([stock.claims])),
  'changed-payload': async (stock) => {
    const [header, , signature] = (await forgeFrom(stock, {})).split('.');
    return `${header}.${encodePart(plainJson({ ...stock.claims, sub: 'somebody-else' }))}.${signature}`;
  },
  'padded-base64': (stock) => {
    const encodePadded = (part: object | string) =>
      Buffer.from(typeof part === 'string' ? part : JSON.stringify(part))
        .toString('base64')
        .replaceAll('+', '-')
        .replaceAll('/', '_');
    // An additional space forces padding at any length.
    const text = plainJson(stock.claims);
    const payload = text.length % 3 === 0 ? `${text} ` : text;
    return signText(stock, `${encodePart(headerOf(stock))}.${encodePadded(payload)}`);
  },
  'other-characters-in-the-signature': async (stock) => `${await forgeFrom(stock, {})}!`,
  'bits-that-say-nothing': async (stock) => changeUnusedBits(await forgeFrom(stock, {})),
  'two-parts': async (stock) => (await forgeFrom(stock, {})).split('.', 2).join('.'),
  'four-parts': async (stock) => `${await forgeFrom(stock, {})}.${encodePart({})}`,
  'no-jwt': async () => 'not-a-jwt',
  'with-its-scheme': async (stock) => `Bearer ${await forgeFrom(stock, {})}`,
} as const satisfies Readonly<Record<string, TokenMaker>>;

function headerOf({ keys: { own } }: Stock) {
  return { alg: own.algorithm, typ: 'JWT', kid: own.kid };
}

function composeWith({ keys: { own } }: Stock, header: object | string, payload: string): Promise<string> {
  return compose(header, payload, signerOf(own));
}

/** @param input the text before the second period, not encoded again */
async function signText({ keys: { own } }: Stock, input: string): Promise<string> {
  const sign: Signer = signerOf(own);
  return `${input}.${(await sign(input)).toString('base64url')}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another text for the same bytes: the last character of a signature has unused bits. */
function changeUnusedBits(token: string): string {
  const last = ALPHABET.indexOf(token.slice(-1));
  return `${token.slice(0, -1)}${ALPHABET[last + 1]}`;
}
