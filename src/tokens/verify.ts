import { type CryptoKey, compactVerify, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Principal } from '../decisions/principal.ts';
import { Problem, unauthenticatedProblem } from '../decisions/problem.ts';
import { type Instant, rfc3339 } from '../lib/clock.ts';
import { findEncodingError } from '../lib/compact-jwt.ts';
import { BEARER_KEY, BEARER_TIMES, hasBearerHeader, importBearerKey } from './bearer-key.ts';
import { findKey, type KeyRing, type PublicKey } from './keys.ts';

/** The claims of an access token that the mock reads. Times in seconds. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly azp: string;
  readonly iat: number;
  readonly exp: number;
  /** The ids of the token and its login, both revocable. Tokens of earlier versions lack them. */
  readonly jti?: string;
  readonly sid?: string;
  readonly scope?: string;
  readonly tenant_id?: unknown;
  /** Start of validity, if the token has the claim. */
  readonly nbf?: number;
}

export interface VerifiedClaims extends AccessTokenClaims {
  readonly kid: string;
}

const REQUIRED = ['iss', 'sub', 'azp', 'iat', 'exp'];

/** Verifies only the signature: the claims tell the world, and so the clock. @throws Problem `unauthenticated` */
export async function verifyToken(token: string, ring: KeyRing, now: Instant): Promise<VerifiedClaims> {
  let kid = '';
  const find = (header: { kid?: string }) => {
    const key = requireKeyInForce(ring, header.kid, now);
    kid = key.kid;
    return key.publicKey;
  };
  const fault = findEncodingError(token);
  if (fault !== null) throw malformedToken(fault);
  if (hasBearerHeader(token)) return verifyBearer(token);
  const claims = await verifiedClaims(token, find, ring.current.algorithm);
  return { ...claims, kid };
}

/** Was this verified token signed with the key of the cast's bearer tokens? */
export function isBearer({ kid }: VerifiedClaims): boolean {
  return kid === BEARER_KEY.kid;
}

/** Verifies a bearer token of the cast. Both halves of its key are public, so no other token may use it. */
async function verifyBearer(token: string): Promise<VerifiedClaims> {
  const claims = await verifiedClaims(token, importBearerKey, BEARER_KEY.alg);
  const { iat, exp } = claims;
  if (iat !== BEARER_TIMES.iat || exp !== BEARER_TIMES.exp) {
    const why = 'this key signs only the `bearer` tokens of `GET /_mock/cast`';
    throw unauthenticatedProblem('unknown_key_id', 'The key that signed the access token is not known.', why);
  }
  return { ...claims, kid: BEARER_KEY.kid };
}

async function verifiedClaims(
  token: string,
  find: (header: { kid?: string }) => CryptoKey | ReturnType<typeof importBearerKey>,
  algorithm: string,
): Promise<AccessTokenClaims> {
  const options = {
    algorithms: [algorithm],
    // Accept any number as a time: `checkTimes` checks it.
    clockTolerance: Number.MAX_VALUE,
    requiredClaims: REQUIRED,
  };
  try {
    const { payload, protectedHeader } = await jwtVerify(token, find, options);
    const { typ } = protectedHeader;
    // Refuses other types of tokens (RFC 8725, 3.12), whatever their claims.
    if (typ !== undefined && (typeof typ !== 'string' || !ACCESS_TOKEN_TYPE.test(typ)))
      throw malformedToken(`the \`typ\` of its header is ${JSON.stringify(typ)}, expected "JWT"`);
    return accessTokenClaims(payload);
  } catch (thrown) {
    throw tokenProblem(thrown);
  }
}

/** Returns the accepted key with this id. @throws Problem `unauthenticated`, with the reason if known */
export function requireKeyInForce(ring: KeyRing, kid: string | undefined, now: Instant): PublicKey {
  const found = findKey(ring, kid, now);
  if (found?.retiredSince === null) return found.key;
  const why =
    found === null
      ? undefined
      : `the key was replaced, and its tokens have been refused since ${rfc3339(found.retiredSince)}`;
  throw unauthenticatedProblem('unknown_key_id', 'The key that signed the access token is not known.', why);
}

