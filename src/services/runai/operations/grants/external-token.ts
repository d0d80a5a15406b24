import type { Context } from '../../../../contract/request.ts';
import type { CredentialReason } from '../../../../core/explaining/reasons.ts';
import { badCredentials, Problem } from '../../../../core/problem.ts';
import { Collision } from '../../../../store/errors.ts';
import type { Identity } from '../../collections/identities.ts';
import { identitiesIn } from '../../collections/identities.ts';
import { newUser } from '../../identities.ts';
import { publicClient } from './clients.ts';
import { type Grant, requireMember } from './grant.ts';
import { beginSession, newLogin } from './sessions.ts';
import { refuseIfEnded } from './unless-ended.ts';

/** Claims in which identity providers put groups, the vendor's default first. */
const GROUP_CLAIMS = ['GROUPS', 'groups'];

/** A token of the configured identity provider. Its subject becomes a user the first time. */
export const externalToken: Grant = {
  redeem: async (request, context) => {
    const { identityProvider, now } = context;
    const presented = requireMember(request, 'externalToken');
    const clientId = await publicClient(context, request);
    if (identityProvider === null) {
      throw badCredentials(
        'no_identity_provider',
        'No identity provider is configured: start the server with `--runai-idp` and its JWK set.',
      );
    }
    const claims = await identityProvider.verify(presented, now, request.nameOf('externalToken'));
    const name = claims['email'] ?? claims['preferred_username'] ?? claims.sub;
    if (typeof name !== 'string' || name === '') {
      throw badCredentials('bad_external_token', 'The token of the identity provider names nobody: it needs `email`.');
    }
    const { email_verified: verified } = claims;
    if (claims['email'] !== undefined && verified !== undefined && verified !== true) throw unverifiedEmail();
    const isVouchedFor = claims['email'] !== undefined && verified === true;
    const groups =
      GROUP_CLAIMS.map((claim) => claims[claim])
        .find(Array.isArray)
        ?.map(String) ?? null;
    const refuse = (reason: CredentialReason) =>
      badCredentials(reason, 'The user of the token does not count any more.');
    const user = await refuseIfEnded(resolveUser(context, { name, groups, isVouchedFor }), refuse);
    if (!user.enabled) throw badCredentials('disabled', 'The user of the token is disabled.');
    return refuseIfEnded(beginSession(context, user, newLogin(context, user, clientId)), refuse);
  },
};

/** What a token says about its user. */
interface Named {
  readonly name: string;
  /** Null if the token does not mention groups. */
  readonly groups: readonly string[] | null;
  /** Is the name an e-mail address that the identity provider has verified? */
  readonly isVouchedFor: boolean;
}

/**
 * The user of that name, with the groups that the identity provider gives. A local user belongs to the owner of the
 * address, so only a verified address can stand for one (OpenID Connect Core 1.0, 5.7).
 *
 * @throws Problem `bad_credentials` for a local user for whom no identity provider vouches
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
        throw new Problem('conflict', `The user \`${name}\` was made at the same time; try again.`);
      throw thrown;
    }
  }
  if (known.isLocal && !isVouchedFor) throw unverifiedEmail();
  if (groups === null || JSON.stringify(groups) === JSON.stringify(known.groups)) return known;
  await identities.edit(known.id, { groups }, context.now);
  return { ...known, groups };
}

function unverifiedEmail(): Problem {
  return badCredentials(
    'unverified_email',
    'The token of the identity provider does not vouch for its e-mail address: it needs `"email_verified": true`.',
  );
}
