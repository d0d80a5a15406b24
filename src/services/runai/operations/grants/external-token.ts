import type { Context } from '../../../../contract/request.ts';
import { badCredentialsProblem, Problem } from '../../../../decisions/problem.ts';
import type { CredentialReason } from '../../../../decisions/reasons.ts';
import { Collision } from '../../../../store/errors.ts';
import { type Identity, identitiesIn } from '../../collections/identities.ts';
import { newUser } from '../../identities.ts';
import { loginClient } from './clients.ts';
import { type Grant, refuseIfEnded, requireMember } from './grant.ts';
import { beginSession, newLogin } from './sessions.ts';

/** Claims in which identity providers put groups, the vendor's default first. */
const GROUP_CLAIMS = ['GROUPS', 'groups'];

/** A token of the configured identity provider. The first one creates its user. */
export const externalToken: Grant = {
  redeem: async (request, context) => {
    const { identityProvider, now } = context;
    const presented = requireMember(request, 'externalToken');
    const clientId = await loginClient(context, request);
    if (identityProvider === null) {
      throw badCredentialsProblem(
        'no_identity_provider',
        'No identity provider is configured: start the server with `--runai-idp` and its JWK set.',
      );
    }
    const claims = await identityProvider.verify(presented, now, request.nameOf('externalToken'));
    const name = claims['email'] ?? claims['preferred_username'] ?? claims.sub;
    if (typeof name !== 'string' || name === '') {
      throw badCredentialsProblem('bad_external_token', 'The token of the identity provider needs the claim `email`.');
    }
    const { email_verified: verified } = claims;
    if (claims['email'] !== undefined && verified !== undefined && verified !== true) throw unverifiedEmail();
    const isVouchedFor = claims['email'] !== undefined && verified === true;
    const groups =
      GROUP_CLAIMS.map((claim) => claims[claim])
        .find(Array.isArray)
        ?.map(String) ?? null;
    const refuse = (reason: CredentialReason) => badCredentialsProblem(reason, 'The user was deleted or disabled.');
    const user = await refuseIfEnded(resolveUser(context, { name, groups, isVouchedFor }), refuse);
    if (!user.enabled) throw badCredentialsProblem('disabled', 'The user of the token is disabled.');
    return refuseIfEnded(beginSession(context, user, newLogin(context, user, clientId)), refuse);
  },
};

/** The claims about the user. */
interface Named {
  readonly name: string;
  /** Null if the token does not mention groups. */
  readonly groups: readonly string[] | null;
  /** Is the name a verified e-mail address? */
  readonly isVouchedFor: boolean;
}

/**
 * Finds or creates the user, and updates the groups. A local user belongs to the owner of the address, so only a
 * verified address may stand for one (OpenID Connect Core 1.0, 5.7).
 *
 * @throws Problem `bad_credentials` if a local user's address is not verified
 */
async function resolveUser(context: Context, { name, groups, isVouchedFor }: Named): Promise<Identity> {
  const identities = identitiesIn(context.store);
  const known = await identities.byName('user', name);
  if (known === null) {
    const fresh = { ...newUser(context, name, null), isLocal: false, groups: groups ?? [] };
    try {
      await identities.create(fresh);
      return fresh;
    } catch (thrown) {
      if (thrown instanceof Collision)
        throw new Problem('conflict', `The user \`${name}\` was created at the same time. Try again.`);
      throw thrown;
    }
  }
  if (known.isLocal && !isVouchedFor) throw unverifiedEmail();
  if (groups === null || JSON.stringify(groups) === JSON.stringify(known.groups)) return known;
  await identities.edit(known.id, { groups }, context.now);
  return { ...known, groups };
}

function unverifiedEmail(): Problem {
  return badCredentialsProblem(
    'unverified_email',
    'The e-mail address in the token of the identity provider is not verified: the token needs `"email_verified": true`.',
  );
}
