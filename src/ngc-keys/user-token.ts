import { nameInWorld, worldOfName } from '../addresses/world-id.ts';
import type { RequestContext } from '../contract/request.ts';
import type { Caller } from '../decisions/decide.ts';
import { heldRightsOfRoles } from '../decisions/policy.ts';
import type { Principal } from '../decisions/principal.ts';
import { Problem, unauthenticatedProblem } from '../decisions/problem.ts';
import { permissionsOfRoles, type Ruleset } from '../decisions/ruleset.ts';
import type { Store } from '../store/index.ts';
import { decodeClaims } from '../tokens/compact.ts';
import { checkTimes, isBearer } from '../tokens/verify.ts';
import { ngcKeysIn } from './index.ts';
import type {} from './principal.ts';
import { type NgcUser, type Organization, userIdOf } from './records.ts';

const ISSUER = 'https://authn.nvidia.com';

/** How long the token of a user is valid, in milliseconds. Nothing is published. */
export const USER_TOKEN_LIFETIME = 3_600_000;

/** A user, in the organisation that a request is about. */
export interface UserInForce {
  readonly user: NgcUser;
  readonly organization: Organization;
}

/** Mints a token of a user. The end of its `sid` names its world. */
export function mintUserToken(
  { now, random, tokens, world }: Pick<RequestContext, 'now' | 'random' | 'tokens' | 'world'>,
  user: Pick<NgcUser, 'org' | 'email'>,
): Promise<string> {
  const { org, email } = user;
  const iat = Math.floor(now / 1000);
  return tokens.mint({
    iss: ISSUER,
    sub: userIdOf(user),
    azp: 'ngc',
    email,
    org,
    iat,
    exp: iat + USER_TOKEN_LIFETIME / 1000,
    jti: random.uuid(),
    sid: nameInWorld(random.uuid(), world.id),
  });
}

/** The parts of a request that authentication with a token reads. */
export type UserTokenAttempt = Pick<RequestContext, 'headerLines' | 'now' | 'store' | 'tokens' | 'world'>;

/**
 * The user of a token, in the organisation of `Nv-Ngc-Org`, or without that header in the one
 * that the token was made for.
 *
 * @returns null for any other token
 * @throws Problem `unauthenticated` with the reason
 */
export async function userOfToken(token: string, attempt: UserTokenAttempt): Promise<UserInForce | null> {
  const { iss, org, email } = decodeClaims(token) ?? {};
  if (iss !== ISSUER || typeof org !== 'string' || typeof email !== 'string') return null;
  const claims = await attempt.tokens.verify(token, attempt.now);
  // The private half of that key is public, and it signs only tokens of Run:ai.
  if (isBearer(claims)) throw unauthenticatedProblem('unknown_key_id', 'The key that signed the token is not known.');
  const ofWorld = worldOfName(claims.sid ?? '');
  if (ofWorld !== attempt.world.id) {
    throw new Problem('unauthenticated', 'The token is not accepted.', { reason: 'other_world', ofWorld });
  }
  checkTimes(claims, attempt.now, principalOfUser({ org, email }));
  return userIn(attempt, { org, email });
}

/** @throws Problem `unauthenticated` if the user was deleted, or is not in the organisation of the header */
async function userIn(
  attempt: Pick<UserTokenAttempt, 'headerLines' | 'store'>,
  { org, email }: Pick<NgcUser, 'org' | 'email'>,
): Promise<UserInForce> {
  const ngcKeys = ngcKeysIn(attempt.store);
  // Several organisations are none.
  const named = attempt.headerLines('nv-ngc-org').join(', ') || org;
  const organization = await ngcKeys.organizationCalled(named);
  const user = organization === null ? null : await ngcKeys.user(organization.name, email);
  if (organization !== null && user !== null) return { user, organization };
  if (organization?.name === org) {
    throw unauthenticatedProblem('unknown_subject', 'The user of the token does not exist.');
  }
  const message = 'The user of the token is not in the organisation that the header `Nv-Ngc-Org` names.';
  throw unauthenticatedProblem('not_a_member', message, `the token was made for \`${org}\``);
}

/** A user of an organisation, whose account is not looked up. */
export function principalOfUser(user: Pick<NgcUser, 'org' | 'email'>): Principal {
  const { org, email } = user;
  return { kind: 'organization-user', id: userIdOf(user), name: email, user: email, org };
}

/** A user with its organisation; null if there is no such user. @param id as `userIdOf` makes it */
export async function userInForce(store: Pick<Store, 'collections'>, id: string): Promise<UserInForce | null> {
  const ngcKeys = ngcKeysIn(store);
  const user = await ngcKeys.userWithId(id);
  const organization = user === null ? null : await ngcKeys.organization(user.org);
  return user === null || organization === null ? null : { user, organization };
}

/** The caller of a user's token: it has the rights of the user's roles, in every service. */
export function callerOfUser(inForce: UserInForce, { tables }: Pick<Ruleset, 'tables'>): Caller {
  const { roles } = inForce.user;
  return {
    principal: { ...principalOfUser(inForce.user), account: inForce.organization.ncaId },
    heldRights: heldRightsOfRoles(roles, permissionsOfRoles(tables, roles)),
  };
}
