import { badCredentials } from '../../../../core/problem.ts';
import type { CredentialReason } from '../../../../core/reasons.ts';
import { hashSecret } from '../../../../credentials/secret.ts';
import type { Rotation } from '../../../../store/grants.ts';
import { lastExpiry } from '../../issue.ts';
import { clientOrNone, publicClient } from './clients.ts';
import { type Grant, needed } from './grant.ts';
import { drawRefreshToken } from './sessions.ts';

const REASONS: Readonly<Record<Exclude<Rotation['outcome'], 'rotated'>, CredentialReason>> = {
  unknown: 'unknown_refresh_token',
  expired: 'expired_refresh_token',
  reused: 'reused_refresh_token',
  revoked: 'revoked_refresh_token',
  other_client: 'other_client',
};

/** A refresh token of an earlier login (RFC 6749, 6): used up, and the next one given. */
export const refreshToken: Grant = {
  redeem: async (request, context) => {
    const { store, now, settings } = context;
    const presented = needed(request, 'refreshToken');
    const clientId = await publicClient(context, request);
    const next = drawRefreshToken(context);
    const rotation = await store.grants.rotate(
      { hash: hashSecret(presented), clientId, anyClient: request.client.need === 'unasked' },
      { hash: hashSecret(next), expiresAt: now + settings.refreshTtl },
      now,
      lastExpiry(context),
    );
    if (rotation.outcome !== 'rotated') throw badRefreshToken(REASONS[rotation.outcome]);
    const { login } = rotation;
    const identity = await store.identities.byId(login.subject);
    if (identity === null) throw badRefreshToken('unknown_subject');
    if (!identity.enabled) throw badRefreshToken('disabled');
    const session = { login, refreshToken: next };
    return { identity, clientId: clientOrNone(login.clientId), sid: login.family, session };
  },
};

function badRefreshToken(reason: CredentialReason) {
  return badCredentials(reason, 'The refresh token is not valid.');
}
