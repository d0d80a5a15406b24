import { hashSecret } from '../../../../credentials/secret.ts';
import type { Context } from '../../../../service.ts';
import type { Login } from '../../../../store/grants.ts';
import type { Identity } from '../../../../store/identities.ts';
import { clientOrNone } from './clients.ts';
import type { GrantResult } from './grant.ts';

const LENGTH = 64;

/** A refresh token that nobody can guess. */
export function drawRefreshToken({ random }: Pick<Context, 'random'>): string {
  return random.alphanumeric(LENGTH);
}

/** A login that begins now. */
export function newLogin({ random, now }: Context, user: Identity, clientId: string | null, scope = ''): Login {
  return { family: random.uuid(), subject: user.id, clientId, scope, authTime: now };
}

/** What a user gets who logged in: with the first refresh token of the login. */
export async function beginSession(
  context: Context,
  identity: Identity,
  login: Login,
  nonce: string | null = null,
): Promise<GrantResult> {
  const { store, now, settings } = context;
  const refreshToken = drawRefreshToken(context);
  const { family, subject, clientId, scope, authTime } = login;
  const expiresAt = now + settings.refreshTtl;
  await store.grants.issue(
    { hash: hashSecret(refreshToken), family, subject, clientId, scope, authTime, expiresAt },
    now,
  );
  await store.identities.touch(identity.id, now);
  return { identity, clientId: clientOrNone(clientId), sid: family, session: { login, refreshToken, nonce } };
}
