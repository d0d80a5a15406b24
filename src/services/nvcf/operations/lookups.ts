import type { Context, Lookup } from '../../../contract/request.ts';
import { accountOf } from '../caller.ts';
import { asAnybody, asOwner, FUNCTIONS, ownVersions, visibleVersions } from '../functions.ts';
import { INVOCATIONS, type InvocationRow, isGone } from '../invocations.ts';

/** A version has to be one of the function that the path names. */
async function versionOf({ store, params }: Context, id: string) {
  const row = await store.collections.byId(FUNCTIONS, id);
  return row?.parent === params['functionId'] ? row : null;
}

const ownFunction: Lookup = (context, id) => ownVersions(context.store.collections, id, accountOf(context));

const visibleFunction: Lookup = (context, id) => visibleVersions(context.store.collections, id, accountOf(context));

const ownVersion: Lookup = async (context, id) => asOwner(await versionOf(context, id), accountOf(context));

const visibleVersion: Lookup = async (context, id) => asAnybody(await versionOf(context, id), accountOf(context));

const deployment: Lookup = async (context, id) =>
  asOwner(await context.store.collections.byAlias(FUNCTIONS, id), accountOf(context));

/** Found by the request, judged by the function that it went to. */
const invocation: Lookup = async (context, id) => {
  const row = (await context.store.collections.byId(INVOCATIONS, id)) as InvocationRow | null;
  if (row === null || row.owner !== accountOf(context) || isGone(row.body, context.now)) return { seen: 'nothing' };
  const sighting = asAnybody(await context.store.collections.byId(FUNCTIONS, row.body.versionId), accountOf(context));
  return sighting.seen === 'object' ? { ...sighting, target: row } : { seen: 'nothing' };
};

/** An object of the account that no key can name. */
export function ofAccount(collection: string): Lookup {
  return async (context, id) => {
    const row = await context.store.collections.byId(collection, id);
    if (row === null) return { seen: 'nothing' };
    return row.owner === accountOf(context) ? { seen: 'object', target: row } : { seen: 'foreign', owner: row.owner };
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
