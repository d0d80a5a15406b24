import type { Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import {
  type AuthorizedParty,
  amended,
  EVERYBODY,
  FUNCTIONS,
  type FunctionRow,
  type FunctionVersion,
  isPublic,
  ownVersions,
  reachOfVersion,
} from '../functions.ts';
import { picked } from '../members.ts';
import { amendTarget } from './functions.ts';

type Parties = readonly AuthorizedParty[];

/** Whom a function as a whole is shared with, or one version of it. */
interface Level {
  readonly member: 'functionParties' | 'versionParties';
  rowsOf(context: Context): readonly FunctionRow[];
  amend(context: Context, change: (body: FunctionVersion) => FunctionVersion): Promise<readonly FunctionRow[]>;
  /** How messages call what the path names. */
  subject(context: Context): string;
  /** Without what comes from elsewhere. */
  own(row: FunctionRow): object;
  /** With everybody who may. */
  view(row: FunctionRow): object;
}

const OF_FUNCTION: Level = {
  member: 'functionParties',
  rowsOf: ({ target }) => target as readonly FunctionRow[],
  amend: async ({ store, params }, change) => {
    const rows = await store.collections.changeParts(FUNCTIONS, params['functionId'] ?? '', (row) =>
      amended(row, change),
    );
    return rows as readonly FunctionRow[];
  },
  subject: ({ params }) => `Function id '${params['functionId']}'`,
  own: functionView,
  view: functionView,
};

const OF_VERSION: Level = {
  member: 'versionParties',
  rowsOf: ({ target }) => [target as FunctionRow],
  amend: async (context, change) => [(await amendTarget(context, change)) as FunctionRow],
  subject: ({ params }) => `Function id '${params['functionId']}', version '${params['versionId']}'`,
  own: (row) => versionView(row, row.body.versionParties),
  view: (row) => versionView(row, distinct([...row.body.functionParties, ...row.body.versionParties])),
};

function functionView({ parent, owner, body }: FunctionRow) {
  return { id: parent, ncaId: owner, authorizedParties: body.functionParties };
}

function versionView({ parent, owner, id }: FunctionRow, authorizedParties: Parties) {
  return { id: parent, ncaId: owner, versionId: id, authorizedParties };
}

/** What can be done to the parties: in the vendor's word, and what becomes of them. */
interface Change {
  readonly verb: 'create' | 'add' | 'remove' | 'delete';
  /** @throws Problem */
  apply(parties: Parties, context: Context, level: Level): Parties;
}

function changing(level: Level, change: Change): Handler {
  return async (context) => {
    if (level.rowsOf(context).some((row: Row) => isPublic(row))) {
      const message = `${level.subject(context)}: Cannot ${change.verb} authorized parties for public function`;
      throw new Problem('bad_state', message);
    }
    const [row] = await level.amend(context, (body) => ({
      ...body,
      [level.member]: change.apply(body[level.member], context, level),
    }));
    if (row === undefined) throw new Problem('not_found');
    return { status: 200, body: { function: level.own(row) } };
  };
}

/** A party as it is kept. @throws Problem for the account itself */
function partyOf(context: Context, given: AuthorizedParty): AuthorizedParty {
  const account = accountOf(context);
  if (given.ncaId === account) {
    throw new Problem('bad_state', `Invalid request: Authorized party mapped to account '${account}' is invalid`);
  }
  return picked(given, ['ncaId', 'clientId']) as unknown as AuthorizedParty;
}

/** The one party of a request. @throws Problem for everybody */
function singleParty(context: Context, level: Level, verb: string): AuthorizedParty {
  const { authorizedParty } = context.body as { authorizedParty: AuthorizedParty };
  if (authorizedParty.ncaId === EVERYBODY) {
    const message = `${level.subject(context)}: Invalid authz account '${EVERYBODY}' specified for ${verb} operation`;
    throw new Problem('bad_state', message);
  }
  return partyOf(context, authorizedParty);
}

/** The first of those that are the same. */
function distinct(parties: Parties): Parties {
  const reversed = [...parties].reverse();
  const byName = new Map(reversed.map((party) => [JSON.stringify([party.ncaId, party.clientId]), party]));
  return [...byName.values()].reverse();
}

function isSame(one: AuthorizedParty, other: AuthorizedParty): boolean {
  return one.ncaId === other.ncaId && one.clientId === other.clientId;
}

const REPLACE: Change = {
  verb: 'create',
  apply: (_, context, level) => {
    const { authorizedParties } = context.body as { authorizedParties: Parties };
    if (authorizedParties.some(({ ncaId }) => ncaId === EVERYBODY)) {
      const message = `${level.subject(context)}: Only NVIDIA Super Admin can make a function public`;
      throw new Problem('bad_state', message);
    }
    return distinct(authorizedParties.map((party) => partyOf(context, party)));
  },
};

const ADD: Change = {
  verb: 'add',
  apply: (parties, context, level) => {
    const party = singleParty(context, level, 'add');
    if (parties.length === 0) throw noParties(context, level);
    if (parties.some((other) => isSame(party, other))) {
      throw new Problem('conflict', `${level.subject(context)}: Account '${party.ncaId}' is already authorized`);
    }
    return [...parties, party];
  },
};

const REMOVE: Change = {
  verb: 'remove',
  apply: (parties, context, level) => {
    const party = singleParty(context, level, 'remove');
    if (!parties.some((other) => isSame(party, other))) throw noParties(context, level);
    return parties.filter((other) => !isSame(party, other));
  },
};

const REMOVE_ALL: Change = { verb: 'delete', apply: () => [] };

function noParties(context: Context, level: Level): Problem {
  return new Problem('not_found', `${level.subject(context)}: No such authorized party`);
}

/** The function's own list, and that of each version that has one; narrowed to what the key covers. */
const listOfFunction: Handler = async (context) => {
  const rows = (context.target ?? (await ownTarget(context))) as readonly FunctionRow[];
  const covered = rows.filter((row) => context.mayReach(reachOfVersion(row, 'owned')));
  const [first] = covered;
  const versions = covered.filter(({ body }) => body.versionParties.length > 0);
  const views = [...(first === undefined ? [] : [OF_FUNCTION.view(first)]), ...versions.map(OF_VERSION.view)];
  return { status: 200, body: { functions: views } };
};

/** Where the rule leaves finding the function to the operation, because it refuses no key for its resource. */
async function ownTarget(context: Context): Promise<unknown> {
  const { store, params } = context;
  const sighting = await ownVersions(store.collections, params['functionId'] ?? '', accountOf(context));
  if (sighting.seen !== 'object') throw new Problem('not_found');
  return sighting.target;
}

const getOfVersion: Handler = (context) => ({
  status: 200,
  body: { function: OF_VERSION.view(context.target as FunctionRow) },
});

export const authorizationOperations = {
  createFunctionAuthorization: changing(OF_FUNCTION, REPLACE),
  getFunctionAuthorizations: listOfFunction,
  deleteFunctionAuthorization: changing(OF_FUNCTION, REMOVE_ALL),
  addFunctionAuthorization: changing(OF_FUNCTION, ADD),
  removeFunctionAuthorization: changing(OF_FUNCTION, REMOVE),
  createFunctionVersionAuthorization: changing(OF_VERSION, REPLACE),
  getFunctionVersionAuthorizations: getOfVersion,
  deleteFunctionVersionAuthorization: changing(OF_VERSION, REMOVE_ALL),
  addFunctionVersionAuthorization: changing(OF_VERSION, ADD),
  removeFunctionVersionAuthorization: changing(OF_VERSION, REMOVE),
};
