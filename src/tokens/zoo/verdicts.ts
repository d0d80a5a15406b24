/** What a verifier should do with a token of the zoo. */
export interface ZooVerdict {
  /** `depends`: either is right. */
  readonly verdict: 'accept' | 'reject' | 'depends';
  /** Does the source say so with a MUST? */
  readonly must: boolean;
  readonly why: string;
  readonly source: string;
  /** It is in the zoo only if tokens have an audience, only if they have none, or only with this algorithm. */
  readonly only?: 'audience' | 'no-audience' | 'RS256' | 'ES256';
}

const MUST_ACCEPT = { verdict: 'accept', must: true } as const;
const MUST_REJECT = { verdict: 'reject', must: true } as const;
const SHOULD_REJECT = { verdict: 'reject', must: false } as const;
const DEPENDS = { verdict: 'depends', must: false } as const;

/** Every kind of token in the zoo, and what is right for it. */
export const VERDICTS = {
  valid: {
    ...MUST_ACCEPT,
    why: 'it is as the token endpoint gives it, and passes every step',
    source: 'RFC 7519, 7.2',
  },
  'unknown-claim': {
    ...MUST_ACCEPT,
    why: 'claims that are not understood are ignored',
    source: 'RFC 7519, 4',
  },
  'unknown-header': {
    ...MUST_ACCEPT,
    why: 'header parameters that are not understood are ignored, unless `crit` lists them',
    source: 'RFC 7515, 4',
  },
  'escaped-names': {
    ...MUST_ACCEPT,
    why: 'names in JSON are compared after their escapes are undone: `\\u0061lg` is `alg`',
    source: 'RFC 7515, 5.3',
  },
  'audience-in-a-list': {
    ...MUST_ACCEPT,
    only: 'audience',
    why: 'in the general case `aud` is a list, and the audience is in it',
    source: 'RFC 7519, 4.1.3',
  },

  expired: { ...MUST_REJECT, why: '`exp` was an hour ago', source: 'RFC 7519, 4.1.4' },
  'expired-as-text': {
    ...MUST_REJECT,
    why: '`exp` was an hour ago, and is a text: whoever checks numbers alone does not see it',
    source: 'RFC 7519, 4.1.4',
  },
  'expired-the-second-time': {
    ...MUST_REJECT,
    why: '`exp` is there twice; a parser takes the last one, which was an hour ago, or rejects the token',
    source: 'RFC 7519, 4',
  },
  'expired-a-second-ago': {
    ...DEPENDS,
    why: 'a verifier may allow a small leeway for clocks that differ',
    source: 'RFC 7519, 4.1.4',
  },
  'no-expiry': {
    ...SHOULD_REJECT,
    why: 'access tokens of Run:ai always have `exp`; JWTs in general need not',
    source: 'RFC 9068, 2.2',
  },
  'not-yet-valid': { ...MUST_REJECT, why: '`nbf` is in an hour', source: 'RFC 7519, 4.1.5' },
  'no-subject': {
    ...SHOULD_REJECT,
    why: 'access tokens of Run:ai always have `sub`; JWTs in general need not',
    source: 'RFC 9068, 2.2',
  },
  'wrong-issuer': { ...MUST_REJECT, why: '`iss` is another issuer', source: 'RFC 9068, 4' },
  'issuer-that-begins-alike': {
    ...MUST_REJECT,
    why: '`iss` only begins with the issuer; they are compared as a whole',
    source: 'RFC 9068, 4',
  },
  'no-issuer': { ...MUST_REJECT, why: 'nothing says that the issuer issued it', source: 'RFC 9068, 4' },
  'for-somebody-else': {
    ...SHOULD_REJECT,
    only: 'no-audience',
    why: 'it has an `aud`, and a verifier that is in no audience cannot be meant; many look at `aud` only when told to',
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
    why: '`aud` is a list, and the audience is not in it',
    source: 'RFC 7519, 4.1.3',
  },
  'audience-that-begins-alike': {
    ...MUST_REJECT,
    only: 'audience',
    why: '`aud` only begins with the audience; they are compared as a whole',
    source: 'RFC 7519, 4.1.3',
  },
  'no-audience': { ...MUST_REJECT, only: 'audience', why: 'it has no `aud`', source: 'RFC 8725, 3.9' },
  'id-token': {
    ...MUST_REJECT,
    why: 'it is an ID token, for the client that the user logged in through: its claim `typ` is `ID`, that of an access token `Bearer`',
    source: 'RFC 8725, 3.12',
  },
  'tenant-of-somebody-else': {
    ...DEPENDS,
    why: '`tenant_id` is another tenant; Run:ai rejects it, other verifiers need not know the claim',
    source: 'Run:ai (inferred)',
  },

  'unknown-key': {
    ...MUST_REJECT,
    why: 'it is signed with a key that is not in the JWKS',
    source: 'RFC 8725, 3.8',
  },
  'unknown-key-under-a-known-id': {
    ...MUST_REJECT,
    why: '`kid` is in the JWKS, but another key signed it',
    source: 'RFC 7515, 5.2',
  },
  'retired-key': {
    ...MUST_REJECT,
    why: 'it is signed with a key that is no longer in the JWKS',
    source: 'RFC 8725, 3.8',
  },
  'wrong-key-id': {
    ...SHOULD_REJECT,
    why: 'the signature is good, but `kid` names a key that is not in the JWKS; `kid` is a hint',
    source: 'RFC 7515, 4.1.4',
  },
  'no-key-id': { ...DEPENDS, why: '`kid` is optional; a JWKS may have one key', source: 'RFC 7515, 4.1.4' },
  'key-in-the-header': {
    ...MUST_REJECT,
    why: 'it brings the key that signed it, as `jwk`; whoever trusts that trusts everybody',
    source: 'RFC 8725, 3.8',
  },
  'key-behind-a-url': {
    ...MUST_REJECT,
    why: 'it says where the key that signed it can be fetched, as `jku`, and it can; but that is not the JWKS of the issuer',
    source: 'RFC 8725, 3.8',
  },
  'certificate-in-the-header': {
    ...MUST_REJECT,
    why: 'it brings the certificate of the key that signed it, as `x5c`, which nobody vouches for',
    source: 'RFC 8725, 3.8',
  },
  'hs256-with-the-public-key': {
    ...MUST_REJECT,
    why: '`alg` is HS256, and the secret is the public key, which everybody has',
    source: 'RFC 8725, 3.1',
  },
  'another-algorithm-of-the-key': {
    ...MUST_REJECT,
    only: 'RS256',
    why: 'it is signed with the right key by RS512, but the JWKS says that the key is for RS256',
    source: 'RFC 8725, 3.1',
  },
  'alg-none': { ...MUST_REJECT, why: '`alg` is `none`: nobody signed it', source: 'RFC 7518, 3.6' },
  'alg-none-in-odd-case': {
    ...MUST_REJECT,
    why: '`alg` is `nOnE`, which is no algorithm: nobody signed it',
    source: 'RFC 8725, 3.1',
  },
  'algorithm-said-twice': {
    ...MUST_REJECT,
    why: '`alg` is there twice; a parser takes the last one, which is `none`, or rejects the token',
    source: 'RFC 7515, 4',
  },
  'no-signature': { ...MUST_REJECT, why: 'the signature is empty', source: 'RFC 7515, 5.2' },
  'all-zero-signature': {
    ...MUST_REJECT,
    only: 'ES256',
    why: 'the signature is all zeros, which a verifier that does not check its range takes for good',
    source: 'RFC 8725, 3.3',
  },
  'changed-payload': {
    ...MUST_REJECT,
    why: 'the claims were changed after it was signed',
    source: 'RFC 7515, 5.2',
  },
  'unknown-extension': {
    ...MUST_REJECT,
    why: '`crit` lists an extension that nobody knows, so nobody can know what the token means',
    source: 'RFC 7515, 4.1.11',
  },
  'unencoded-payload': {
    ...MUST_REJECT,
    why: 'its payload is not encoded (`b64` is false), which JWTs never are',
    source: 'RFC 7797, 7',
  },
  'payload-that-is-a-list': {
    ...MUST_REJECT,
    why: 'the payload is a JSON list, and claims are a JSON object',
    source: 'RFC 7519, 7.2',
  },
  'padded-base64': {
    ...SHOULD_REJECT,
    why: 'its payload ends in `=`; base64url in tokens has no padding, but some decoders take it off',
    source: 'RFC 7515, 2',
  },
  'other-characters-in-the-signature': {
    ...MUST_REJECT,
    why: 'its signature has a character that base64url does not',
    source: 'RFC 7515, 5.2',
  },
  'bits-that-say-nothing': {
    ...DEPENDS,
    why: 'its signature ends in bits that say nothing, and are not zero; a decoder may reject that',
    source: 'RFC 4648, 3.5',
  },
  'two-parts': { ...MUST_REJECT, why: 'the part with the signature is missing', source: 'RFC 7519, 7.2' },
  'four-parts': { ...MUST_REJECT, why: 'a signed token has three parts', source: 'RFC 7519, 7.2' },
  'no-jwt': { ...MUST_REJECT, why: 'it is no JWT', source: 'RFC 7519, 7.2' },
  'with-its-scheme': {
    ...SHOULD_REJECT,
    why: 'the scheme `Bearer` is part of the header, not of the token; a verifier may take it off',
    source: 'RFC 6750, 2.1',
  },
  'typ-at-jwt': {
    ...DEPENDS,
    why: '`typ` is `at+jwt`, as in RFC 9068; access tokens of Run:ai say `JWT`',
    source: 'RFC 9068, 2.1',
  },
  'typ-of-another-kind': {
    ...SHOULD_REJECT,
    why: '`typ` is `logout+jwt`: it is another kind of token',
    source: 'RFC 8725, 3.11',
  },
} as const satisfies Readonly<Record<string, ZooVerdict>>;

export type ZooName = keyof typeof VERDICTS;

/** The names of the zoo, in its order. @param has says whether it has those that are not always in it */
export function zooNames(has: (only: NonNullable<ZooVerdict['only']>) => boolean): readonly ZooName[] {
  // The keys of the table are its names.
  return (Object.keys(VERDICTS) as ZooName[]).filter((name) => {
    const { only }: ZooVerdict = VERDICTS[name];
    return only === undefined || has(only);
  });
}
