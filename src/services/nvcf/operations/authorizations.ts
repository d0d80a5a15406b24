import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, OutcomeOf } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import {
  ADD,
  distinctParties,
  type Parties,
  type PartiesChange,
  REMOVE,
  REMOVE_ALL,
  REPLACE,
} from '../authorized-parties.ts';
import { requireAccount } from '../caller.ts';
import {
  amendRow,
  attributesOfVersion,
  FUNCTIONS,
  type FunctionRow,
  type FunctionVersion,
  findOwnVersions,
  isPublic,
} from '../functions.ts';
import { findPathAccount } from './accounts.ts';
import { amendTarget } from './functions.ts';

/** What is shared with other accounts: a whole function, or one version. */
interface SharingLevel<Target> {
  readonly member: 'functionParties' | 'versionParties';
  rowsOf(target: Target): readonly FunctionRow[];
  amend(
    context: PartiesRequest<Target>,
    change: (body: FunctionVersion) => FunctionVersion,
  ): Promise<readonly FunctionRow[]>;
  describe(params: FunctionParams): string;
  /** Renders only the parties at this level. */
  render(row: FunctionRow): AuthorizationView;
}

type AuthorizationView = Schema<'nvcf', 'FunctionAuthorization'>;

interface FunctionParams {
  readonly functionId: string;
  readonly versionId?: string;
}

type PartiesRequest<Target> = Pick<AuthenticatedContext<Target>, 'store' | 'caller' | 'target'> & {
  readonly params: FunctionParams;
};

const FUNCTION_LEVEL: SharingLevel<readonly FunctionRow[]> = {
  member: 'functionParties',
  rowsOf: (target) => target,
  amend: ({ store, params }, change) =>
    FUNCTIONS.changeParts(store.collections, params.functionId, (row) => amendRow(row, change)),
  describe: ({ functionId }) => `Function id '${functionId}'`,
  render: renderFunctionParties,
};

const VERSION_LEVEL: SharingLevel<FunctionRow> = {
  member: 'versionParties',
  rowsOf: (target) => [target],
  amend: async (context, change) => [await amendTarget(context, change)],
  describe: ({ functionId, versionId }) => `Function id '${functionId}', version '${versionId}'`,
  render: (row) => renderVersionParties(row, row.body.versionParties),
};

function renderFunctionParties({ parent, owner, body }: FunctionRow) {
  return { id: parent, ncaId: owner, authorizedParties: body.functionParties };
}

function renderVersionParties({ parent, owner, id }: FunctionRow, authorizedParties: Parties) {
  return { id: parent, ncaId: owner, versionId: id, authorizedParties };
}

function renderAllParties(row: FunctionRow): AuthorizationView {
  return renderVersionParties(row, distinctParties([...row.body.functionParties, ...row.body.versionParties]));
}

function createChangeHandler<Target, Body>(level: SharingLevel<Target>, change: PartiesChange<Body>) {
  return async (
    context: PartiesRequest<Target> & { readonly body: Body },
  ): Promise<OutcomeOf<'nvcf', 'createFunctionAuthorization'>> => {
    const subject = level.describe(context.params);
    if (level.rowsOf(context.target).some(isPublic)) {
      const message = `${subject}: Cannot ${change.verb} authorized parties for public function`;
      throw new Problem('bad_state', message);
    }
    const [row] = await level.amend(context, (body) => ({
      ...body,
      [level.member]: change.apply(body[level.member], context.body, subject, requireAccount(context)),
    }));
    if (row === undefined) throw new Problem('not_found');
    return { status: 200, body: { function: level.render(row) } };
  };
}

async function renderShared(context: AuthenticatedContext, rows: readonly FunctionRow[]) {
  const shared = rows.map(renderAllParties).filter(({ authorizedParties = [] }) => authorizedParties.length > 0);
  await context.reserveExcerpts(shared);
  return shared;
}

/** Lists shared versions of the caller's account that the key covers. */
const listFunctionAuthorizations: Handler<'nvcf', 'listFunctionAuthorizations'> = async (context) => {
  const rows = await FUNCTIONS.ofOwner(context.store.collections, requireAccount(context));
  const covered = rows.filter((row) => context.mayAccess(attributesOfVersion(row, 'owned')));
  return { status: 200, body: { functions: await renderShared(context, covered) } };
};

const listAccountFunctionAuthorizations: Handler<'nvcf', 'listAccountFunctionAuthorizations'> = async (context) => {
  const { ncaId } = await findPathAccount(context);
  const rows = await FUNCTIONS.ofOwner(context.store.collections, ncaId);
  return { status: 200, body: { functions: await renderShared(context, rows) } };
};

/** Lists all versions that the key covers, shared or not. */
const getFunctionAuthorizations: Handler<
  'nvcf',
  'getFunctionAuthorizations',
  readonly FunctionRow[] | undefined
> = async (context) => {
  const rows = context.target ?? (await findOwnTarget(context, context.params));
  const covered = rows.filter((row) => context.mayAccess(attributesOfVersion(row, 'owned')));
  const functions = covered.map(renderAllParties);
  await context.reserveExcerpts(functions);
  return { status: 200, body: { functions } };
};

/** The open-source rule has no lookup, because it refuses no key for its resource. */
async function findOwnTarget(context: AuthenticatedContext, { functionId }: FunctionParams) {
  const lookedUp = await findOwnVersions(context.store.collections, functionId, requireAccount(context));
  if (lookedUp.found !== 'object') throw new Problem('not_found');
  return lookedUp.target;
}

const getFunctionVersionAuthorizations: Handler<'nvcf', 'getFunctionVersionAuthorizations', FunctionRow> = (
  context,
) => ({
  status: 200,
  body: { function: renderAllParties(context.target) },
});

export const authorizationOperations = {
  listFunctionAuthorizations,
  listAccountFunctionAuthorizations,
  createFunctionAuthorization: createChangeHandler(FUNCTION_LEVEL, REPLACE),
  getFunctionAuthorizations,
  deleteFunctionAuthorization: createChangeHandler(FUNCTION_LEVEL, REMOVE_ALL),
  addFunctionAuthorization: createChangeHandler(FUNCTION_LEVEL, ADD),
  removeFunctionAuthorization: createChangeHandler(FUNCTION_LEVEL, REMOVE),
  createFunctionVersionAuthorization: createChangeHandler(VERSION_LEVEL, REPLACE),
  getFunctionVersionAuthorizations,
  deleteFunctionVersionAuthorization: createChangeHandler(VERSION_LEVEL, REMOVE_ALL),
  addFunctionVersionAuthorization: createChangeHandler(VERSION_LEVEL, ADD),
  removeFunctionVersionAuthorization: createChangeHandler(VERSION_LEVEL, REMOVE),
};