/** See `Tokens`. Ignores times, because an expired ID token may be used to log out. */
export async function readIdToken(
  token: string,
  ring: KeyRing,
  now: Instant,
): Promise<{ sid: string; aud: string } | null> {
  if (findEncodingError(token) !== null) return null;
  try {
    const find = ({ kid }: { kid?: string }) => requireKeyInForce(ring, kid, now).publicKey;
    const { payload } = await compactVerify(token, find, { algorithms: [ring.current.algorithm] });
    // Our key signed it, so it is a JSON object. Each member is checked below.
    const { typ, sid, aud }: Record<string, unknown> = JSON.parse(new TextDecoder().decode(payload));
    return typ === 'ID' && typeof sid === 'string' && typeof aud === 'string' ? { sid, aud } : null;
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError || thrown instanceof SyntaxError || thrown instanceof Problem) return null;
    throw thrown;
  }
}

/** How far in the future a token may start, in milliseconds: clocks are adjusted backwards. The end has no leeway. */
const LEEWAY = 5000;

/** @param owner for the explanation @throws Problem if `iat` or `nbf` is in the future, or `exp` has passed */
export function checkTimes(
  { iat, nbf = iat, exp, azp }: Pick<AccessTokenClaims, 'iat' | 'exp' | 'azp'> & { readonly nbf?: number | undefined },
  now: Instant,
  owner?: Principal,
): void {
  const early = (claim: 'nbf' | 'iat', seconds: number) =>
    unauthenticatedProblem(
      'not_yet_valid',
      'The access token is not valid yet.',
      timesNote(claim, seconds, azp, now),
      owner,
    );
  if (iat * 1000 > now + LEEWAY) throw early('iat', iat);
  if (nbf * 1000 > now + LEEWAY) throw early('nbf', nbf);
  if (exp * 1000 > now) return;
  throw unauthenticatedProblem(
    'expired_token',
    'The access token has expired.',
    timesNote('exp', exp, azp, now),
    owner,
  );
}

/** As written in RFC 7519, 5.1, and RFC 9068, 2.1. Optional. */
const ACCESS_TOKEN_TYPE = /^(?:application\/)?(?:at\+)?jwt$/i;

function accessTokenClaims(payload: JWTPayload): AccessTokenClaims {
  const { iss, sub, azp, iat, exp, jti, sid, scope, typ, tenant_id, nbf } = payload;
  if (typ !== undefined && typ !== 'Bearer')
    throw malformedToken(`its \`typ\` is ${JSON.stringify(typ)}, expected "Bearer"`);
  if (
    typeof iss !== 'string' ||
    typeof sub !== 'string' ||
    typeof azp !== 'string' ||
    iat === undefined ||
    exp === undefined ||
    // `1e400` is valid JSON.
    ![iat, exp].every(Number.isFinite)
  ) {
    throw malformedToken(`one of ${REQUIRED.join(', ')} has the wrong type`);
  }
  return {
    iss,
    sub,
    azp,
    iat,
    exp,
    ...(typeof jti === 'string' && { jti }),
    ...(typeof sid === 'string' && { sid }),
    ...(typeof scope === 'string' && { scope }),
    ...(tenant_id !== undefined && { tenant_id }),
    ...(nbf !== undefined && { nbf }),
  };
}

export function tokenProblem(thrown: unknown): unknown {
  if (thrown instanceof errors.JOSEAlgNotAllowed) {
    return unauthenticatedProblem(
      'unsupported_algorithm',
      'The access token is signed with an algorithm that is not accepted.',
    );
  }
  if (thrown instanceof errors.JWSSignatureVerificationFailed) {
    return unauthenticatedProblem('bad_signature', 'The signature of the access token is not valid.');
  }
  return thrown instanceof errors.JOSEError ? malformedToken(thrown.message) : thrown;
}

function malformedToken(why: string): Problem {
  return unauthenticatedProblem('malformed_token', 'The bearer token is not an access token of this system.', why);
}

/** Only for tokens signed by this server. Truncated, because a claim may be as long as a header. */
function timesNote(claim: 'iat' | 'nbf' | 'exp', seconds: number, azp: string, now: Instant): string {
  const time = new Date(seconds * 1000);
  // The claim may be any number.
  const shown = Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
  return `${claim} ${shown}, the clock shows ${rfc3339(now)}; issued to client \`${azp.slice(0, 100)}\``;
}
