import { compose, encoded, type Signer, signerOf } from '../compose.ts';
import { plainJson } from '../mint.ts';
import { changed, heading, type Maker, type Stock } from './stock.ts';

/** Tokens that are told apart by how they are written. */
export const WRITING = {
  'unknown-header': heading(() => ({ 'https://example.test/header': 'nobody knows it' })),
  'escaped-names': (stock) => {
    const { alg, kid } = headerOf(stock);
    return composed(stock, `{"\\u0061lg":"${alg}","t\\u0079p":"JWT","kid":"${kid}"}`, plainJson(stock.claims));
  },
  'typ-at-jwt': heading(() => ({ typ: 'at+jwt' })),
  'typ-of-another-kind': heading(() => ({ typ: 'logout+jwt' })),
  'unknown-extension': heading(() => ({ crit: ['https://example.test/rule'], 'https://example.test/rule': 'obey' })),
  'unencoded-payload': (stock) => {
    const header = encoded({ ...headerOf(stock), b64: false, crit: ['b64'] });
    // RFC 7797, 5.2: no periods in it, so issuer and the like are left as numbers would be.
    const payload = plainJson(stock.claims).replaceAll('.', '\\u002e');
    return signedText(stock, `${header}.${payload}`);
  },
  'algorithm-said-twice': (stock) => {
    const { alg, kid } = headerOf(stock);
    return composed(stock, `{"alg":"${alg}","typ":"JWT","kid":"${kid}","alg":"none"}`, plainJson(stock.claims));
  },
  'payload-that-is-a-list': (stock) => composed(stock, headerOf(stock), JSON.stringify([stock.claims])),
  'changed-payload': async (stock) => {
    const [header, , signature] = (await changed(stock, {})).split('.');
    return `${header}.${encoded(plainJson({ ...stock.claims, sub: 'somebody-else' }))}.${signature}`;
  },
  'padded-base64': (stock) => {
    const padded = (part: object | string) =>
      Buffer.from(typeof part === 'string' ? part : JSON.stringify(part))
        .toString('base64')
        .replaceAll('+', '-')
        .replaceAll('/', '_');
    // One space more makes the text end in padding, whatever it was.
    const text = plainJson(stock.claims);
    const payload = text.length % 3 === 0 ? `${text} ` : text;
    return signedText(stock, `${encoded(headerOf(stock))}.${padded(payload)}`);
  },
  'other-characters-in-the-signature': async (stock) => `${await changed(stock, {})}!`,
  'bits-that-say-nothing': async (stock) => otherEnd(await changed(stock, {})),
  'two-parts': async (stock) => (await changed(stock, {})).split('.', 2).join('.'),
  'four-parts': async (stock) => `${await changed(stock, {})}.${encoded({})}`,
  'no-jwt': async () => 'not-a-jwt',
  'with-its-scheme': async (stock) => `Bearer ${await changed(stock, {})}`,
} as const satisfies Readonly<Record<string, Maker>>;

function headerOf({ keys: { own } }: Stock) {
  return { alg: own.algorithm, typ: 'JWT', kid: own.kid };
}

function composed({ keys: { own } }: Stock, header: object | string, payload: string): Promise<string> {
  return compose(header, payload, signerOf(own));
}

/** @param input the text before the second period, as it is */
async function signedText({ keys: { own } }: Stock, input: string): Promise<string> {
  const sign: Signer = signerOf(own);
  return `${input}.${(await sign(input)).toString('base64url')}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The same bytes in another text: the last character of a signature has bits that no byte has. */
function otherEnd(token: string): string {
  const last = ALPHABET.indexOf(token.slice(-1));
  return `${token.slice(0, -1)}${ALPHABET[last + 1]}`;
}
