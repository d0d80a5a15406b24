import type { AuthenticatedContext, RequestContext } from '../../contract/request.ts';
import type { Surroundings } from '../../contract/world.ts';
import type { Caller } from '../../decisions/decide.ts';
import { Problem } from '../../decisions/problem.ts';
import { callerOfBearer, callerUnder, createImpersonator } from '../../ngc-keys/key-bearer.ts';
import { holdingOfKeys } from '../../ngc-keys/key-holding.ts';
import type { KeyInForce, Organization } from '../../ngc-keys/records.ts';
import { callerOfUser, type UserInForce } from '../../ngc-keys/user-token.ts';
import { RULESETS } from './rulesets.ts';

const CALLERS = { '2.0': callerUnder(RULESETS['2.0']), dsx: callerUnder(RULESETS.dsx) };

const MAKE_CALLERS = { ofKey: callerOfKey, ofUser: callerOfToken };

/** @throws Problem if the key or the token is not valid, or its organisation has no subscription */
export function authenticate(context: RequestContext): Promise<Caller> {
  return callerOfBearer(context, MAKE_CALLERS);
}

/** Finds a caller by the id, name or user of a key, or by the id of a user. */
export const impersonate = createImpersonator(MAKE_CALLERS);

/** Simulates keys with other rights. */
export const holding = holdingOfKeys((settings) => RULESETS[settings.air], checkSubscription);

function checkSubscription({ subscriptions }: Organization): void {
  if (!subscriptions.includes('air')) throw new Problem('payment_required');
}

function callerOfKey(key: KeyInForce, { settings }: Pick<Surroundings, 'settings'>): Caller {
  checkSubscription(key.organization);
  return CALLERS[settings.air](key);
}

function callerOfToken(user: UserInForce, { settings }: Pick<Surroundings, 'settings'>): Caller {
  checkSubscription(user.organization);
  return callerOfUser(user, RULESETS[settings.air]);
}

type Called = Pick<AuthenticatedContext, 'caller'>;

export function accountOf({ caller }: Called): string {
  return caller.principal.account ?? '';
}

/** Whether the caller has a scope of platform operators. */
export function hasOperatorScope({ caller }: Called): boolean {
  const { held } = caller.heldRights;
  return held.has('air:sre') || held.has('air:admin');
}

/** Whether the caller may act on the objects of every organisation. */
export function isOperator({ caller, settings }: Called & Pick<AuthenticatedContext, 'settings'>): boolean {
  // In 2.0, administrators of an organisation have these scopes, but only within their organisation.
  const isAdministrator = settings.air === '2.0' && caller.principal.user !== undefined;
  return hasOperatorScope({ caller }) && !isAdministrator;
}

/** Returns `creator`: the user of a personal key, or a name for a service key, which has no user. */
export function creatorOf({ caller }: Called): string {
  const { user, name, org } = caller.principal;
  return user ?? `${name}@${org}`;
}
