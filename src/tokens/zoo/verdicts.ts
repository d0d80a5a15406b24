import { keysOf } from '../../lib/members.ts';

export interface ZooVerdict {
  /** `depends`: both are correct. */
  readonly verdict: 'accept' | 'reject' | 'depends';
  /** Whether the source uses MUST. */
  readonly must: boolean;
  readonly why: string;
  readonly source: string;
  /** Only for verifiers with an audience, without one, or with this algorithm. */
  readonly only?: 'audience' | 'no-audience' | 'RS256' | 'ES256';
}

const MUST_ACCEPT = { verdict: 'accept', must: true } as const;
const MUST_REJECT = { verdict: 'reject', must: true } as const;
const SHOULD_REJECT = { verdict: 'reject', must: false } as const;
const DEPENDS = { verdict: 'depends', must: false } as const;

export const VERDICTS = {
  valid: {
    ...MUST_ACCEPT,
    why: 'as the token endpoint issued it',
    source: 'RFC 7519, 7.2',
  },
  'unknown-claim': {
    ...MUST_ACCEPT,
    why: 'unknown claims are ignored',
    source: 'RFC 7519, 4',
  },
  'unknown-header': {
    ...MUST_ACCEPT,
    why: 'unknown header parameters are ignored, unless `crit` lists them',
    source: 'RFC 7515, 4',
  },
  'escaped-names': {
    ...MUST_ACCEPT,
    why: 'JSON escapes in names are decoded: `\\u0061lg` is `alg`',
    source: 'RFC 7515, 5.3',
  },
  'audience-in-a-list': {
    ...MUST_ACCEPT,
    only: 'audience',
    why: '`aud` is a list with the audience in it',
    source: 'RFC 7519, 4.1.3',
  },

  expired: { ...MUST_REJECT, why: '`exp` was an hour ago', source: 'RFC 7519, 4.1.4' },
  'expired-as-text': {
    ...MUST_REJECT,
    why: '`exp` was an hour ago, and is a string',
    source: 'RFC 7519, 4.1.4',
  },
  'expired-the-second-time': {
    ...MUST_REJECT,
    why: '`exp` occurs twice, and the last one, which counts, was an hour ago',
    source: 'RFC 7519, 4',
  },
  'expired-a-second-ago': {
    ...DEPENDS,
    why: 'a verifier may allow some leeway',
    source: 'RFC 7519, 4.1.4',
  },
  'no-expiry': {
    ...SHOULD_REJECT,
    why: 'access tokens of Run:ai always have `exp`',
    source: 'RFC 9068, 2.2',
  },
  'not-yet-valid': { ...MUST_REJECT, why: '`nbf` is in an hour', source: 'RFC 7519, 4.1.5' },
  'no-subject': {
    ...SHOULD_REJECT,
    why: 'access tokens of Run:ai always have `sub`',
    source: 'RFC 9068, 2.2',
  },
  'wrong-issuer': { ...MUST_REJECT, why: '`iss` is another issuer', source: 'RFC 9068, 4' },
  'issuer-that-begins-alike': {
    ...MUST_REJECT,
    why: '`iss` only starts with the issuer',
    source: 'RFC 9068, 4',
  },
  'no-issuer': {
    ...MUST_REJECT,
    why: 'the token has no `iss`',
    source: 'RFC 9068, 4',
  },
  'for-somebody-else': {
    ...DEPENDS,
    only: 'no-audience',
    why: 'the token is for another audience; a verifier without an audience may refuse it, or ignore `aud`',
    source: 'RFC 7519, 4.1.3',
  },
  'wrong-audience': {
    ...MUST_REJECT,
    only: 'audience',
    why: '`aud` is another audience',
    source: 'RFC 7519, 4.1.3',
  },
  'list-without-the-audience': {
    ...MUST_REJECT,
    only: 'audience',
    why: '`aud` is a list without the audience',
    source: 'RFC 7519, 4.1.3',
  },
  'audience-that-begins-alike': {
    ...MUST_REJECT,
    only: 'audience',
    why: '`aud` only starts with the audience',
    source: 'RFC 7519, 4.1.3',
  },
  'no-audience': { ...MUST_REJECT, only: 'audience', why: 'the token has no `aud`', source: 'RFC 8725, 3.9' },
  'id-token': {
    ...MUST_REJECT,
    why: 'the token is an ID token: its claim `typ` is `ID` instead of `Bearer`',
    source: 'RFC 8725, 3.12',
  },
  'tenant-of-somebody-else': {
    ...DEPENDS,
    why: '`tenant_id` is another tenant; Run:ai rejects it',
    source: 'Run:ai (inferred)',
  },

  'unknown-key': {
    ...MUST_REJECT,
    why: 'the signing key is not in the JWKS',
    source: 'RFC 8725, 3.8',
  },
  'unknown-key-under-a-known-id': {
    ...MUST_REJECT,
    why: '`kid` is in the JWKS, but another key signed the token',
    source: 'RFC 7515, 5.2',
  },
  'retired-key': {
    ...MUST_REJECT,
    why: 'the signing key is no longer in the JWKS',
    source: 'RFC 8725, 3.8',
  },
  'wrong-key-id': {
    ...SHOULD_REJECT,
    why: 'the signature is good, but `kid` is not in the JWKS',
    source: 'RFC 7515, 4.1.4',
  },
  'no-key-id': { ...DEPENDS, why: '`kid` is optional', source: 'RFC 7515, 4.1.4' },
  'key-in-the-header': {
    ...MUST_REJECT,
    why: 'the header contains the signing key, as `jwk`',
    source: 'RFC 8725, 3.8',
  },
  'key-behind-a-url': {
    ...MUST_REJECT,
    why: 'the header has a URL of the signing key, as `jku`',
    source: 'RFC 8725, 3.8',
  },
  'certificate-in-the-header': {
    ...MUST_REJECT,
    why: 'the header contains an untrusted certificate of the signing key, as `x5c`',
    source: 'RFC 8725, 3.8',
  },
  'hs256-with-the-public-key': {
    ...MUST_REJECT,
    why: '`alg` is HS256, and the secret is the public key',
    source: 'RFC 8725, 3.1',
  },
  'another-algorithm-of-the-key': {
    ...MUST_REJECT,
    only: 'RS256',
    why: 'the right key signed with RS512, but the JWKS declares RS256',
    source: 'RFC 8725, 3.1',
  },
  'alg-none': { ...MUST_REJECT, why: '`alg` is `none`: there is no signature', source: 'RFC 7518, 3.6' },
  'alg-none-in-odd-case': {
    ...MUST_REJECT,
    why: '`alg` is `nOnE`: there is no signature',
    source: 'RFC 8725, 3.1',
  },
  'algorithm-said-twice': {
    ...MUST_REJECT,
    why: '`alg` occurs twice, and the last one, which counts, is `none`',
    source: 'RFC 7515, 4',
  },
  'no-signature': { ...MUST_REJECT, why: 'the signature is empty', source: 'RFC 7515, 5.2' },
  'all-zero-signature': {
    ...MUST_REJECT,
    only: 'ES256',
    why: 'the signature is all zeros, which is out of range',
    source: 'RFC 8725, 3.3',
  },
  'changed-payload': {
    ...MUST_REJECT,
    why: 'the claims were changed after signing',
    source: 'RFC 7515, 5.2',
  },
  'unknown-extension': {
    ...MUST_REJECT,
    why: '`crit` lists an unknown extension',
    source: 'RFC 7515, 4.1.11',
  },
  'unencoded-payload': {
    ...MUST_REJECT,
    why: 'the payload is not encoded (`b64` is false)',
    source: 'RFC 7797, 7',
  },
  'payload-that-is-a-list': {
    ...MUST_REJECT,
    why: 'the payload is a JSON array, not an object',
    source: 'RFC 7519, 7.2',
  },
  'padded-base64': {
    ...SHOULD_REJECT,
    why: 'the payload has padding (`=`)',
    source: 'RFC 7515, 2',
  },
  'other-characters-in-the-signature': {
    ...MUST_REJECT,
    why: 'the signature has a character outside base64url',
    source: 'RFC 7515, 5.2',
  },
  'bits-that-say-nothing': {
    ...DEPENDS,
    why: 'unused bits at the end of the signature are not zero',
    source: 'RFC 4648, 3.5',
  },
  'two-parts': { ...MUST_REJECT, why: 'the signature part is missing', source: 'RFC 7519, 7.2' },
  'four-parts': { ...MUST_REJECT, why: 'a signed token has three parts', source: 'RFC 7519, 7.2' },
  'no-jwt': { ...MUST_REJECT, why: 'the text is not a JWT', source: 'RFC 7519, 7.2' },
  'with-its-scheme': {
    ...SHOULD_REJECT,
    why: 'the token starts with its scheme, `Bearer`',
    source: 'RFC 6750, 2.1',
  },
  'typ-at-jwt': {
    ...DEPENDS,
    why: '`typ` is `at+jwt`; access tokens of Run:ai have `JWT`',
    source: 'RFC 9068, 2.1',
  },
  'typ-of-another-kind': {
    ...SHOULD_REJECT,
    why: '`typ` is `logout+jwt`',
    source: 'RFC 8725, 3.11',
  },
} as const satisfies Readonly<Record<string, ZooVerdict>>;

export type ZooName = keyof typeof VERDICTS;

/** Returns the names of the zoo, in order. @param has returns whether the zoo includes tokens with this condition */
export function listZooNames(has: (only: NonNullable<ZooVerdict['only']>) => boolean): readonly ZooName[] {
  return keysOf(VERDICTS).filter((name) => {
    const { only }: ZooVerdict = VERDICTS[name];
    return only === undefined || has(only);
  });
}
