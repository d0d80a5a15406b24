import type { AuthenticatedContext, Lookup } from '../../../contract/request.ts';
import type { LookupResult } from '../../../decisions/decide.ts';
import { memberOf } from '../../../lib/members.ts';
import { requireAccount } from '../caller.ts';
import { type FunctionRow, findVisibleVersions } from '../functions.ts';
import { createInvocationLookup } from '../operations/lookups.ts';
import { joinEndpointPath } from './checks.ts';
import { MODELS, type ModelRow } from './models.ts';

type Versions = readonly FunctionRow[];

/** Looks up the function of a model. The caller's account must be allowed to use both. */
async function findFunction(context: AuthenticatedContext, model: ModelRow | null): Promise<LookupResult<Versions>> {
  if (model === null) return { found: 'nothing' };
  const { functionId, accounts } = model.body;
  const account = requireAccount(context);
  const lookedUp = await findVisibleVersions(context.store.collections, functionId, account);
  if (lookedUp.found !== 'object') return { ...lookedUp, requestedName: functionId };
  if (accounts === null || accounts.includes(account)) return lookedUp;
  return { found: 'foreign', owner: accounts.join(' and ') || 'nobody', requestedName: functionId };
}

const functionOfModel: Lookup<Versions> = async (context) => findFunction(context, await findBodyModel(context));

/** Returns the model in a body; null if it no longer exists. @param context its body has been checked */
export async function findBodyModel({ body, store }: AuthenticatedContext) {
  return MODELS.byId(store.collections, String(memberOf(body, 'model')));
}

export async function findEndpointModel({ params, store }: AuthenticatedContext) {
  return MODELS.byAlias(store.collections, joinEndpointPath(params));
}

const functionOfEndpoint: Lookup<Versions> = async (context) => findFunction(context, await findEndpointModel(context));

export const lookups = { functionOfModel, functionOfEndpoint, invocation: createInvocationLookup('catalogue') };
