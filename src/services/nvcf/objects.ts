import type { Context } from '../../contract/request.ts';
import { Problem } from '../../core/problem.ts';
import type { Row } from '../../store/collections.ts';
import { Collision, LimitReached, NotFound } from '../../store/errors.ts';
import { accountOf } from './caller.ts';

/** Things of an account that nothing is a part of: registry credentials, telemetry endpoints, assets. */
export async function addObject(
  context: Context,
  collection: string,
  id: string,
  body: object,
  more: { readonly limit?: number; readonly alias?: string } = {},
): Promise<void> {
  const { limit = null, alias = null } = more;
  const account = accountOf(context);
  const row: Row = { collection, id, owner: account, parent: null, alias, sharedWith: [], dueAt: null, body };
  try {
    await context.store.collections.insert(row, limit);
  } catch (thrown) {
    if (thrown instanceof LimitReached) {
      throw new Problem('limit_reached', `Account '${account}': Limit of ${limit} reached`);
    }
    throw thrown instanceof Collision ? new Problem('conflict', `Id '${id}' is taken`) : thrown;
  }
}

/** Changes what the rule's look-up found; null deletes it. */
export function changeTarget<Body>(context: Context, change: (body: Body) => Body | null): Promise<Body | null> {
  return changeRow(context, context.target as Row, change);
}

/** Changes a row; null deletes it. @throws Problem when it is gone */
export async function changeRow<Body>(
  { store }: Pick<Context, 'store'>,
  { collection, id }: Row,
  change: (body: Body) => Body | null,
): Promise<Body | null> {
  try {
    const row = await store.collections.change(collection, id, (before) => {
      const body = change(before.body as Body);
      return body === null ? null : { ...before, body };
    });
    return (row?.body ?? null) as Body | null;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}

/** Bodies of everything of the account in a collection, oldest first. */
export async function objectsOf<Body>(context: Context, collection: string): Promise<readonly Body[]> {
  const rows = await context.store.collections.ofOwner(collection, accountOf(context));
  return rows.map(({ body }) => body as Body);
}
