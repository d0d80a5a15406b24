import type { AuthenticatedContext } from '../../contract/request.ts';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import { memberOf } from '../../lib/members.ts';
import { isSharedWith } from '../../store/row.ts';
import { accountOf } from './caller.ts';
import {
  type AirRow,
  anyCollectionOf,
  collectionOf,
  type Members,
  type RowOf,
  type StoredName,
  type Table,
} from './stored.ts';
import type { AirResource } from './tables/index.ts';

/** @param member for the message @throws Problem if the object does not exist, or the caller may not see it */
export async function resolveReference<Name extends StoredName>(
  context: AuthenticatedContext,
  to: Table<Name>,
  member: string,
  id: unknown,
): Promise<RowOf<Name>> {
  const row = typeof id === 'string' ? await collectionOf(to).byId(context.store.collections, id) : null;
  if (row !== null && isVisible(context, row)) return row;
  throw unknownIdProblem(member, to.name);
}

/** @throws Problem if a referenced object does not exist, or the caller may not see it, or must own it and does not */
export async function assertReferences(
  context: AuthenticatedContext,
  { refers = {} }: AirResource,
  members: Members,
): Promise<void> {
  for (const [member, { to: name, owned }] of Object.entries(refers)) {
    // The name of a nested member is a path, such as `cdrom.image`.
    const id = member.split('.').reduce(memberOf, members);
    if (id === undefined || id === null) continue;
    const row = typeof id === 'string' ? await anyCollectionOf(name).byId(context.store.collections, id) : null;
    if (row === null || !isVisible(context, row)) throw unknownIdProblem(member, name);
    if (owned === true && row.owner !== accountOf(context)) {
      const why = `the object of \`${member}\` belongs to another organisation`;
      throw new Problem('forbidden', '', { reason: 'not_owner', why });
    }
  }
}

function isVisible(context: AuthenticatedContext, row: AirRow): boolean {
  return row.owner === accountOf(context) || isSharedWith(row, accountOf(context));
}

function unknownIdProblem(member: string, name: string): Problem {
  return invalidRequest(`Field \`${member}\` is not the id of an existing object in \`${name}\`.`);
}
