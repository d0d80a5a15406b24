import type { AuthenticatedContext } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import type { Collection } from '../../store/collection.ts';
import { Collision, LimitReached, rejectMissing } from '../../store/errors.ts';
import type { Row } from '../../store/row.ts';
import { requireAccount } from './caller.ts';

/** Adds an object to the caller's account. @param options `check` throws for a conflict with one of the others */
export async function addObject<Body>(
  context: AuthenticatedContext,
  collection: Collection<Body>,
  id: string,
  body: Body,
  options: {
    readonly limit: number;
    readonly aliases?: readonly string[];
    readonly check?: (others: readonly Body[]) => void;
  },
): Promise<void> {
  const { limit, aliases = [], check } = options;
  const account = requireAccount(context);
  const row = collection.row({ id, owner: account, parent: null, aliases, body });
  const { collections } = context.store;
  try {
    if (check === undefined) return await collection.insert(collections, row, limit);
    await collection.insertBeside(collections, row, (others) => {
      check(others.map(({ body }) => body));
      if (others.length >= limit) throw new LimitReached();
    });
  } catch (thrown) {
    if (thrown instanceof LimitReached) {
      throw new Problem('limit_reached', `Account '${account}': Limit of ${limit} reached`);
    }
    throw thrown instanceof Collision ? new Problem('conflict', `Id '${id}' exists already`) : thrown;
  }
}

export async function changeObject<Body>(
  { store }: AuthenticatedContext,
  collection: Collection<Body>,
  { id }: Row,
  change: (body: Body) => Body,
): Promise<Body> {
  const { body } = await rejectMissing(
    collection.change(store.collections, id, (before) => ({ ...before, body: change(before.body) })),
  );
  return body;
}

export async function removeObject<Body, Parent extends string | null>(
  { store }: AuthenticatedContext,
  collection: Collection<Body, Parent>,
  { id }: Row,
): Promise<void> {
  await rejectMissing(collection.change(store.collections, id, () => null));
}

export async function listObjects<Body>(context: AuthenticatedContext, collection: Collection<Body>) {
  const rows = await collection.ofOwner(context.store.collections, requireAccount(context));
  await context.reserveAnswer(rows);
  return rows.map(({ body }) => body);
}
