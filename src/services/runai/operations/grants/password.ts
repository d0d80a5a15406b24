import type { Context } from '../../../../contract/request.ts';
import type { CredentialReason } from '../../../../core/explaining/reasons.ts';
import { badCredentials } from '../../../../core/problem.ts';
import { passwordFits } from '../../../../credentials/password.ts';
import type { Premise } from '../../../../store/grants.ts';
import type { Identity } from '../../../../store/identities.ts';
import { type Granted, principalOf } from '../../caller.ts';
import { clientOrNone, publicClient } from './clients.ts';
import { type Grant, needed } from './grant.ts';
import { beginSession, newLogin } from './sessions.ts';
import { unlessEnded } from './unless-ended.ts';

/** A local user with their password (RFC 6749, 4.3). */
export const password: Grant = {
  redeem: async (request, context) => {
    const username = needed(request, 'username');
    const secret = needed(request, 'password');
    const clientId = await publicClient(context, request);
    const user = await authenticateUser(context, username, secret, clientOrNone(clientId));
    const login = newLogin(context, user, clientId, request.scope);
    return unlessEnded(beginSession(context, user, login, premiseOf(user)), (reason) =>
      badUser(reason, { identity: user, clientId: clientOrNone(clientId) }),
    );
  },
};

/** The local user with this name and password. @throws Problem `bad_credentials`, always in the same words */
export async function authenticateUser(
  { store }: Pick<Context, 'store'>,
  username: string,
  secret: string,
  clientId: string,
): Promise<Identity> {
  const user = await store.identities.byName('user', username);
  const fits = await passwordFits(secret, user?.passwordHash ?? null);
  if (user === null) throw badUser('unknown_user');
  const granted = { identity: user, clientId };
  if (user.passwordHash === null) throw badUser('external_user', granted);
  if (!fits) throw badUser('wrong_password', granted);
  if (!user.enabled) throw badUser('disabled', granted);
  return user;
}

/** What a password login rests on. */
export function premiseOf({ passwordHash }: Identity): Premise {
  return { passwordHash };
}

/** Always in the same words, whatever was wrong. */
export function badUser(reason: CredentialReason, claimed?: Granted) {
  return badCredentials(reason, 'The user name or the password is not valid.', claimed && principalOf(claimed));
}
