import type { RequestContext } from '../../contract/request.ts';
import type { Caller } from '../../decisions/decide.ts';
import { heldRightsOfRoles } from '../../decisions/policy.ts';
import type { Principal } from '../../decisions/principal.ts';
import { Problem, unauthenticatedProblem } from '../../decisions/problem.ts';
import { permissionsOfRoles, type Ruleset } from '../../decisions/ruleset.ts';
import { decodeClaims } from '../../lib/compact-jwt.ts';
import { addWorldToName, worldOfName } from '../../lib/world-id.ts';
import type { Store } from '../../store/index.ts';
import { checkTimes, isBearer } from '../../tokens/verify.ts';
import { ngcKeysIn } from './index.ts';
import type {} from './principal.ts';
import { type NgcUser, type Organization, userIdOf } from './records.ts';

const ISSUER = 'https://authn.nvidia.com';

/** The vendor publishes no value. */
export const USER_TOKEN_LIFETIME_MS = 3_600_000;

export interface UserInForce {
  readonly user: NgcUser;
  readonly organization: Organization;
}

/** Mints a user token. Its `sid` ends with the world. */
export function mintUserToken({ now, random, tokens, world }: RequestContext, user: Pick<NgcUser, 'org' | 'email'>) {
  const { org, email } = user;
  const iat = Math.floor(now / 1000);
  return tokens.mint({
    iss: ISSUER,
    sub: userIdOf(user),
    azp: 'ngc',
    email,
    org,
    iat,
    exp: iat + USER_TOKEN_LIFETIME_MS / 1000,
    jti: random.uuid(),
    sid: addWorldToName(random.uuid(), world.id),
  });
}

export type UserTokenAttempt = Pick<RequestContext, 'headerLines' | 'now' | 'store' | 'tokens' | 'world'>;

/** The organisation is in `Nv-Ngc-Org`, or else in the token. Null for other tokens. @throws Problem */
export async function authenticateUserToken(token: string, attempt: UserTokenAttempt): Promise<UserInForce | null> {
  const { iss, org, email } = decodeClaims(token) ?? {};
  if (iss !== ISSUER || typeof org !== 'string' || typeof email !== 'string') return null;
  const claims = await attempt.tokens.verify(token, attempt.now);
  // The private half of this key is public, and it signs only Run:ai tokens.
  if (isBearer(claims)) throw unauthenticatedProblem('unknown_key_id', 'The key that signed the token is not known.');
  const ofWorld = worldOfName(claims.sid ?? '');
  if (ofWorld !== attempt.world.id) {
    throw new Problem('unauthenticated', 'The token is not accepted.', { reason: 'other_world', ofWorld });
  }
  checkTimes(claims, attempt.now, principalOfUser({ org, email }));
  return findMember(attempt, { org, email });
}

/** @throws Problem `unauthenticated` if the user was deleted, or is not a member of the organisation in the header */
async function findMember(
  attempt: Pick<UserTokenAttempt, 'headerLines' | 'store'>,
  { org, email }: Pick<NgcUser, 'org' | 'email'>,
): Promise<UserInForce> {
  const ngcKeys = ngcKeysIn(attempt.store);
  // Joined values match no organisation, so sending several is refused.
  const nameOrAccount = attempt.headerLines('nv-ngc-org').join(', ') || org;
  const organization = await ngcKeys.findOrganization(nameOrAccount);
  const user = organization === null ? null : await ngcKeys.findUser(organization.name, email);
  if (organization !== null && user !== null) return { user, organization };
  if (organization?.name === org) {
    throw unauthenticatedProblem('unknown_subject', 'The user of the token does not exist.');
  }
  const message = 'The user of the token is not a member of the organisation in the `Nv-Ngc-Org` header.';
  throw unauthenticatedProblem('not_a_member', message, `the token was issued for \`${org}\``);
}

export function principalOfUser(user: Pick<NgcUser, 'org' | 'email'>): Principal {
  const { org, email } = user;
  return { kind: 'organization-user', id: userIdOf(user), name: email, user: email, org };
}

/** Finds a user and the organisation; null if the user does not exist. @param id from `userIdOf` */
export async function findUserInForce(store: Pick<Store, 'collections'>, id: string): Promise<UserInForce | null> {
  const ngcKeys = ngcKeysIn(store);
  const user = await ngcKeys.findUserById(id);
  const organization = user === null ? null : await ngcKeys.findOrganizationByName(user.org);
  return user === null || organization === null ? null : { user, organization };
}

export function createUserCaller(inForce: UserInForce, { tables }: Pick<Ruleset, 'tables'>): Caller {
  const { roles } = inForce.user;
  return {
    principal: { ...principalOfUser(inForce.user), account: inForce.organization.ncaId },
    held: heldRightsOfRoles(roles, permissionsOfRoles(tables, roles)),
  };
}
