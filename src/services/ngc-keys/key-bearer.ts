import type { ServiceCallers } from '../../contract/service.ts';
import type { RequestScope } from '../../contract/world.ts';
import type { Caller } from '../../decisions/decide.ts';
import type { PolicyVersion } from '../../decisions/policy.ts';
import type { Principal } from '../../decisions/principal.ts';
import { invalidRequest, Problem, unauthenticatedProblem } from '../../decisions/problem.ts';
import type { CredentialReason } from '../../decisions/reasons.ts';
import { permissionsOfRoles, type Ruleset } from '../../decisions/ruleset.ts';
import type { Instant } from '../../lib/clock.ts';
import { decodeClaims } from '../../lib/compact-jwt.ts';
import { memoize } from '../../lib/memory.ts';
import type { Store } from '../../store/index.ts';
import { readBearerToken } from '../../tokens/bearer.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { ngcKeysIn } from './index.ts';
import { classifyKey, NGC_KEY_PREFIX } from './key-text.ts';
import type {} from './principal.ts';
import type { KeyInForce } from './records.ts';
import { authenticateUserToken, findUserInForce, type UserInForce, type UserTokenAttempt } from './user-token.ts';

export interface NgcKeyAttempt {
  headerLines(name: string): readonly string[];
  readonly now: Instant;
  readonly store: Pick<Store, 'collections'>;
}

/** @param options.isSchemeExact requires the spelling `Bearer` @throws Problem `unauthenticated` with the reason */
export async function authenticateKey(
  attempt: NgcKeyAttempt,
  { isSchemeExact }: { readonly isSchemeExact: boolean } = { isSchemeExact: false },
): Promise<KeyInForce> {
  const token = readBearerToken(attempt.headerLines('authorization'), isSchemeExact);
  if (token.startsWith(NGC_KEY_PREFIX)) return findKey(token, attempt);
  throw unsupportedTokenProblem(token);
}

type InWorld = Pick<RequestScope, 'settings'>;

export interface CallerFactories {
  readonly ofKey: (key: KeyInForce, world: InWorld) => Caller;
  readonly ofUser: (user: UserInForce, world: InWorld) => Caller;
}

/** @throws Problem `unauthenticated` with the reason */
export async function authenticateBearer(attempt: UserTokenAttempt & InWorld, factories: CallerFactories) {
  const token = readBearerToken(attempt.headerLines('authorization'));
  if (token.startsWith(NGC_KEY_PREFIX)) return factories.ofKey(await findKey(token, attempt), attempt);
  const user = await authenticateUserToken(token, attempt);
  if (user === null) throw unsupportedTokenProblem(token);
  return factories.ofUser(user, attempt);
}

function unsupportedTokenProblem(token: string): Problem {
  return unauthenticatedProblem('unsupported_token', 'The bearer token is not an NGC key.', describeOtherToken(token));
}

function describeOtherToken(token: string): string | undefined {
  const claims = decodeClaims(token);
  if (claims === null) return undefined;
  const { iss } = claims;
  return typeof iss === 'string' && iss.includes('/auth/realms/')
    ? 'it is a Run:ai token, but this service needs an NGC key, which begins with `nvapi-`'
    : 'it is a JWT, but this service needs an NGC key, which begins with `nvapi-`';
}

/** Finds a valid key by its text. @throws Problem `unauthenticated` with the reason */
export async function findKey(text: string, { now, store }: Omit<NgcKeyAttempt, 'headerLines'>): Promise<KeyInForce> {
  const found = await ngcKeysIn(store).findBySecret(hashSecret(text), now);
  if (found === null) {
    const classification = classifyKey(text);
    throw refusedKeyProblem(classification === 'marked' ? 'unknown_key' : `${classification}_key`);
  }
  return requireValid(found, now);
}

export function isInForce({ key }: KeyInForce, now: Instant): boolean {
  return isEnabled(key) && (key.expiresAt === null || key.expiresAt > now);
}

