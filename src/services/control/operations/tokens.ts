import type { Schema } from '../../../contract/documented.ts';
import type { Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { END_OF_TIME, type Instant, rfc3339 } from '../../../time/clock.ts';
import { DURATION_FORMS, parseDuration } from '../../../time/duration.ts';
import { type ForgeryKeys, forge } from '../../../tokens/forge.ts';
import { createZoo } from '../../../tokens/zoo/index.ts';
import { measureExtent } from '../lists.ts';
import type { Ports } from '../ports.ts';

/** Responses with tokens must not be cached (RFC 6749, section 5.1). */
const NO_STORE = { 'cache-control': 'no-store' } as const;

const UNKNOWN_KEYS_PATH = '/_mock/tokens/zoo/keys';

/** Operations that mint valid and invalid tokens, for testing verifiers. */
export function tokenOperations({ tokens }: Ports) {
  const collectKeys = async ({ tokens: { key, algorithm } }: Context): Promise<ForgeryKeys> => ({
    current: key,
    ...(await tokens.foreignKeys(algorithm)),
  });

  const mint: Handler<'control', 'mint_token'> = async (context) => {
    const { for: principal, claims = {}, header = {}, sign = 'key', expiresIn } = context.body;
    const times = expiresIn === undefined ? {} : createTimeClaims(expiresIn, claims, context);
    const { access } = await tokens.draft(context, principal);
    const minted = await forge({ ...access, ...times }, await collectKeys(context), { claims, header, sign });
    return { status: 201, headers: NO_STORE, body: minted };
  };

  const zoo: Handler<'control', 'get_token_zoo'> = async (context) => {
    const { audience = null } = context.query;
    const { issuer, jwksUri, access, id } = await tokens.draft(context, null);
    const zooTokens = await createZoo({
      keys: await collectKeys(context),
      issuer,
      audience,
      claims: { ...access, ...(audience !== null && { aud: audience }) },
      idClaims: id,
      unknownKeysUrl: `${context.openOrigin}${UNKNOWN_KEYS_PATH}`,
      now: Math.floor(context.now / 1000),
    });
    const { algorithm } = context.tokens;
    return {
      status: 200,
      headers: NO_STORE,
      body: { issuer, jwksUri, audience, algorithms: [algorithm], tokens: [...zooTokens], ...measureExtent(zooTokens) },
    };
  };

  const unknownKeys: Handler<'control', 'get_zoo_keys'> = async (context) => {
    const { unknown } = await tokens.foreignKeys(context.tokens.algorithm);
    // A public JWK, as RFC 7517 defines it.
    const key = unknown.publicJwk as Schema<'control', 'ZooKeys'>['keys'][number];
    return { status: 200, body: { keys: [key] } };
  };

  const rotate: Handler<'control', 'rotate_signing_key'> = async ({ body, world, now }) => {
    const overlapMs = body?.overlap === undefined ? undefined : readOverlap(body.overlap, now);
    const { kid, replacedKid, validUntil } = await world.signingKeys.rotate(now, overlapMs);
    return { status: 200, body: { kid, previous: { kid: replacedKid, until: rfc3339(validUntil) } } };
  };

  const revoke: Handler<'control', 'revoke_tokens'> = async (context) => ({
    status: 200,
    body: await tokens.revoke(context, context.body.principal),
  });

  return {
    mint_token: mint,
    get_token_zoo: zoo,
    get_zoo_keys: unknownKeys,
    rotate_signing_key: rotate,
    revoke_tokens: revoke,
  };
}

/** Returns how long a replaced key stays valid, in milliseconds. @throws Problem `invalid_request` */
function readOverlap(overlap: string, now: Instant): number {
  const milliseconds = parseDuration(overlap);
  if (milliseconds !== null && now + milliseconds <= END_OF_TIME) return milliseconds;
  throw new Problem('invalid_request', `Field \`overlap\` must be ${DURATION_FORMS}, and end before the year 9999.`);
}

/** Returns the claims for a lifetime. An expired token gets an `iat` before its `exp`. */
function createTimeClaims(expiresIn: string, claims: object, { now, settings }: Context) {
  if ('exp' in claims) {
    throw new Problem('invalid_request', 'Fields `expiresIn` and `claims.exp` exclude each other. Send one of them.');
  }
  const isExpired = expiresIn.startsWith('-');
  const milliseconds = parseDuration(isExpired ? expiresIn.slice(1) : expiresIn);
  if (milliseconds === null) {
    throw new Problem(
      'invalid_request',
      `Field \`expiresIn\` must be ${DURATION_FORMS}; use a leading minus, such as \`-1s\`, for an expired token.`,
    );
  }
  if (!isExpired) return { exp: Math.floor((now + milliseconds) / 1000) };
  const exp = Math.floor((now - milliseconds) / 1000);
  return { exp, iat: exp - Math.floor(settings.tokenTtl.access / 1000) };
}
