import { base64url, CompactSign, exportJWK } from 'jose';
import { compose, type ForgeryKeys, forge, signInput, type TokenChanges } from '../forge.ts';
import { type Claims, serializeAscii, signPayload } from '../keys.ts';
import { listZooNames, VERDICTS, type ZooName } from './verdicts.ts';

interface TokenInputs {
  readonly keys: ForgeryKeys;
  readonly issuer: string;
  /** The audience that the verifier expects; null for none. */
  readonly audience: string | null;
  /** The claims of a valid access token, with the audience. */
  readonly claims: Claims;
  /** The claims of the ID token of the same login. */
  readonly idClaims: Claims;
  /** The URL of a JWK set with the unknown key. */
  readonly unknownKeysUrl: string;
  /** Seconds since 1970, on the world's clock. */
  readonly now: number;
}

type TokenMaker = (inputs: TokenInputs) => Promise<string>;

async function forgeFrom({ claims, keys }: TokenInputs, changes: TokenChanges): Promise<string> {
  return (await forge(claims, keys, changes)).token;
}

function withClaims(claims: (inputs: TokenInputs) => Claims): TokenMaker {
  return (inputs) => forgeFrom(inputs, { claims: claims(inputs) });
}

function withHeader(header: (inputs: TokenInputs) => Claims): TokenMaker {
  return (inputs) => forgeFrom(inputs, { header: header(inputs) });
}

const HOUR = 3600;

const CLAIM_TOKENS = {
  valid: withClaims(() => ({})),
  'unknown-claim': withClaims(() => ({ 'https://example.test/claim': { nobody: 'knows it' } })),
  expired: withClaims(({ now }) => ({ iat: now - 2 * HOUR, exp: now - HOUR })),
  'expired-a-second-ago': withClaims(({ now }) => ({ iat: now - HOUR, exp: now - 1 })),
  'expired-as-text': withClaims(({ now }) => ({ iat: now - 2 * HOUR, exp: String(now - HOUR) })),
  'expired-the-second-time': withRepeatedClaim('exp', ({ now }) => [now + HOUR, now - HOUR]),
  'no-expiry': withClaims(() => ({ exp: null })),
  'not-yet-valid': withClaims(({ now }) => ({ nbf: now + HOUR, exp: now + 2 * HOUR })),
  'no-subject': withClaims(() => ({ sub: null })),
  'wrong-issuer': withClaims(() => ({ iss: 'https://issuer.invalid/auth/realms/acme' })),
  'issuer-that-begins-alike': withClaims(({ issuer }) => ({ iss: `${issuer}.issuer.invalid` })),
  'no-issuer': withClaims(() => ({ iss: null })),
  'for-somebody-else': withClaims(() => ({ aud: 'https://somebody-else.invalid' })),
  'tenant-of-somebody-else': withClaims(() => ({ tenant_id: 999_999 })),
  'id-token': async ({ idClaims, keys }) => (await forge(idClaims, keys)).token,
  'wrong-audience': withClaims(() => ({ aud: 'https://somebody-else.invalid' })),
  'audience-in-a-list': withClaims(({ audience }) => ({ aud: ['https://somebody-else.invalid', audience] })),
  'list-without-the-audience': withClaims(() => ({
    aud: ['https://somebody-else.invalid', 'https://nobody.invalid'],
  })),
  'audience-that-begins-alike': withClaims(({ audience }) => ({ aud: `${audience}.somebody-else.invalid` })),
  'no-audience': withClaims(() => ({ aud: null })),
} as const satisfies Readonly<Record<string, TokenMaker>>;

/** Repeats a claim, which no JSON serializer does. */
function withRepeatedClaim(name: string, values: (inputs: TokenInputs) => readonly [unknown, unknown]): TokenMaker {
  return (inputs) => {
    const { claims, keys } = inputs;
    const [first, last] = values(inputs);
    const { [name]: _, ...others } = claims;
    const text = serializeAscii(others).replace(/\}$/, `,"${name}":${JSON.stringify(last)}}`);
    const repeated = text.replace(/^\{/, `{"${name}":${JSON.stringify(first)},`);
    return signPayload(repeated, keys.current);
  };
}

const SYNTAX_TOKENS = {
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
  // Another string for the same bytes: the last character of a signature has unused bits.
  'bits-that-say-nothing': async (inputs) => {
    const token = await forgeFrom(inputs, {});
    return `${token.slice(0, -1)}${ALPHABET[ALPHABET.indexOf(token.slice(-1)) + 1]}`;
  },
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

/** RFC 7518, 3.4. */
const ES256_SIGNATURE_BYTES = 64;

const KEY_TOKENS = {
  'no-key-id': withHeader(() => ({ kid: null })),
  'wrong-key-id': withHeader(({ keys }) => ({ kid: keys.unknown.kid })),
  'unknown-key': (inputs) => forgeFrom(inputs, { sign: 'unknown-key' }),
  'unknown-key-under-a-known-id': (inputs) =>
    forgeFrom(inputs, { sign: 'unknown-key', header: { kid: inputs.keys.current.kid } }),
  'retired-key': (inputs) => forgeFrom(inputs, { sign: 'retired-key' }),
  'key-in-the-header': (inputs) =>
    forgeFrom(inputs, { sign: 'unknown-key', header: { jwk: inputs.keys.unknown.publicJwk } }),
  'key-behind-a-url': (inputs) => forgeFrom(inputs, { sign: 'unknown-key', header: { jku: inputs.unknownKeysUrl } }),
  'certificate-in-the-header': (inputs) =>
    forgeFrom(inputs, { sign: 'unknown-key', header: { x5c: [inputs.keys.unknown.certificate] } }),
  'hs256-with-the-public-key': (inputs) => forgeFrom(inputs, { sign: 'hs256-public' }),
  'alg-none': (inputs) => forgeFrom(inputs, { sign: 'none' }),
  'alg-none-in-odd-case': (inputs) => forgeFrom(inputs, { sign: 'none', header: { alg: 'nOnE' } }),
  'another-algorithm-of-the-key': async ({ keys: { current }, claims }) =>
    new CompactSign(Buffer.from(serializeAscii(claims)))
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: current.kid })
      .sign(await exportJWK(current.privateKey)),
  'no-signature': (inputs) => withSignature(inputs, ''),
  'all-zero-signature': (inputs) => withSignature(inputs, base64url.encode(new Uint8Array(ES256_SIGNATURE_BYTES))),
} as const satisfies Readonly<Record<string, TokenMaker>>;

async function withSignature(inputs: TokenInputs, signature: string): Promise<string> {
  return (await forgeFrom(inputs, {})).replace(/[^.]*$/, signature);
}

const TOKEN_MAKERS: Readonly<Record<ZooName, TokenMaker>> = { ...CLAIM_TOKENS, ...KEY_TOKENS, ...SYNTAX_TOKENS };

export function createZoo(inputs: TokenInputs) {
  const present = new Set([inputs.keys.current.algorithm, inputs.audience === null ? 'no-audience' : 'audience']);
  return Promise.all(
    listZooNames((only) => present.has(only)).map(async (name) => {
      const { verdict, must, why, source } = VERDICTS[name];
      return { name, token: await TOKEN_MAKERS[name](inputs), verdict, must, why, source };
    }),
  );
}
