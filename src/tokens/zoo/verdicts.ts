import { keysOf } from '../../lib/members.ts';

export interface ZooVerdict {
  /** `depends`: both are correct. */
  readonly verdict: 'accept' | 'reject' | 'depends';
  /** Whether the source uses MUST. */
  readonly must: boolean;
  readonly why: string;
  readonly source: string;
  /** Only for verifiers with an audience, without one, or with this algorithm. */
  readonly only?: 'audience' | 'no-audience' | 'RS256' | 'ES256' | undefined;
}

function verdictOf(verdict: ZooVerdict['verdict'], must: boolean) {
  return (why: string, source: string, only?: ZooVerdict['only']): ZooVerdict => ({ verdict, must, why, source, only });
}

const mustAccept = verdictOf('accept', true);
const mustReject = verdictOf('reject', true);
const shouldReject = verdictOf('reject', false);
const mayDepend = verdictOf('depends', false);

export const VERDICTS = {
  valid: mustAccept('as the token endpoint issued it', 'RFC 7519, 7.2'),
  'unknown-claim': mustAccept('unknown claims are ignored', 'RFC 7519, 4'),
  'unknown-header': mustAccept('unknown header parameters are ignored, unless `crit` lists them', 'RFC 7515, 4'),
  'escaped-names': mustAccept('JSON escapes in names are decoded: `\\u0061lg` is `alg`', 'RFC 7515, 5.3'),
  'audience-in-a-list': mustAccept('`aud` is a list with the audience in it', 'RFC 7519, 4.1.3', 'audience'),

  expired: mustReject('`exp` was an hour ago', 'RFC 7519, 4.1.4'),
  'expired-as-text': mustReject('`exp` was an hour ago, and is a string', 'RFC 7519, 4.1.4'),
  'expired-the-second-time': mustReject(
    '`exp` occurs twice, and the last one, which counts, was an hour ago',
    'RFC 7519, 4',
  ),
  'expired-a-second-ago': mayDepend('a verifier may allow some leeway', 'RFC 7519, 4.1.4'),
  'no-expiry': shouldReject('access tokens of Run:ai always have `exp`', 'RFC 9068, 2.2'),
  'not-yet-valid': mustReject('`nbf` is in an hour', 'RFC 7519, 4.1.5'),
  'no-subject': shouldReject('access tokens of Run:ai always have `sub`', 'RFC 9068, 2.2'),
  'wrong-issuer': mustReject('`iss` is another issuer', 'RFC 9068, 4'),
  'issuer-that-begins-alike': mustReject('`iss` only starts with the issuer', 'RFC 9068, 4'),
  'no-issuer': mustReject('the token has no `iss`', 'RFC 9068, 4'),
  'for-somebody-else': mayDepend(
    'the token is for another audience; a verifier without an audience may refuse it, or ignore `aud`',
    'RFC 7519, 4.1.3',
    'no-audience',
  ),
  'wrong-audience': mustReject('`aud` is another audience', 'RFC 7519, 4.1.3', 'audience'),
  'list-without-the-audience': mustReject('`aud` is a list without the audience', 'RFC 7519, 4.1.3', 'audience'),
  'audience-that-begins-alike': mustReject('`aud` only starts with the audience', 'RFC 7519, 4.1.3', 'audience'),
  'no-audience': mustReject('the token has no `aud`', 'RFC 8725, 3.9', 'audience'),
  'id-token': mustReject('the token is an ID token: its claim `typ` is `ID` instead of `Bearer`', 'RFC 8725, 3.12'),
  'tenant-of-somebody-else': mayDepend('`tenant_id` is another tenant; Run:ai rejects it', 'Run:ai (inferred)'),

  'unknown-key': mustReject('the signing key is not in the JWKS', 'RFC 8725, 3.8'),
  'unknown-key-under-a-known-id': mustReject('`kid` is in the JWKS, but another key signed the token', 'RFC 7515, 5.2'),
  'retired-key': mustReject('the signing key is no longer in the JWKS', 'RFC 8725, 3.8'),
  'wrong-key-id': shouldReject('the signature is good, but `kid` is not in the JWKS', 'RFC 7515, 4.1.4'),
  'no-key-id': mayDepend('`kid` is optional', 'RFC 7515, 4.1.4'),
  'key-in-the-header': mustReject('the header contains the signing key, as `jwk`', 'RFC 8725, 3.8'),
  'key-behind-a-url': mustReject('the header has a URL of the signing key, as `jku`', 'RFC 8725, 3.8'),
  'certificate-in-the-header': mustReject(
    'the header contains an untrusted certificate of the signing key, as `x5c`',
    'RFC 8725, 3.8',
  ),
  'hs256-with-the-public-key': mustReject('`alg` is HS256, and the secret is the public key', 'RFC 8725, 3.1'),
  'another-algorithm-of-the-key': mustReject(
    'the right key signed with RS512, but the JWKS declares RS256',
    'RFC 8725, 3.1',
    'RS256',
  ),
  'alg-none': mustReject('`alg` is `none`: there is no signature', 'RFC 7518, 3.6'),
  'alg-none-in-odd-case': mustReject('`alg` is `nOnE`: there is no signature', 'RFC 8725, 3.1'),
  'algorithm-said-twice': mustReject('`alg` occurs twice, and the last one, which counts, is `none`', 'RFC 7515, 4'),
  'no-signature': mustReject('the signature is empty', 'RFC 7515, 5.2'),
  'all-zero-signature': mustReject('the signature is all zeros, which is out of range', 'RFC 8725, 3.3', 'ES256'),
  'changed-payload': mustReject('the claims were changed after signing', 'RFC 7515, 5.2'),
  'unknown-extension': mustReject('`crit` lists an unknown extension', 'RFC 7515, 4.1.11'),
  'unencoded-payload': mustReject('the payload is not encoded (`b64` is false)', 'RFC 7797, 7'),
  'payload-that-is-a-list': mustReject('the payload is a JSON array, not an object', 'RFC 7519, 7.2'),
  'padded-base64': shouldReject('the payload has padding (`=`)', 'RFC 7515, 2'),
  'other-characters-in-the-signature': mustReject('the signature has a character outside base64url', 'RFC 7515, 5.2'),
  'bits-that-say-nothing': mayDepend('unused bits at the end of the signature are not zero', 'RFC 4648, 3.5'),
  'two-parts': mustReject('the signature part is missing', 'RFC 7519, 7.2'),
  'four-parts': mustReject('a signed token has three parts', 'RFC 7519, 7.2'),
  'no-jwt': mustReject('the text is not a JWT', 'RFC 7519, 7.2'),
  'with-its-scheme': shouldReject('the token starts with its scheme, `Bearer`', 'RFC 6750, 2.1'),
  'typ-at-jwt': mayDepend('`typ` is `at+jwt`; access tokens of Run:ai have `JWT`', 'RFC 9068, 2.1'),
  'typ-of-another-kind': shouldReject('`typ` is `logout+jwt`', 'RFC 8725, 3.11'),
} satisfies Readonly<Record<string, ZooVerdict>>;

export type ZooName = keyof typeof VERDICTS;

/** Returns the names of the zoo, in order. @param has returns whether the zoo includes tokens with this condition */
export function listZooNames(has: (only: NonNullable<ZooVerdict['only']>) => boolean): readonly ZooName[] {
  return keysOf(VERDICTS).filter((name) => VERDICTS[name].only === undefined || has(VERDICTS[name].only));
}