function isEnabled({ enabled, issuance }: KeyInForce['key']): boolean {
  return enabled && issuance?.isOwnerSuspended !== true;
}

/** @throws Problem `unauthenticated` with the reason, unless the key is valid */
function requireValid(found: KeyInForce, now: Instant): KeyInForce {
  const { expiresAt } = found.key;
  // The key service's disabled keys are suspended, and stay so after they expire.
  if (!found.key.enabled && found.key.issuance !== undefined)
    throw refusedKeyProblem('suspended_key', principalOfKey(found));
  if (expiresAt !== null && expiresAt <= now) throw refusedKeyProblem('expired_key', principalOfKey(found));
  if (!found.key.enabled) throw refusedKeyProblem('disabled_key', principalOfKey(found));
  if (!isEnabled(found.key)) throw refusedKeyProblem('suspended_owner', principalOfKey(found));
  return found;
}

/** Finds a key by id, name, or its user's address. @throws Problem if it is not valid, or if several keys match */
export async function resolveKey(store: Pick<Store, 'collections'>, identifier: string, now: Instant) {
  const ngcKeys = ngcKeysIn(store);
  const byId = await ngcKeys.findById(identifier, now);
  if (byId !== null) return requireValid(byId, now);
  const byName = await ngcKeys.listByName(identifier, 2, now);
  const [found, other] = byName.length > 0 ? byName : await ngcKeys.listOfUser(identifier, 2, now);
  if (found === undefined) return null;
  if (other === undefined) return requireValid(found, now);
  const relation = byName.length > 0 ? `have the name \`${found.key.name}\`` : `belong to \`${found.key.user}\``;
  throw invalidRequest(`Several keys ${relation}. Use a key id instead.`);
}

/** Impersonates a key by id, name, or its user's e-mail address, or a user by id. */
export function createImpersonator({
  ofKey,
  ofUser,
}: Pick<CallerFactories, 'ofKey'> & Partial<CallerFactories>): NonNullable<ServiceCallers['impersonate']> {
  return async (world, identifier, now) => {
    const key = await resolveKey(world.store, identifier, now);
    if (key !== null) return ofKey(key, world);
    const user = ofUser === undefined ? null : await findUserInForce(world.store, identifier);
    return user === null ? null : (ofUser?.(user, world) ?? null);
  };
}

/** Every rejected key gets the same message, so that it reveals nothing about the key. */
function refusedKeyProblem(reason: CredentialReason, claimed?: Principal): Problem {
  return new Problem('unauthenticated', 'The key is not accepted.', { reason, ...(claimed && { claimed }) });
}

export function principalOfKey({ key, organization }: KeyInForce): Principal {
  const { id, name, org, type, user } = key;
  return { kind: `${type}-key`, id, name, ...(user !== null && { user }), org, account: organization.ncaId };
}

/** Returns a function from keys to callers under a ruleset. An unchanged key always gives the same object. */
export function createCallerFactory(ruleset: Ruleset): (inForce: KeyInForce) => Caller {
  return memoize((inForce) => createCaller(inForce, ruleset));
}

export function createCaller(inForce: KeyInForce, ruleset: Ruleset): Caller {
  const { key, roles, policy, pending } = inForce;
  const principal = principalOfKey(inForce);
  const { services } = key;
  if (key.type === 'personal') {
    const permissions = permissionsOfRoles(ruleset.tables, roles);
    return { principal, held: { roles, permissions, resources: null, services, pending: [] } };
  }
  const pendingRights = pending.map((next) => {
    return { ...rightsOf(next), version: next.version, effectiveAt: next.effectiveAt };
  });
  const held = { roles: [], services, ...rightsOf(policy), pending: pendingRights };
  return { principal, held: policy === null ? held : { ...held, policyVersion: policy.version } };
}

function rightsOf(policy: PolicyVersion | null) {
  return { permissions: new Set(policy?.scopes), resources: policy?.resources ?? [] };
}
