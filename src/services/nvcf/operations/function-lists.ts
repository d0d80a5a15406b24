import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { requireAccount } from '../caller.ts';
import { attributesOfVersion, FUNCTIONS, type FunctionRow, relationTo } from '../functions.ts';
import { renderFunction } from '../view.ts';

const RELATION_BY_VISIBILITY = { private: 'owned', authorized: 'shared', public: 'public' } as const;
type Visibility = keyof typeof RELATION_BY_VISIBILITY;
const ALL_VISIBILITIES: readonly Visibility[] = ['private', 'authorized', 'public'];

type Rows = readonly FunctionRow[];

async function findVisible(context: AuthenticatedContext, visibility: readonly Visibility[]): Promise<Rows> {
  const account = requireAccount(context);
  const rows = await FUNCTIONS.visibleTo(context.store.collections, account);
  const relations = visibility.map((requested) => RELATION_BY_VISIBILITY[requested]);
  return rows.filter((row) => {
    const relation = relationTo(row, account);
    return relation !== null && relations.includes(relation) && context.mayAccess(attributesOfVersion(row, relation));
  });
}

const listFunctions: Handler<'nvcf', 'listFunctions'> = async (context) => {
  const rows = await findVisible(context, context.query.visibility ?? ALL_VISIBILITIES);
  await context.reserveAnswer(rows);
  const account = requireAccount(context);
  return { status: 200, body: { functions: rows.map((row) => renderFunction(row, account, context.now)) } };
};

const listFunctionIds: Handler<'nvcf', 'listFunctionIds'> = async (context) => {
  const rows = await findVisible(context, context.query.visibility ?? ALL_VISIBILITIES);
  const functionIds = [...new Set(rows.map(({ parent }) => parent))];
  await context.reserveExcerpts(functionIds);
  return { status: 200, body: { functionIds } };
};

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
