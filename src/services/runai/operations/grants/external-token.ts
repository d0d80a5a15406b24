import type { Context } from '../../../../contract/request.ts';
import { badCredentialsProblem, Problem } from '../../../../decisions/problem.ts';
import type { CredentialReason } from '../../../../decisions/reasons.ts';
import { Collision } from '../../../../store/errors.ts';
import { type Identity, identitiesIn } from '../../collections/identities.ts';
import { createIdentity } from '../../new-identity.ts';
import { authenticateLoginClient } from './clients.ts';
import { type Grant, refuseIfEnded, requireMember } from './grant.ts';
import { createLogin, startSession } from './sessions.ts';

/** Claims that identity providers use for groups, the vendor's default first. */
const GROUP_CLAIMS = ['GROUPS', 'groups'];

/** Accepts a token of the configured identity provider. The first token of a user creates the user. */
export const externalTokenGrant: Grant = {
  redeem: async (request, context) => {
    const presented = requireMember(request, 'externalToken');
    const clientId = await authenticateLoginClient(context, request);
    if (context.identityProvider === null) {
      throw badCredentialsProblem(
        'no_identity_provider',
        'No identity provider is configured. Start the server with `--runai-idp` and the JWK set of the provider.',
      );
    }
    const claims = await context.identityProvider.verify(presented, context.now, request.nameOf('externalToken'));
    const externalUser = readExternalUser(claims);
    const refuse = (reason: CredentialReason) => badCredentialsProblem(reason, 'The user was deleted or disabled.');
    const user = await refuseIfEnded(resolveUser(context, externalUser), refuse);
    if (!user.enabled) throw badCredentialsProblem('disabled', 'The user of the token is disabled.');
    return refuseIfEnded(startSession(context, user, createLogin(context, user, clientId)), refuse);
  },
};

interface ExternalUser {
  readonly name: string;
  /** Null if the token has no groups claim. */
  readonly groups: readonly string[] | null;
  /** Whether the name is a verified e-mail address. */
  readonly isEmailVerified: boolean;
}

/** Reads the user from the claims of a token. @throws Problem if it has no name, or an unverified e-mail address */
function readExternalUser(claims: Readonly<Record<string, unknown>>): ExternalUser {
  const { email, email_verified: emailVerified } = claims;
  const name = email ?? claims['preferred_username'] ?? claims['sub'];
  if (typeof name !== 'string' || name === '') {
    throw badCredentialsProblem(
      'bad_external_token',
      'The token of the identity provider must have the claim `email`.',
    );
  }
  const hasEmail = email !== undefined;
  if (hasEmail && emailVerified !== undefined && emailVerified !== true) throw createUnverifiedEmailProblem();
  const groups = GROUP_CLAIMS.map((claim) => claims[claim]).find(Array.isArray);
  return { name, groups: groups?.map(String) ?? null, isEmailVerified: hasEmail && emailVerified === true };
}

/**
 * Finds or creates the user, and updates the groups.
 *
 * @throws Problem if the address of a local user, who owns it, is not verified (OpenID Connect Core 1.0, 5.7)
 */
async function resolveUser(context: Context, { name, groups, isEmailVerified }: ExternalUser): Promise<Identity> {
  const identities = identitiesIn(context.store);
  const user = await identities.byName('user', name);
  if (user === null) {
    const created = { ...createIdentity(context, 'user', name, null), isLocal: false, groups: groups ?? [] };
    try {
      await identities.create(created);
      return created;
    } catch (thrown) {
      if (!(thrown instanceof Collision)) throw thrown;
      throw new Problem('conflict', `The user \`${name}\` was created at the same time. Try again.`);
    }
  }
  if (user.isLocal && !isEmailVerified) throw createUnverifiedEmailProblem();
  if (groups === null || JSON.stringify(groups) === JSON.stringify(user.groups)) return user;
  await identities.edit(user.id, { groups }, context.now);
  return { ...user, groups };
}

function createUnverifiedEmailProblem(): Problem {
  return badCredentialsProblem(
    'unverified_email',
    'The e-mail address in the token of the identity provider is not verified. The token must have `"email_verified": true`.',
  );
}
