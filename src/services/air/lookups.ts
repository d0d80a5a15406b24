import type { AuthenticatedContext, Lookup } from '../../contract/request.ts';
import { isSharedWith } from '../../store/row.ts';
import { listOperations, lookupNameOf } from './actions.ts';
import { accountOf, isOperator } from './caller.ts';
import { ownerOf } from './objects.ts';
import { seesAll } from './pages.ts';
import { type AirRow, anyCollectionOf } from './stored.ts';
import { type AirResource, RESOURCES } from './tables/index.ts';

/** The look-ups by name. A resource has a second one for operations that operators may use on every object. */
export const LOOKUPS: Readonly<Record<string, Lookup<AirRow>>> = Object.fromEntries(
  RESOURCES.flatMap((resource: AirResource) => {
    const forOperators = listOperations(resource).filter(({ orOperators }) => orOperators === true);
    return [
      [resource.name, createLookup(resource, () => false)] as const,
      ...forOperators.map(
        (operation) => [lookupNameOf(resource, operation), createLookup(resource, isOperator)] as const,
      ),
    ];
  }),
);

/** @param ownsAll returns whether the caller may act as owner of every object */
function createLookup(resource: AirResource, ownsAll: (context: AuthenticatedContext) => boolean): Lookup<AirRow> {
  return async (context, id) => {
    const row = await anyCollectionOf(resource.name).byId(context.store.collections, id);
    if (row === null) return { found: 'nothing' };
    const isOwner = row.owner === ownerOf(context, resource);
    const isVisible = isOwner || isSharedWith(row, accountOf(context)) || seesAll(context, resource);
    if (!isVisible) return { found: 'foreign', owner: row.owner };
    const relation = isOwner || ownsAll(context) ? 'owned' : 'shared';
    return { found: 'object', target: row, attributes: { relation, names: {} } };
  };
}
