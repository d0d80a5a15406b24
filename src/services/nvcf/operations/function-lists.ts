import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { requireAccount } from '../caller.ts';
import { attributesOfVersion, FUNCTIONS, type FunctionRow, relationTo } from '../functions.ts';
import { renderFunction } from '../view.ts';

const RELATION_BY_VISIBILITY = { private: 'owned', authorized: 'shared', public: 'public' } as const;
type Visibility = keyof typeof RELATION_BY_VISIBILITY;
const ALL_VISIBILITIES: readonly Visibility[] = ['private', 'authorized', 'public'];

type Rows = readonly FunctionRow[];

async function listVisible<Body>(
  context: AuthenticatedContext,
  visibility: readonly Visibility[],
  renderBody: (rows: Rows) => Body,
): Promise<Outcome<200, Body>> {
  const account = requireAccount(context);
  const rows = await FUNCTIONS.visibleTo(context.store.collections, account);
  const relations = visibility.map((requested) => RELATION_BY_VISIBILITY[requested]);
  const visible = rows.filter((row) => {
    const relation = relationTo(row, account);
    return relation !== null && relations.includes(relation) && context.mayAccess(attributesOfVersion(row, relation));
  });
  await context.reserveAnswer(visible);
  return { status: 200, body: renderBody(visible) };
}

const listFunctions: Handler<'nvcf', 'listFunctions'> = (context) =>
  listVisible(context, context.query.visibility ?? ALL_VISIBILITIES, (rows) => ({
    functions: rows.map((row) => renderFunction(row, requireAccount(context), context.now)),
  }));

const listFunctionIds: Handler<'nvcf', 'listFunctionIds'> = (context) =>
  listVisible(context, context.query.visibility ?? ALL_VISIBILITIES, (rows) => ({
    functionIds: [...new Set(rows.map(({ parent }) => parent))],
  }));

const listFunctionVersions: Handler<'nvcf', 'listFunctionVersions', Rows> = async (context) => {
  const account = requireAccount(context);
  const versions = context.target.filter((row) =>
    context.mayAccess(attributesOfVersion(row, relationTo(row, account) ?? 'owned')),
  );
  await context.reserveAnswer(versions);
  return { status: 200, body: { functions: versions.map((row) => renderFunction(row, account, context.now)) } };
};

export const functionListOperations = {
  listFunctions,
  listFunctionIds,
  listFunctionVersions,
};
