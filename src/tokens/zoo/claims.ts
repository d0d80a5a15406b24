import { compose, signerOf } from '../compose.ts';
import { forge } from '../forge.ts';
import { plainJson } from '../mint.ts';
import { claiming, type Maker, type Stock } from './stock.ts';

const HOUR = 3600;

/** Tokens that are told apart by what they say. */
export const CLAIMS = {
  valid: claiming(() => ({})),
  'unknown-claim': claiming(() => ({ 'https://example.test/claim': { nobody: 'knows it' } })),
  expired: claiming(({ now }) => ({ iat: now - 2 * HOUR, exp: now - HOUR })),
  'expired-a-second-ago': claiming(({ now }) => ({ iat: now - HOUR, exp: now - 1 })),
  'expired-as-text': claiming(({ now }) => ({ iat: now - 2 * HOUR, exp: String(now - HOUR) })),
  'expired-the-second-time': withTwo('exp', ({ now }) => [now + HOUR, now - HOUR]),
  'no-expiry': claiming(() => ({ exp: null })),
  'not-yet-valid': claiming(({ now }) => ({ nbf: now + HOUR, exp: now + 2 * HOUR })),
  'no-subject': claiming(() => ({ sub: null })),
  'wrong-issuer': claiming(() => ({ iss: 'https://issuer.invalid/auth/realms/acme' })),
  'issuer-that-begins-alike': claiming(({ issuer }) => ({ iss: `${issuer}.issuer.invalid` })),
  'no-issuer': claiming(() => ({ iss: null })),
  'for-somebody-else': claiming(() => ({ aud: 'https://somebody-else.invalid' })),
  'tenant-of-somebody-else': claiming(() => ({ tenant_id: 999_999 })),
  'id-token': async ({ idClaims, keys }) => (await forge(idClaims, keys)).token,
  'wrong-audience': claiming(() => ({ aud: 'https://somebody-else.invalid' })),
  'audience-in-a-list': claiming(({ audience }) => ({ aud: ['https://somebody-else.invalid', audience] })),
  'list-without-the-audience': claiming(() => ({
    aud: ['https://somebody-else.invalid', 'https://nobody.invalid'],
  })),
  'audience-that-begins-alike': claiming(({ audience }) => ({ aud: `${audience}.somebody-else.invalid` })),
  'no-audience': claiming(() => ({ aud: null })),
} as const satisfies Readonly<Record<string, Maker>>;

/** Says a claim twice, which no JSON writer does. */
function withTwo(name: string, values: (stock: Stock) => readonly [unknown, unknown]): Maker {
  return (stock) => {
    const { claims, keys } = stock;
    const [first, last] = values(stock);
    const { [name]: _, ...others } = claims;
    const text = plainJson(others).replace(/\}$/, `,"${name}":${JSON.stringify(last)}}`);
    const twice = text.replace(/^\{/, `{"${name}":${JSON.stringify(first)},`);
    return compose({ alg: keys.own.algorithm, typ: 'JWT', kid: keys.own.kid }, twice, signerOf(keys.own));
  };
}
