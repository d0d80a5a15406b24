import type { Context, Lookup } from '../../../contract/request.ts';
import type { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/row.ts';
import { requireAccount } from '../caller.ts';
import {
  createOwnerResult,
  createViewerResult,
  FUNCTIONS,
  type FunctionRow,
  findOwnVersions,
  findVisibleVersions,
} from '../functions.ts';
import { INVOCATION_LIFETIME_MS, INVOCATIONS, type Invocation, type InvocationRow } from '../invocations.ts';

/** Returns a version; null if it does not belong to the function in the path. */
async function findVersion({ store, params }: Context, id: string) {
  const row = await FUNCTIONS.byId(store.collections, id);
  return row?.parent === params['functionId'] ? row : null;
}

const ownFunction: Lookup<readonly FunctionRow[]> = (context, id) =>
  findOwnVersions(context.store.collections, id, requireAccount(context));

const visibleFunction: Lookup<readonly FunctionRow[]> = (context, id) =>
  findVisibleVersions(context.store.collections, id, requireAccount(context));

const ownVersion: Lookup<FunctionRow> = async (context, id) =>
  createOwnerResult(await findVersion(context, id), requireAccount(context));

const visibleVersion: Lookup<FunctionRow> = async (context, id) =>
  createViewerResult(await findVersion(context, id), requireAccount(context));

const deployment: Lookup<FunctionRow> = async (context, id) =>
  createOwnerResult(await FUNCTIONS.byAlias(context.store.collections, id), requireAccount(context));

/** Access to an invocation depends on the rights to the invoked function. */
export function createInvocationLookup(service: Invocation['service']): Lookup<InvocationRow> {
  return async (context, id) => {
    const { collections } = context.store;
    const account = requireAccount(context);
    const row = await INVOCATIONS.byId(collections, id);
    if (
      row?.body.service !== service ||
      row.owner !== account ||
      row.body.createdAt + INVOCATION_LIFETIME_MS <= context.now
    ) {
      return { found: 'nothing' };
    }
    const lookedUp = createViewerResult(await FUNCTIONS.byId(collections, row.body.versionId), account);
    return lookedUp.found === 'object' ? { ...lookedUp, target: row } : { found: 'nothing' };
  };
}

/** Creates a lookup of the account's objects, without names, because no resource of a key can name them. */
export function createAccountLookup<Body>(collection: Collection<Body>): Lookup<Row<Body, null>> {
  return async (context, id) => {
    const row = await collection.byId(context.store.collections, id);
    if (row === null) return { found: 'nothing' };
    return row.owner === requireAccount(context)
      ? { found: 'object', target: row }
      : { found: 'foreign', owner: row.owner };
  };
}

export const functionLookups = {
  ownFunction,
  visibleFunction,
  ownVersion,
  visibleVersion,
  deployment,
  invocation: createInvocationLookup('nvcf'),
};
