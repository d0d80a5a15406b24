import { badCredentials, Problem } from '../../../../core/problem.ts';
import type { CredentialReason } from '../../../../core/reasons.ts';
import { passwordFits } from '../../../../credentials/password.ts';
import { type Granted, principalOf } from '../../access-token.ts';
import { type Grant, NO_CLIENT, needed } from './grant.ts';
import { issueRefreshToken } from './refresh-token.ts';

/** A local user with their password (RFC 6749, 4.3). The client is optional; one that is named must exist. */
export const password: Grant = {
  grantType: 'password',
  redeem: async (request, context) => {
    const { store, now } = context;
    const username = needed(request, 'username');
    const secret = needed(request, 'password');
    const clientId = request.clientID || null;
    if (clientId !== null && (await store.oauthClients.byId(clientId)) === null) {
      throw new Problem('bad_credentials', 'The client of field `clientID` does not exist.', {
        reason: 'unknown_client',
      });
    }
    const user = await store.identities.byName('user', username);
    const fits = await passwordFits(secret, user?.passwordHash ?? null);
    if (user === null) throw badUser('unknown_user');
    const granted = { identity: user, clientId: clientId ?? NO_CLIENT };
    if (!fits) throw badUser('wrong_password', granted);
    if (!user.enabled) throw badUser('disabled', granted);
    await store.identities.touch(user.id, now);
    return { ...granted, refreshToken: await issueRefreshToken(context, user, clientId) };
  },
};

function badUser(reason: CredentialReason, claimed?: Granted): Problem {
  return badCredentials(reason, 'The user name or the password is not valid.', claimed && principalOf(claimed));
}
