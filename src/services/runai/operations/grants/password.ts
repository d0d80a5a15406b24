import type { Context } from '../../../../contract/request.ts';
import { badCredentialsProblem, Problem } from '../../../../decisions/problem.ts';
import type { CredentialReason } from '../../../../decisions/reasons.ts';
import { verifyPassword } from '../../../../tokens/password.ts';
import { principalOf, type TokenHolder } from '../../access-token.ts';
import { type Identity, identitiesIn, type Premise } from '../../collections/identities.ts';
import { authenticateLoginClient, clientIdInTokens } from './clients.ts';
import { type Grant, refuseIfEnded, requireMember } from './grant.ts';
import { createLogin, startSession } from './sessions.ts';

/** Accepts a local user's password (RFC 6749, 4.3). */
export const passwordGrant: Grant = {
  redeem: async (request, context) => {
    const username = requireMember(request, 'username');
    const secret = requireMember(request, 'password');
    const clientId = await authenticateLoginClient(context, request);
    const user = await authenticateUser(context, username, secret, clientIdInTokens(clientId));
    const login = createLogin(context, user, clientId, request.scope);
    return refuseIfEnded(startSession(context, user, login, createPasswordPremise(user)), (reason) =>
      createUserProblem(reason, { identity: user, clientId: clientIdInTokens(clientId) }),
    );
  },
};

/** Verifies a local user's name and password. @throws Problem `bad_credentials`, always with the same message */
export async function authenticateUser(
  { store }: Context,
  username: string,
  secret: string,
  clientId: string,
): Promise<Identity> {
  const user = await identitiesIn(store).byName('user', username);
  const isPasswordValid = await verifyPassword(secret, user?.passwordHash ?? null);
  if (user === null) throw createUserProblem('unknown_user');
  const granted = { identity: user, clientId };
  if (user.passwordHash === null) throw createUserProblem('external_user', granted);
  if (!isPasswordValid) throw createUserProblem('wrong_password', granted);
  if (!user.enabled) throw createUserProblem('disabled', granted);
  return user;
}

/**
 * Returns the local user selected on the login page, without a password. Only for requesters who may read the cast,
 * which contains the passwords, and only for users who have a password.
 *
 * @throws Problem if the requester or the user may not log in without a password
 */
export async function findSelectedUser(
  { store, mayReadCast }: Context,
  id: string,
  clientId: string,
): Promise<Identity> {
  if (!mayReadCast) {
    throw new Problem(
      'no_admin_token',
      'This server does not allow logins without a password, because it has an admin token or the request used another host name. Log in with a password.',
    );
  }
  const user = await identitiesIn(store).byId(id);
  const refuse = (reason: CredentialReason, message: string, claimed?: TokenHolder) =>
    badCredentialsProblem(reason, message, claimed && principalOf(claimed));
  if (user === null || user.kind !== 'user') throw refuse('unknown_user', 'The user does not exist.');
  const granted = { identity: user, clientId };
  if (user.passwordHash === null) {
    throw refuse('external_user', 'The user has no password: an identity provider authenticates them.', granted);
  }
  if (!user.enabled) throw refuse('disabled', 'The user is disabled.', granted);
  return user;
}

/** The password must not have changed since it was verified. */
export function createPasswordPremise({ passwordHash }: Identity): Premise {
  return { passwordHash };
}

/** Creates the error for a failed login. The message does not reveal which part was wrong. */
export function createUserProblem(reason: CredentialReason, claimed?: TokenHolder) {
  return badCredentialsProblem(reason, 'The user name or the password is not valid.', claimed && principalOf(claimed));
}
