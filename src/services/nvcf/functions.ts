import type { Schema } from '../../contract/documented.ts';
import type { LookupResult, ResourceAttributes } from '../../decisions/decide.ts';
import type { Relation } from '../../decisions/rule.ts';
import { Collection } from '../../store/collection.ts';
import { type Collections, EVERYBODY, isSharedWith, type Row } from '../../store/collections.ts';
import type { Instant } from '../../time/clock.ts';
import type { Definition, Specification } from './members.ts';

export type Status = Exclude<Schema<'nvcf', 'Function'>['status'], 'DELETED'>;

export interface AuthorizedParty {
  readonly ncaId: string;
  readonly clientId?: string;
}

export interface Deployment {
  readonly id: string;
  readonly specifications: readonly Specification[];
  readonly createdAt: Instant;
  readonly lastUpdatedAt: Instant;
  /** The version is ACTIVE from this moment. */
  readonly readyAt: Instant;
}

/** Settings of the mock, not of the vendor. Times in milliseconds. */
export interface Behaviour {
  /** How long the version is DEPLOYING. */
  readonly deployTime: number;
  /** How long an invocation takes. */
  readonly invokeTime: number;
  /** The result of an invocation; absent: its input. */
  readonly answer?: unknown;
  /** The status after the deployment; absent: ACTIVE. */
  readonly status?: Status;
}

/** One version of a function, as stored. */
export interface FunctionVersion {
  readonly name: string;
  readonly createdAt: Instant;
  /** Members as they were sent. */
  readonly definition: Definition;
  /** Without the values, which no operation returns. */
  readonly secretNames: readonly string[];
  readonly functionParties: readonly AuthorizedParty[];
  readonly versionParties: readonly AuthorizedParty[];
  readonly deployment: Deployment | null;
  readonly behaviour: Behaviour;
}

/** The parent of a version is its function. */
export type FunctionRow = Row<FunctionVersion, string>;

export const FUNCTIONS = new Collection<FunctionVersion, string>('nvcf.functions');

/** Builds the row of a version; `sharedWith` and `dueAt` follow from the body. */
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

/** Rebuilds a row with another body. */
export function amendRow(
  { owner, parent, id, body }: FunctionRow,
  change: (body: FunctionVersion) => FunctionVersion,
): FunctionRow {
  return functionRow({ owner, functionId: parent, versionId: id }, change(body));
}

/** Derived from the stored row and the time, so that no timer has to change the status. */
export function statusAt({ deployment, behaviour }: FunctionVersion, now: Instant): Status {
  if (deployment === null) return 'INACTIVE';
  return deployment.readyAt > now ? 'DEPLOYING' : (behaviour.status ?? 'ACTIVE');
}

export function isPublic({ sharedWith }: Row): boolean {
  return sharedWith.includes(EVERYBODY);
}

/** Null if the account must not learn of the version. Public is checked first, as by the vendor. */
export function relationTo(row: Row, account: string): Relation | null {
  if (isPublic(row)) return 'public';
  if (row.owner === account) return 'owned';
  return isSharedWith(row, account) ? 'shared' : null;
}

/** The names by which keys refer to a version. */
export function attributesOfVersion({ parent, id }: FunctionRow, relation: Relation): ResourceAttributes {
  return { relation, names: { function: [parent], 'function-versions': [`${parent}/${id}`] } };
}

/** The names by which keys refer to a function, on calls that name no version. */
function attributesOfFunction(functionId: string, versions: readonly Row[], relation: Relation): ResourceAttributes {
  return {
    relation,
    names: { function: [functionId] },
    parts: { 'function-versions': versions.map(({ id }) => `${functionId}/${id}`) },
  };
}

/** Looks up the versions of a function that an account owns. */
export async function ownVersions(
  collections: Collections,
  functionId: string,
  account: string,
): Promise<LookupResult<readonly FunctionRow[]>> {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const own = versions.filter(({ owner }) => owner === account);
  return lookupResultOf(versions, own, () => attributesOfFunction(functionId, own, 'owned'));
}

/** Looks up the versions of a function that an account may see. */
export async function visibleVersions(
  collections: Collections,
  functionId: string,
  account: string,
): Promise<LookupResult<readonly FunctionRow[]>> {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const visible = versions.filter((row) => relationTo(row, account) !== null);
  const relation = visible[0] === undefined ? null : relationTo(visible[0], account);
  return lookupResultOf(versions, visible, () => attributesOfFunction(functionId, visible, relation ?? 'owned'));
}

function lookupResultOf(
  all: readonly Row[],
  some: readonly FunctionRow[],
  attributes: () => ResourceAttributes,
): LookupResult<readonly FunctionRow[]> {
  const [first] = all;
  if (first === undefined) return { found: 'nothing' };
  return some.length === 0
    ? { found: 'foreign', owner: first.owner }
    : { found: 'object', target: some, attributes: attributes() };
}

/** The lookup result for operations that only the owner may use. */
export function asOwner(row: FunctionRow | null, account: string): LookupResult<FunctionRow> {
  if (row === null) return { found: 'nothing' };
  if (row.owner !== account) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOfVersion(row, 'owned') };
}

/** The lookup result for operations that are open to shared and public versions too. */
export function asAnybody(row: FunctionRow | null, account: string): LookupResult<FunctionRow> {
  if (row === null) return { found: 'nothing' };
  const relation = relationTo(row, account);
  if (relation === null) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOfVersion(row, relation) };
}
