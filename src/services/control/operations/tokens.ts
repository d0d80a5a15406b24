import type { Schema } from '../../../contract/documented.ts';
import type { Context, Operations, RequestContext } from '../../../contract/request.ts';
import type { Logins, TokenDraft } from '../../../contract/service.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { listPrincipalNames } from '../../../http/simulated-caller.ts';
import { readFixture } from '../../../lib/assets.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { describeDurations, parseDuration } from '../../../lib/duration.ts';
import { adviseName } from '../../../lib/nearest.ts';
import {
  CLAIM_RULES_SETTING,
  type ClaimRule,
  findClaimRulesProblem,
  readClaimRules,
} from '../../../tokens/claim-rules.ts';
import { type ForeignKey, type ForeignKeys, type ForgeryKeys, forge } from '../../../tokens/forge.ts';
import { importSigningKey, type JWK, type SigningAlgorithm } from '../../../tokens/keys.ts';
import { createZoo } from '../../../tokens/zoo/index.ts';
import { type ControlledServer, loginsOf } from '../controlled-server.ts';
import { readDurationFromNow } from '../durations.ts';
import { measureExtent } from '../lists.ts';

/** Responses with tokens must not be cached (RFC 6749, section 5.1). */
const NO_STORE = { 'cache-control': 'no-store' } as const;

const UNKNOWN_KEYS_PATH = '/_mock/tokens/zoo/keys';

export function tokenOperations(controlled: ControlledServer) {
  const keys = new Map<SigningAlgorithm, Promise<ForeignKeys>>();
  const readForeignKeys = (algorithm: SigningAlgorithm): Promise<ForeignKeys> => {
    const cached = keys.get(algorithm) ?? loadForeignKeys(algorithm);
    keys.set(algorithm, cached);
    return cached;
  };
  const collectKeys = async ({ tokens: { key, algorithm } }: Context): Promise<ForgeryKeys> => ({
    current: key,
    ...(await readForeignKeys(algorithm)),
  });

  return {
    mint_token: async (context) => {
      const { for: principal, claims = {}, header = {}, sign = 'key', expiresIn } = context.body;
      const times = expiresIn === undefined ? {} : createTimeClaims(expiresIn, claims, context);
      const { access } = await draftTokens(loginsOf(controlled), context, principal);
      const minted = await forge({ ...access, ...times }, await collectKeys(context), { claims, header, sign });
      return { status: 201, headers: NO_STORE, body: minted };
    },
    get_token_zoo: async (context) => {
      const { audience = null } = context.query;
      const { issuer, jwksUri, access, id } = await draftTokens(loginsOf(controlled), context, null);
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
        body: {
          issuer,
          jwksUri,
          audience,
          algorithms: [algorithm],
          tokens: [...zooTokens],
          ...measureExtent(zooTokens),
        },
      };
    },
    get_zoo_keys: async (context) => {
      const { unknown } = await readForeignKeys(context.tokens.algorithm);
      // A public JWK, as RFC 7517 defines it.
      const key = unknown.publicJwk as Schema<'control', 'ZooKeys'>['keys'][number];
      return { status: 200, body: { keys: [key] } };
    },
    rotate_signing_key: async ({ body, world, now }) => {
      const overlapMs = body?.overlap === undefined ? undefined : readDurationFromNow('overlap', body.overlap, now);
      const { kid, replacedKid, validUntil } = await world.signingKeys.rotate(now, overlapMs);
      return { status: 200, body: { kid, previous: { kid: replacedKid, until: rfc3339(validUntil) } } };
    },
    revoke_tokens: async (context) => {
      const { principal } = context.body;
      const logins = loginsOf(controlled);
      const revoked = await logins.revokeTokens(context, principal);
      if (revoked !== null) return { status: 200, body: revoked };
      if ((await listPrincipalNames(controlled.server, context.world, principal)).length > 0) {
        const message =
          'Field `principal` is an NGC key, which has no tokens. Delete it with `DELETE /_mock/keys/{id}`, or disable it with `PATCH`.';
        throw invalidRequest(message);
      }
      const names = await logins.listTokenNames(context);
      const expected = 'expected the id, name, e-mail address or client id of a user, application or service account.';
      const message = `Field \`principal\` matches no principal of this world; ${expected}${adviseName(principal, names, '`GET /_mock/cast`')}`;
      throw new Problem('not_found', message);
    },
  } satisfies Partial<Operations<'control'>>;
}

