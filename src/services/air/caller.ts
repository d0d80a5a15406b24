import type { AuthenticatedContext, RequestContext } from '../../contract/request.ts';
import type { RequestScope } from '../../contract/world.ts';
import type { Caller } from '../../decisions/decide.ts';
import { Problem } from '../../decisions/problem.ts';
import { deriveUuid } from '../../lib/random.ts';
import { createHypotheticalKeys } from '../ngc-keys/hypothetical-keys.ts';
import { authenticateBearer, createCallerFactory, createImpersonator } from '../ngc-keys/key-bearer.ts';
import type { KeyInForce, Organization } from '../ngc-keys/records.ts';
import { createUserCaller, type UserInForce } from '../ngc-keys/user-token.ts';
import { RULESETS } from './rulesets.ts';

const CALLER_FACTORY_BY_PROFILE = {
  '2.0': createCallerFactory(RULESETS['2.0']),
  dsx: createCallerFactory(RULESETS.dsx),
};

const CALLER_FACTORIES = { ofKey: createKeyCaller, ofUser: createUserTokenCaller };

/** @throws Problem if the key or the token is not valid, or its organisation has no subscription */
export function authenticate(context: RequestContext): Promise<Caller> {
  return authenticateBearer(context, CALLER_FACTORIES);
}

/** Finds a caller by the id, name or user of a key, or by the id of a user. */
export const impersonate = createImpersonator(CALLER_FACTORIES);

export const hypothetical = createHypotheticalKeys((settings) => RULESETS[settings.air], assertSubscription);

function assertSubscription({ subscriptions }: Organization): void {
  if (!subscriptions.includes('air')) throw new Problem('payment_required');
}

function createKeyCaller(key: KeyInForce, { settings }: Pick<RequestScope, 'settings'>): Caller {
  assertSubscription(key.organization);
  return CALLER_FACTORY_BY_PROFILE[settings.air](key);
}

function createUserTokenCaller(user: UserInForce, { settings }: Pick<RequestScope, 'settings'>): Caller {
  assertSubscription(user.organization);
  return createUserCaller(user, RULESETS[settings.air]);
}

export function accountOf({ caller }: AuthenticatedContext): string {
  return caller.principal.account ?? '';
}

/** Returns Air's id of an account. */
export function orgIdOf(account: string): string {
  return deriveUuid(`air-org:${account}`);
}

export function hasOperatorScope({ caller }: AuthenticatedContext): boolean {
  const { permissions } = caller.held;
  return permissions.has('air:sre') || permissions.has('air:admin');
}

/** Returns whether the caller may act on the objects of every organisation. */
export function isOperator(context: AuthenticatedContext): boolean {
  // In 2.0, administrators of an organisation have these scopes, but only within their organisation.
  const isAdministrator = context.settings.air === '2.0' && context.caller.principal.user !== undefined;
  return hasOperatorScope(context) && !isAdministrator;
}

/** Returns `creator`: the user of a personal key, or a name for a service key, which has no user. */
export function creatorOf({ caller }: AuthenticatedContext): string {
  const { user, name, org } = caller.principal;
  return user ?? `${name}@${org}`;
}
