import type { Schema } from '../../contract/documented.ts';
import { Problem } from '../../decisions/problem.ts';
import { pick } from '../../lib/members.ts';
import { ANYONE } from '../../store/row.ts';
import type { AuthorizedParty } from './functions.ts';

export type Parties = readonly AuthorizedParty[];

export interface PartiesChange<Body> {
  readonly verb: 'create' | 'add' | 'remove' | 'delete';
  /** @param subject starts messages @param account owns the function @throws Problem if a party is not possible */
  apply(parties: Parties, body: Body, subject: string, account: string): Parties;
}

/** Returns a party without other members. @throws Problem if it is the account itself */
function toForeignParty(account: string, party: AuthorizedParty): AuthorizedParty {
  if (party.ncaId === account) {
    throw new Problem('bad_state', `Invalid request: Authorized party mapped to account '${account}' is invalid`);
  }
  return pick(party, ['ncaId', 'clientId']);
}

type SingleParty = Schema<'nvcf', 'AuthorizedPartyRequest'>;

/** Returns the party of a request. @throws Problem for `*` and for the account itself */
function readSingleParty({ authorizedParty }: SingleParty, subject: string, account: string, verb: string) {
  if (authorizedParty.ncaId === ANYONE) {
    const message = `${subject}: Invalid authz account '${ANYONE}' specified for ${verb} operation`;
    throw new Problem('bad_state', message);
  }
  return toForeignParty(account, authorizedParty);
}

export function distinctParties(parties: Parties): Parties {
  const seen = new Set<string>();
  return parties.filter(({ ncaId, clientId }) => {
    const key = JSON.stringify([ncaId, clientId]);
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}

function isSame(left: AuthorizedParty, right: AuthorizedParty): boolean {
  return left.ncaId === right.ncaId && left.clientId === right.clientId;
}

export const REPLACE: PartiesChange<Schema<'nvcf', 'AuthorizedPartiesRequest'>> = {
  verb: 'create',
  apply: (_, { authorizedParties }, subject, account) => {
    if (authorizedParties.some(({ ncaId }) => ncaId === ANYONE)) {
      const message = `${subject}: Only NVIDIA Super Admin can make a function public`;
      throw new Problem('bad_state', message);
    }
    return distinctParties(authorizedParties.map((party) => toForeignParty(account, party)));
  },
};

/** Adds a party. The vendor requires that there is one already. */
export const ADD: PartiesChange<SingleParty> = {
  verb: 'add',
  apply: (parties, body, subject, account) => {
    const party = readSingleParty(body, subject, account, 'add');
    if (parties.length === 0) throw createPartyNotFound(subject);
    if (parties.some((other) => isSame(party, other))) {
      throw new Problem('conflict', `${subject}: Account '${party.ncaId}' is already authorized`);
    }
    return [...parties, party];
  },
};

export const REMOVE: PartiesChange<SingleParty> = {
  verb: 'remove',
  apply: (parties, body, subject, account) => {
    const party = readSingleParty(body, subject, account, 'remove');
    if (!parties.some((other) => isSame(party, other))) throw createPartyNotFound(subject);
    return parties.filter((other) => !isSame(party, other));
  },
};

export const REMOVE_ALL: PartiesChange<undefined> = { verb: 'delete', apply: () => [] };

function createPartyNotFound(subject: string): Problem {
  return new Problem('not_found', `${subject}: No such authorized party`);
}
