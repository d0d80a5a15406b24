import type { Context, Lookup } from '../../../contract/request.ts';
import type { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import { asOwner, asViewer, FUNCTIONS, type FunctionRow, findOwnVersions, findVisibleVersions } from '../functions.ts';
import { INVOCATIONS, type InvocationRow, isExpired } from '../invocations.ts';

/** Finds a version, which must belong to the function in the path. */
async function findVersion({ store, params }: Context, id: string) {
  const row = await FUNCTIONS.byId(store.collections, id);
  return row?.parent === params['functionId'] ? row : null;
}

const ownFunction: Lookup<readonly FunctionRow[]> = (context, id) =>
  findOwnVersions(context.store.collections, id, accountOf(context));

const visibleFunction: Lookup<readonly FunctionRow[]> = (context, id) =>
  findVisibleVersions(context.store.collections, id, accountOf(context));

const ownVersion: Lookup<FunctionRow> = async (context, id) =>
  asOwner(await findVersion(context, id), accountOf(context));

const visibleVersion: Lookup<FunctionRow> = async (context, id) =>
  asViewer(await findVersion(context, id), accountOf(context));

const deployment: Lookup<FunctionRow> = async (context, id) =>
  asOwner(await FUNCTIONS.byAlias(context.store.collections, id), accountOf(context));

/** Finds an invocation by request id; access depends on the rights to the invoked function. */
const invocation: Lookup<InvocationRow> = async (context, id) => {
  const row = await INVOCATIONS.byId(context.store.collections, id);
  if (row === null || row.owner !== accountOf(context) || isExpired(row.body, context.now)) return { found: 'nothing' };
  const lookedUp = asViewer(await FUNCTIONS.byId(context.store.collections, row.body.versionId), accountOf(context));
  return lookedUp.found === 'object' ? { ...lookedUp, target: row } : { found: 'nothing' };
};

/** Creates a lookup for objects that no resource of a key can name. */
export function createAccountLookup<Body>(collection: Collection<Body>): Lookup<Row<Body, null>> {
  return async (context, id) => {
    const row = await collection.byId(context.store.collections, id);
    if (row === null) return { found: 'nothing' };
    return row.owner === accountOf(context) ? { found: 'object', target: row } : { found: 'foreign', owner: row.owner };
  };
}

export const functionLookups = {
  ownFunction,
  visibleFunction,
  ownVersion,
  visibleVersion,
  deployment,
  invocation,
};