/** @throws Problem that suggests the nearest name; `conflict` if no principal of the world can have a token */
async function draftTokens(logins: Logins, context: RequestContext, name: string | null): Promise<TokenDraft> {
  const draft = await logins.draftTokens(context, name);
  if (draft !== null) return draft;
  const names = await logins.listTokenNames(context);
  if (names.length === 0 || name === null) {
    const message = 'This world has no user or service account. Use a seed that has one, or create one first.';
    throw new Problem('conflict', message);
  }
  const message = `Field \`for\` matches no principal that can have a token; expected an id, a name, an e-mail address or a client id.${adviseName(name, names, '`GET /_mock/cast`')}`;
  throw invalidRequest(message);
}

/** Loads the shipped keys with which the server never signs its own tokens. */
async function loadForeignKeys(algorithm: SigningAlgorithm): Promise<ForeignKeys> {
  const [unknown, retired] = await Promise.all([
    loadShippedKey('unknown', algorithm),
    loadShippedKey('retired', algorithm),
  ]);
  return { unknown, retired };
}

async function loadShippedKey(name: keyof ForeignKeys, algorithm: SigningAlgorithm): Promise<ForeignKey> {
  // The shipped keys are JWKs.
  const jwk = (await readFixture('runai', `${name}-key.${algorithm.toLowerCase()}.json`)) as JWK;
  const key = await importSigningKey(jwk, algorithm);
  return { ...key, certificate: jwk.x5c?.[0] ?? null };
}

/** Returns the claims for a lifetime. An expired token gets an `iat` before its `exp`. */
function createTimeClaims(expiresIn: string, claims: object, { now, settings }: Context) {
  if ('exp' in claims) {
    throw invalidRequest('Fields `expiresIn` and `claims.exp` exclude each other. Send one of them.');
  }
  const isExpired = expiresIn.startsWith('-');
  const milliseconds = parseDuration(isExpired ? expiresIn.slice(1) : expiresIn);
  if (milliseconds === null) {
    const message = `Field \`expiresIn\` must be ${describeDurations(expiresIn)}; use a leading minus, such as \`-1s\`, for an expired token.`;
    throw invalidRequest(message);
  }
  if (!isExpired) return { exp: Math.floor((now + milliseconds) / 1000) };
  const exp = Math.floor((now - milliseconds) / 1000);
  return { exp, iat: exp - Math.floor(settings.tokenLifetime.access / 1000) };
}

function claimRulesView(rules: readonly ClaimRule[]): Schema<'control', 'ClaimRules'> {
  return {
    rules: rules.map(({ set, remove, ...rest }) => ({
      ...rest,
      ...(set && { set }),
      ...(remove && { remove: [...remove] }),
    })),
  };
}

export const claimOperations = {
  get_claim_rules: async ({ store }) => ({
    status: 200,
    body: claimRulesView(await readClaimRules(store)),
  }),
  set_claim_rules: async ({ store, body: { rules } }) => {
    const violation = findClaimRulesProblem(rules);
    if (violation !== null) {
      const field = violation.index === null ? 'rules' : `rules.${violation.index}`;
      throw invalidRequest(`Field \`${field}\` ${violation.why}.`);
    }
    await store.settings.set(CLAIM_RULES_SETTING, JSON.stringify(rules));
    return { status: 200, body: claimRulesView(rules) };
  },
  delete_claim_rules: async ({ store }) => {
    await store.settings.set(CLAIM_RULES_SETTING, '[]');
    return { status: 204 };
  },
} satisfies Partial<Operations<'control'>>;
