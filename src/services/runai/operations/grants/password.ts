import type { Context } from '../../../../contract/request.ts';
import type { CredentialReason } from '../../../../core/explaining/reasons.ts';
import { badCredentials, Problem } from '../../../../core/problem.ts';
import { passwordFits } from '../../../../credentials/password.ts';
import { type Granted, principalOf } from '../../caller.ts';
import { type Identity, identitiesIn, type Premise } from '../../collections/identities.ts';
import { clientOrNone, publicClient } from './clients.ts';
import { type Grant, requireMember } from './grant.ts';
import { beginSession, newLogin } from './sessions.ts';
import { refuseIfEnded } from './unless-ended.ts';

/** A local user with their password (RFC 6749, 4.3). */
export const password: Grant = {
  redeem: async (request, context) => {
    const username = requireMember(request, 'username');
    const secret = requireMember(request, 'password');
    const clientId = await publicClient(context, request);
    const user = await authenticateUser(context, username, secret, clientOrNone(clientId));
    const login = newLogin(context, user, clientId, request.scope);
    return refuseIfEnded(beginSession(context, user, login, premiseOf(user)), (reason) =>
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
  const user = await identitiesIn(store).byName('user', username);
  const fits = await passwordFits(secret, user?.passwordHash ?? null);
  if (user === null) throw badUser('unknown_user');
  const granted = { identity: user, clientId };
  if (user.passwordHash === null) throw badUser('external_user', granted);
  if (!fits) throw badUser('wrong_password', granted);
  if (!user.enabled) throw badUser('disabled', granted);
  return user;
}

/**
 * The local user with this id, who was chosen in a list and gave no password. That is for those who could read the password
 * in the cast, and for nobody else; whoever could not log in with one cannot log in by this, either.
 *
 * @throws Problem
 */
export async function chosenUser(
  { store, mayReadCast }: Pick<Context, 'store' | 'mayReadCast'>,
  id: string,
  clientId: string,
): Promise<Identity> {
  if (!mayReadCast) {
    throw new Problem(
      'no_admin_token',
      'Nobody is logged in without a password by this server: it was started with an admin token, or was called by a name that is not its own.',
    );
  }
  const user = await identitiesIn(store).byId(id);
  const refuse = (reason: CredentialReason, message: string, claimed?: Granted) =>
    badCredentials(reason, message, claimed && principalOf(claimed));
  if (user === null || user.kind !== 'user') throw refuse('unknown_user', 'There is no such user.');
  const granted = { identity: user, clientId };
  if (user.passwordHash === null) {
    throw refuse('external_user', 'This user has no password: an identity provider vouches for them.', granted);
  }
  if (!user.enabled) throw refuse('disabled', 'This user is disabled.', granted);
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
