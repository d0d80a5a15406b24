import type { Instant } from '../../core/clock.ts';
import type { Reach, Sighting } from '../../core/decide.ts';
import type { Relation } from '../../core/rule.ts';
import { Collection } from '../../store/collection.ts';
import type { Collections, Row } from '../../store/collections.ts';
import type { Definition, Specification } from './members.ts';

/** The account that stands for everybody. */
export const EVERYBODY = '*';

export type Status = 'ACTIVE' | 'DEPLOYING' | 'ERROR' | 'INACTIVE' | 'DEGRADED' | 'DEGRADING';

export interface AuthorizedParty {
  readonly ncaId: string;
  readonly clientId?: string;
}

export interface Deployment {
  readonly id: string;
  readonly specifications: readonly Specification[];
  readonly createdAt: Instant;
  readonly lastUpdatedAt: Instant;
  /** From this moment on it is ACTIVE. */
  readonly readyAt: Instant;
}

/** How a function behaves in the mock; the vendor has nothing like it. Times in milliseconds. */
export interface Behaviour {
  /** How long it is DEPLOYING. */
  readonly deployTime: number;
  /** How long an answer takes; 0: at once. */
  readonly invokeTime: number;
  /** What it answers; absent: what it was sent. */
  readonly answer?: unknown;
  /** Its status once it is deployed; absent: ACTIVE. */
  readonly status?: Status;
}

/** One version of a function, as stored. */
export interface FunctionVersion {
  readonly name: string;
  readonly createdAt: Instant;
  /** Members in the vendor's form, as they were sent. */
  readonly definition: Definition;
  /** Only the names: values are not kept, because nothing ever shows them. */
  readonly secretNames: readonly string[];
  readonly functionParties: readonly AuthorizedParty[];
  readonly versionParties: readonly AuthorizedParty[];
  readonly deployment: Deployment | null;
  readonly behaviour: Behaviour;
}

/** A version; its parent is its function. */
export type FunctionRow = Row<FunctionVersion, string>;

export const FUNCTIONS = new Collection<FunctionVersion, string>('nvcf.functions');

/** The row of a version; whom it is shared with, and when it changes by itself, follow from its body. */
export function functionRow(
  place: { readonly owner: string; readonly functionId: string; readonly versionId: string },
  body: FunctionVersion,
): FunctionRow {
  const parties = [...body.functionParties, ...body.versionParties].map(({ ncaId }) => ncaId);
  return FUNCTIONS.row({
    id: place.versionId,
    owner: place.owner,
    parent: place.functionId,
    aliases: body.deployment === null ? [] : [body.deployment.id],
    sharedWith: [...new Set(parties)],
    dueAt: body.deployment?.readyAt ?? null,
    body,
  });
}

/** Changes the body of a row. */
export function amendRow(
  { owner, parent, id, body }: FunctionRow,
  change: (body: FunctionVersion) => FunctionVersion,
): FunctionRow {
  return functionRow({ owner, functionId: parent, versionId: id }, change(body));
}

/** A pure function of what is stored and the time: nothing has to happen for the status to change. */
export function statusAt({ deployment, behaviour }: FunctionVersion, now: Instant): Status {
  if (deployment === null) return 'INACTIVE';
  return deployment.readyAt > now ? 'DEPLOYING' : (behaviour.status ?? 'ACTIVE');
}

export function isPublic({ sharedWith }: Row): boolean {
  return sharedWith.includes(EVERYBODY);
}

/**
 * An account's relation to a version; null if the account may not know of it. Public is checked first, as by the
 * vendor.
 */
export function relationTo(row: Row, account: string): Relation | null {
  if (isPublic(row)) return 'public';
  if (row.owner === account) return 'owned';
  return row.sharedWith.includes(account) ? 'shared' : null;
}

/** How keys refer to a version. */
export function reachOfVersion({ parent, id }: FunctionRow, relation: Relation): Reach {
  return { relation, names: { function: [parent], 'function-versions': [`${parent}/${id}`] } };
}

/** How keys refer to a function, on calls that name no version. */
export function reachOfFunction(functionId: string, versions: readonly Row[], relation: Relation): Reach {
  return {
    relation,
    names: { function: [functionId] },
    parts: { 'function-versions': versions.map(({ id }) => `${functionId}/${id}`) },
  };
}

/** The versions that an account owns. */
export async function ownVersions(
  collections: Collections,
  functionId: string,
  account: string,
): Promise<Sighting<readonly FunctionRow[]>> {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const own = versions.filter(({ owner }) => owner === account);
  return seen(versions, own, () => reachOfFunction(functionId, own, 'owned'));
}

/** The versions that an account may see. */
export async function visibleVersions(
  collections: Collections,
  functionId: string,
  account: string,
): Promise<Sighting<readonly FunctionRow[]>> {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const visible = versions.filter((row) => relationTo(row, account) !== null);
  const relation = visible[0] === undefined ? null : relationTo(visible[0], account);
  return seen(versions, visible, () => reachOfFunction(functionId, visible, relation ?? 'owned'));
}

function seen(all: readonly Row[], some: readonly FunctionRow[], reach: () => Reach): Sighting<readonly FunctionRow[]> {
  const [first] = all;
  if (first === undefined) return { seen: 'nothing' };
  return some.length === 0 ? { seen: 'foreign', owner: first.owner } : { seen: 'object', target: some, reach: reach() };
}

/** One version, as its owner sees it. */
export function asOwner(row: FunctionRow | null, account: string): Sighting<FunctionRow> {
  if (row === null) return { seen: 'nothing' };
  if (row.owner !== account) return { seen: 'foreign', owner: row.owner };
  return { seen: 'object', target: row, reach: reachOfVersion(row, 'owned') };
}

/** One version, as anybody sees it. */
export function asAnybody(row: FunctionRow | null, account: string): Sighting<FunctionRow> {
  if (row === null) return { seen: 'nothing' };
  const relation = relationTo(row, account);
  if (relation === null) return { seen: 'foreign', owner: row.owner };
  return { seen: 'object', target: row, reach: reachOfVersion(row, relation) };
}
