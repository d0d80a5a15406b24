import type { Context } from '../../../../contract/request.ts';
import { badCredentialsProblem, Problem } from '../../../../decisions/problem.ts';
import type { CredentialReason } from '../../../../decisions/reasons.ts';
import { addMilliseconds } from '../../../../lib/clock.ts';
import { hashSecret } from '../../../../tokens/secret.ts';
import { grantsIn, type PresentedToken, type Rotation } from '../../collections/grants.ts';
import { identitiesIn } from '../../collections/identities.ts';
import { lastExpiryOf } from '../../issue-tokens.ts';
import { readRefreshToken } from '../../refresh-tokens.ts';
import { authenticateLoginClient, clientIdInTokens } from './clients.ts';
import { type Grant, requireMember, type TokenRequest } from './grant.ts';

const REASONS: Readonly<Record<Exclude<Rotation['outcome'], 'rotated'>, CredentialReason>> = {
  unknown: 'unknown_refresh_token',
  expired: 'expired_refresh_token',
  reused: 'reused_refresh_token',
  revoked: 'revoked_refresh_token',
  other_client: 'other_client',
};

/** Accepts a refresh token (RFC 6749, 6), and replaces it with a new one. */
export const refreshTokenGrant: Grant = {
  redeem: async (request, context) => {
    const { store, now, settings, random } = context;
    const token = requireMember(request, 'refreshToken');
    const clientId = await authenticateLoginClient(context, request);
    const presented = await readRefreshToken(token, context);
    if (presented === null) throw createTokenProblem(REASONS.unknown);
    const scope = await narrowScope(request, context, presented, clientId);
    const refreshTokenId = random.uuid();
    const rotation = await grantsIn(store).rotate(
      { ...presented, clientId, anyClient: request.client.need === 'unasked' },
      { hash: hashSecret(refreshTokenId), expiresAt: addMilliseconds(now, settings.tokenLifetime.refresh) },
      now,
      lastExpiryOf(context),
    );
    if (rotation.outcome !== 'rotated') throw createTokenProblem(REASONS[rotation.outcome]);
    const { login } = rotation;
    const identity = await identitiesIn(store).byId(login.subject);
    if (identity === null) throw createTokenProblem('unknown_subject');
    if (!identity.enabled) throw createTokenProblem('disabled');
    return {
      identity,
      clientId: clientIdInTokens(login.clientId),
      sid: login.family,
      session: { login, refreshTokenId },
      ...(scope !== null && { scope }),
    };
  },
};

/** Null if the request names no scope (RFC 6749, 6). @throws Problem if a scope is not one of the login's */
async function narrowScope(
  { scope = '' }: TokenRequest,
  { store, now }: Context,
  presented: PresentedToken,
  clientId: string | null,
): Promise<string | null> {
  if (scope === '') return null;
  const login = await grantsIn(store).findActive(presented, now);
  // The rotation refuses a token of another client without revealing its scopes.
  if (login === null || (login.clientId !== null && login.clientId !== clientId)) return null;
  const granted = new Set(login.scope.split(' '));
  const excess = scope.split(' ').filter((requested) => !granted.has(requested));
  if (excess.length === 0) return scope;
  throw new Problem(
    'invalid_scope',
    `Field \`scope\` contains ${excess.join(', ')}, which the login did not request. Omit it, or log in again.`,
  );
}

function createTokenProblem(reason: CredentialReason) {
  return badCredentialsProblem(reason, 'The refresh token is not valid.');
}
