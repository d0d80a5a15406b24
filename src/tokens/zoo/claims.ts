import { forge } from '../forge.ts';
import { serializeAscii, signPayload } from '../keys.ts';
import { type TokenInputs, type TokenMaker, withClaims } from './token-inputs.ts';

const HOUR = 3600;

export const CLAIM_TOKENS = {
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
