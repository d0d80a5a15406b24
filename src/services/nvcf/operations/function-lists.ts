import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import type { Outcome } from '../../../responses/outcome.ts';
import { accountOf } from '../caller.ts';
import { attributesOfVersion, FUNCTIONS, type FunctionRow, relationTo } from '../functions.ts';
import { functionView } from '../view.ts';

const VISIBILITIES = { private: 'owned', authorized: 'shared', public: 'public' } as const;
type Visibility = keyof typeof VISIBILITIES;
const ALL_VISIBILITIES: readonly Visibility[] = ['private', 'authorized', 'public'];

type Rows = readonly FunctionRow[];

/** Lists the versions that both the account and the key can see. */
async function listVisible<Body>(
  context: AuthenticatedContext,
  visibility: readonly Visibility[],
  renderBody: (rows: Rows) => Body,
): Promise<Outcome<200, Body>> {
  const account = accountOf(context);
  const rows = await FUNCTIONS.visibleTo(context.store.collections, account);
  const visible = rows.filter((row) => {
    const relation = relationTo(row, account);
    const isRequested = visibility.some((requested) => VISIBILITIES[requested] === relation);
    return relation !== null && isRequested && context.mayAccess(attributesOfVersion(row, relation));
  });
  return { status: 200, body: renderBody(visible) };
}

const list: Handler<'nvcf', 'listFunctions'> = (context) =>
  listVisible(context, context.query.visibility ?? ALL_VISIBILITIES, (rows) => ({
    functions: rows.map((row) => functionView(row, accountOf(context), context.now)),
  }));

const listIds: Handler<'nvcf', 'listFunctionIds'> = (context) =>
  listVisible(context, context.query.visibility ?? ALL_VISIBILITIES, (rows) => ({
    functionIds: [...new Set(rows.map(({ parent }) => parent))],
  }));

const listVersions: Handler<'nvcf', 'listFunctionVersions', Rows> = (context) => {
  const account = accountOf(context);
  const versions = context.target.filter((row) =>
    context.mayAccess(attributesOfVersion(row, relationTo(row, account) ?? 'owned')),
  );
  return { status: 200, body: { functions: versions.map((row) => functionView(row, account, context.now)) } };
};

export const functionListOperations = {
  listFunctions: list,
  listFunctionIds: listIds,
  listFunctionVersions: listVersions,
};
