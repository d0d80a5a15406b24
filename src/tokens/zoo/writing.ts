import { base64url } from 'jose';
import { compose, signInput } from '../forge.ts';
import { serializeAscii, signPayload } from '../keys.ts';
import { forgeFrom, type TokenInputs, type TokenMaker, withHeader } from './token-inputs.ts';

export const SYNTAX_TOKENS = {
  'unknown-header': withHeader(() => ({ 'https://example.test/header': 'nobody knows it' })),
  'escaped-names': (inputs) => {
    const { alg, kid } = headerOf(inputs);
    const header = `{"\\u0061lg":"${alg}","t\\u0079p":"JWT","kid":"${kid}"}`;
    return compose(header, serializeAscii(inputs.claims), inputs.keys.current.privateKey);
  },
  'typ-at-jwt': withHeader(() => ({ typ: 'at+jwt' })),
  'typ-of-another-kind': withHeader(() => ({ typ: 'logout+jwt' })),
  'unknown-extension': withHeader(() => ({ crit: ['https://example.test/rule'], 'https://example.test/rule': 'obey' })),
  'unencoded-payload': (inputs) => {
    const header = encodeJson({ ...headerOf(inputs), b64: false, crit: ['b64'] });
    // An unencoded payload must not contain periods (RFC 7797, 5.2), so escape those of the issuer.
    const payload = serializeAscii(inputs.claims).replaceAll('.', '\\u002e');
    return signInput(`${header}.${payload}`, inputs.keys.current.privateKey);
  },
  'algorithm-said-twice': (inputs) => {
    const { alg, kid } = headerOf(inputs);
    const header = `{"alg":"${alg}","typ":"JWT","kid":"${kid}","alg":"none"}`;
    return compose(header, serializeAscii(inputs.claims), inputs.keys.current.privateKey);
  },
  'payload-that-is-a-list': ({ claims, keys }) => signPayload(JSON.stringify([claims]), keys.current),
  'changed-payload': async (inputs) => {
    const [header, , signature] = (await forgeFrom(inputs, {})).split('.');
    return `${header}.${base64url.encode(serializeAscii({ ...inputs.claims, sub: 'somebody-else' }))}.${signature}`;
  },
  'padded-base64': (inputs) => {
    // An additional space forces padding at any length.
    const text = serializeAscii(inputs.claims);
    const payload = text.length % 3 === 0 ? `${text} ` : text;
    const encoded = base64url.encode(payload);
    const padded = encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=');
    return signInput(`${encodeJson(headerOf(inputs))}.${padded}`, inputs.keys.current.privateKey);
  },
  'other-characters-in-the-signature': async (inputs) => `${await forgeFrom(inputs, {})}!`,
  'bits-that-say-nothing': async (inputs) => changeUnusedBits(await forgeFrom(inputs, {})),
  'two-parts': async (inputs) => (await forgeFrom(inputs, {})).split('.', 2).join('.'),
  'four-parts': async (inputs) => `${await forgeFrom(inputs, {})}.${encodeJson({})}`,
  'no-jwt': async () => 'not-a-jwt',
  'with-its-scheme': async (inputs) => `Bearer ${await forgeFrom(inputs, {})}`,
} as const satisfies Readonly<Record<string, TokenMaker>>;

function headerOf({ keys: { current } }: TokenInputs) {
  return { alg: current.algorithm, typ: 'JWT', kid: current.kid };
}

function encodeJson(value: object): string {
  return base64url.encode(JSON.stringify(value));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Returns another string for the same bytes: the last character of a signature has unused bits. */
function changeUnusedBits(token: string): string {
  const last = ALPHABET.indexOf(token.slice(-1));
  return `${token.slice(0, -1)}${ALPHABET[last + 1]}`;
}
