import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { pick } from '../../../objects/pick.ts';
import { ANYONE } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import {
  type AuthorizedParty,
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

type Parties = readonly AuthorizedParty[];

/** Sharing a whole function, or one version. */
interface Level<Target> {
  readonly member: 'functionParties' | 'versionParties';
  rowsOf(target: Target): readonly FunctionRow[];
  amend(
    context: PartiesRequest<Target>,
    change: (body: FunctionVersion) => FunctionVersion,
  ): Promise<readonly FunctionRow[]>;
  /** Returns the start of error messages. */
  subject(params: FunctionParams): string;
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

const FUNCTION_LEVEL: Level<readonly FunctionRow[]> = {
  member: 'functionParties',
  rowsOf: (target) => target,
  amend: ({ store, params }, change) =>
    FUNCTIONS.changeParts(store.collections, params.functionId, (row) => amendRow(row, change)),
  subject: ({ functionId }) => `Function id '${functionId}'`,
  render: functionView,
};

const VERSION_LEVEL: Level<FunctionRow> = {
  member: 'versionParties',
  rowsOf: (target) => [target],
  amend: async (context, change) => [await amendTarget(context, change)],
  subject: ({ functionId, versionId }) => `Function id '${functionId}', version '${versionId}'`,
  render: (row) => versionView(row, row.body.versionParties),
};

function functionView({ parent, owner, body }: FunctionRow) {
  return { id: parent, ncaId: owner, authorizedParties: body.functionParties };
}

function versionView({ parent, owner, id }: FunctionRow, authorizedParties: Parties) {
  return { id: parent, ncaId: owner, versionId: id, authorizedParties };
}

/** Renders a version with all parties that may use it. */
function sharedView(row: FunctionRow): AuthorizationView {
  return versionView(row, distinct([...row.body.functionParties, ...row.body.versionParties]));
}

/** A change to the parties; `verb` is the vendor's term. */
interface Change<Body> {
  readonly verb: 'create' | 'add' | 'remove' | 'delete';
  /** @param subject the start of error messages @throws Problem */
  apply(parties: Parties, body: Body, subject: string, account: string): Parties;
}

function changeParties<Target, Body>(level: Level<Target>, change: Change<Body>) {
  return async (
    context: PartiesRequest<Target> & { readonly body: Body },
  ): Promise<Answer<'nvcf', 'createFunctionAuthorization'>> => {
    const subject = level.subject(context.params);
    if (level.rowsOf(context.target).some(isPublic)) {
      const message = `${subject}: Cannot ${change.verb} authorized parties for public function`;
      throw new Problem('bad_state', message);
    }
    const [row] = await level.amend(context, (body) => ({
      ...body,
      [level.member]: change.apply(body[level.member], context.body, subject, accountOf(context)),
    }));
    if (row === undefined) throw new Problem('not_found');
    return { status: 200, body: { function: level.render(row) } };
  };
}

/** @throws Problem if the party is the account itself */
function toForeignParty(account: string, party: AuthorizedParty): AuthorizedParty {
  if (party.ncaId === account) {
    throw new Problem('bad_state', `Invalid request: Authorized party mapped to account '${account}' is invalid`);
  }
  return pick(party, ['ncaId', 'clientId']);
}

type SingleParty = Schema<'nvcf', 'AuthorizedPartyRequest'>;

/** @throws Problem for `*` and for the account itself */
function readSingleParty(
  { authorizedParty }: SingleParty,
  subject: string,
  account: string,
  verb: string,
): AuthorizedParty {
  if (authorizedParty.ncaId === ANYONE) {
    const message = `${subject}: Invalid authz account '${ANYONE}' specified for ${verb} operation`;
    throw new Problem('bad_state', message);
  }
  return toForeignParty(account, authorizedParty);
}

/** Removes duplicates, keeping the first. */
function distinct(parties: Parties): Parties {
  const reversed = [...parties].reverse();
  const byName = new Map(reversed.map((party) => [JSON.stringify([party.ncaId, party.clientId]), party]));
  return [...byName.values()].reverse();
}

function isSame(left: AuthorizedParty, right: AuthorizedParty): boolean {
  return left.ncaId === right.ncaId && left.clientId === right.clientId;
}

const REPLACE: Change<Schema<'nvcf', 'AuthorizedPartiesRequest'>> = {
  verb: 'create',
  apply: (_, { authorizedParties }, subject, account) => {
    if (authorizedParties.some(({ ncaId }) => ncaId === ANYONE)) {
      const message = `${subject}: Only NVIDIA Super Admin can make a function public`;
      throw new Problem('bad_state', message);
    }
    return distinct(authorizedParties.map((party) => toForeignParty(account, party)));
  },
};

const ADD: Change<SingleParty> = {
  verb: 'add',
  apply: (parties, body, subject, account) => {
    const party = readSingleParty(body, subject, account, 'add');
    if (parties.length === 0) throw partyNotFound(subject);
    if (parties.some((other) => isSame(party, other))) {
      throw new Problem('conflict', `${subject}: Account '${party.ncaId}' is already authorized`);
    }
    return [...parties, party];
  },
};

const REMOVE: Change<SingleParty> = {
  verb: 'remove',
  apply: (parties, body, subject, account) => {
    const party = readSingleParty(body, subject, account, 'remove');
    if (!parties.some((other) => isSame(party, other))) throw partyNotFound(subject);
    return parties.filter((other) => !isSame(party, other));
  },
};

const REMOVE_ALL: Change<undefined> = { verb: 'delete', apply: () => [] };

function partyNotFound(subject: string): Problem {
  return new Problem('not_found', `${subject}: No such authorized party`);
}

/** Renders the versions shared with other accounts. */
function sharedViews(rows: readonly FunctionRow[]): readonly AuthorizationView[] {
  return rows.map(sharedView).filter(({ authorizedParties = [] }) => authorizedParties.length > 0);
}

/** Lists shared versions of the caller's account that the key covers. */
const listShared: Handler<'nvcf', 'listFunctionAuthorizations'> = async (context) => {
  const rows = await FUNCTIONS.ofOwner(context.store.collections, accountOf(context));
  const covered = rows.filter((row) => context.mayAccess(attributesOfVersion(row, 'owned')));
  return { status: 200, body: { functions: sharedViews(covered) } };
};

const listSharedOfAccount: Handler<'nvcf', 'listAccountFunctionAuthorizations'> = async (context) => {
  const { ncaId } = await findPathAccount(context);
  return { status: 200, body: { functions: sharedViews(await FUNCTIONS.ofOwner(context.store.collections, ncaId)) } };
};

/** Lists all versions that the key covers, shared or not. */
const listOfFunction: Handler<'nvcf', 'getFunctionAuthorizations', readonly FunctionRow[] | undefined> = async (
  context,
) => {
  const rows = context.target ?? (await findOwnTarget(context, context.params));
  const covered = rows.filter((row) => context.mayAccess(attributesOfVersion(row, 'owned')));
  return { status: 200, body: { functions: covered.map(sharedView) } };
};

/** For the open-source rule, which has no lookup because it refuses no key for its resource. */
async function findOwnTarget(
  context: AuthenticatedContext,
  { functionId }: FunctionParams,
): Promise<readonly FunctionRow[]> {
  const lookedUp = await findOwnVersions(context.store.collections, functionId, accountOf(context));
  if (lookedUp.found !== 'object') throw new Problem('not_found');
  return lookedUp.target;
}

const getOfVersion: Handler<'nvcf', 'getFunctionVersionAuthorizations', FunctionRow> = (context) => ({
  status: 200,
  body: { function: sharedView(context.target) },
});

export const authorizationOperations = {
  listFunctionAuthorizations: listShared,
  listAccountFunctionAuthorizations: listSharedOfAccount,
  createFunctionAuthorization: changeParties(FUNCTION_LEVEL, REPLACE),
  getFunctionAuthorizations: listOfFunction,
  deleteFunctionAuthorization: changeParties(FUNCTION_LEVEL, REMOVE_ALL),
  addFunctionAuthorization: changeParties(FUNCTION_LEVEL, ADD),
  removeFunctionAuthorization: changeParties(FUNCTION_LEVEL, REMOVE),
  createFunctionVersionAuthorization: changeParties(VERSION_LEVEL, REPLACE),
  getFunctionVersionAuthorizations: getOfVersion,
  deleteFunctionVersionAuthorization: changeParties(VERSION_LEVEL, REMOVE_ALL),
  addFunctionVersionAuthorization: changeParties(VERSION_LEVEL, ADD),
  removeFunctionVersionAuthorization: changeParties(VERSION_LEVEL, REMOVE),
};
