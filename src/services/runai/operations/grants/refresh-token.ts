import { badCredentials } from '../../../../core/problem.ts';
import type { CredentialReason } from '../../../../core/reasons.ts';
import { hashSecret } from '../../../../credentials/secret.ts';
import type { Context } from '../../../../service.ts';
import type { Rotation } from '../../../../store/grants.ts';
import type { Identity } from '../../../../store/identities.ts';
import { type Grant, NO_CLIENT, needed } from './grant.ts';

/** Lifetime of a refresh token in milliseconds: 24 h, the longest that was seen of tokens of the command line. */
const LIFETIME_MS = 86_400_000;
const LENGTH = 64;

const REASONS: Readonly<Record<Exclude<Rotation['outcome'], 'rotated'>, CredentialReason>> = {
  unknown: 'unknown_refresh_token',
  expired: 'expired_refresh_token',
  reused: 'reused_refresh_token',
  revoked: 'revoked_refresh_token',
  other_client: 'other_client',
};

/** A refresh token of an earlier login (RFC 6749, 6): used up, and the next one given. */
export const refreshToken: Grant = {
  grantType: 'refresh_token',
  redeem: async (request, context) => {
    const { store, random, now } = context;
    const presented = needed(request, 'refreshToken');
    const next = random.alphanumeric(LENGTH);
    const rotation = await store.grants.rotate(
      { hash: hashSecret(presented), clientId: request.clientID || null },
      { hash: hashSecret(next), expiresAt: now + LIFETIME_MS },
      now,
    );
    if (rotation.outcome !== 'rotated') throw badRefreshToken(REASONS[rotation.outcome]);
    const identity = await store.identities.byId(rotation.subject);
    if (identity === null) throw badRefreshToken('unknown_subject');
    if (!identity.enabled) throw badRefreshToken('disabled');
    return { identity, clientId: rotation.clientId ?? NO_CLIENT, refreshToken: next };
  },
};

/** The first refresh token of a login. */
export async function issueRefreshToken(
  { store, random, now }: Context,
  user: Identity,
  clientId: string | null,
): Promise<string> {
  const token = random.alphanumeric(LENGTH);
  await store.grants.issue(
    { hash: hashSecret(token), family: random.uuid(), subject: user.id, clientId, expiresAt: now + LIFETIME_MS },
    now,
  );
  return token;
}

function badRefreshToken(reason: CredentialReason) {
  return badCredentials(reason, 'The refresh token is not valid.');
}
