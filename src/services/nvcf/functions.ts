import type { Schema } from '../../contract/documented.ts';
import type { LookupResult, ResourceAttributes } from '../../decisions/decide.ts';
import type { Relation } from '../../decisions/rule.ts';
import { Collection } from '../../store/collection.ts';
import { ANYONE, type Collections, isSharedWith, type Row } from '../../store/collections.ts';
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
  /** When the version becomes ACTIVE. */
  readonly readyAt: Instant;
}

/** Settings specific to the mock. Times in milliseconds. */
export interface Behaviour {
  /** How long the version is DEPLOYING. */
  readonly deployTime: number;
  /** How long an invocation takes. */
  readonly invokeTime: number;
  /** The result of an invocation; by default, its input. */
  readonly answer?: unknown;
  /** The status after the deployment; ACTIVE by default. */
  readonly status?: Status;
}

/** A stored version of a function. */
export interface FunctionVersion {
  readonly name: string;
  readonly createdAt: Instant;
  /** Unchanged members of the request. */
  readonly definition: Definition;
  /** Values are not stored, because no operation returns them. */
  readonly secretNames: readonly string[];
  readonly functionParties: readonly AuthorizedParty[];
  readonly versionParties: readonly AuthorizedParty[];
  readonly deployment: Deployment | null;
  readonly behaviour: Behaviour;
}

/** The row's parent is the function. */
export type FunctionRow = Row<FunctionVersion, string>;

export const FUNCTIONS = new Collection<FunctionVersion, string>('nvcf.functions');

/** Builds the row of a version, with `sharedWith` and `dueAt` derived from the body. */
export function functionRow(
  identity: { readonly owner: string; readonly functionId: string; readonly versionId: string },
  body: FunctionVersion,
): FunctionRow {
  const parties = [...body.functionParties, ...body.versionParties].map(({ ncaId }) => ncaId);
  return FUNCTIONS.row({
    id: identity.versionId,
    owner: identity.owner,
    parent: identity.functionId,
    aliases: body.deployment === null ? [] : [body.deployment.id],
    sharedWith: [...new Set(parties)],
    dueAt: body.deployment?.readyAt ?? null,
    body,
  });
}

/** Rebuilds a row with a changed body. */
export function amendRow(
  { owner, parent, id, body }: FunctionRow,
  change: (body: FunctionVersion) => FunctionVersion,
): FunctionRow {
  return functionRow({ owner, functionId: parent, versionId: id }, change(body));
}

/** Derives the status from the row and the time, so that no timer is needed. */
export function statusAt({ deployment, behaviour }: FunctionVersion, now: Instant): Status {
  if (deployment === null) return 'INACTIVE';
  return deployment.readyAt > now ? 'DEPLOYING' : (behaviour.status ?? 'ACTIVE');
}

export function isPublic({ sharedWith }: Row): boolean {
  return sharedWith.includes(ANYONE);
}

/** Returns null if the version must stay hidden from the account. Checks for public first, like the vendor. */
export function relationTo(row: Row, account: string): Relation | null {
  if (isPublic(row)) return 'public';
  if (row.owner === account) return 'owned';
  return isSharedWith(row, account) ? 'shared' : null;
}

/** Returns the names that keys use for a version. */
export function attributesOfVersion({ parent, id }: FunctionRow, relation: Relation): ResourceAttributes {
  return { relation, names: { function: [parent], 'function-versions': [`${parent}/${id}`] } };
}

/** Returns the names that keys use for a function, for calls without a version. */
function attributesOfFunction(functionId: string, versions: readonly Row[], relation: Relation): ResourceAttributes {
  return {
    relation,
    names: { function: [functionId] },
    parts: { 'function-versions': versions.map(({ id }) => `${functionId}/${id}`) },
  };
}

/** Looks up the versions of a function that an account owns. */
export async function findOwnVersions(
  collections: Collections,
  functionId: string,
  account: string,
): Promise<LookupResult<readonly FunctionRow[]>> {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const own = versions.filter(({ owner }) => owner === account);
  return createLookupResult(versions, own, () => attributesOfFunction(functionId, own, 'owned'));
}

/** Looks up the versions of a function that an account may see. */
export async function findVisibleVersions(
  collections: Collections,
  functionId: string,
  account: string,
): Promise<LookupResult<readonly FunctionRow[]>> {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const visible = versions.filter((row) => relationTo(row, account) !== null);
  const relation = visible[0] === undefined ? null : relationTo(visible[0], account);
  return createLookupResult(versions, visible, () => attributesOfFunction(functionId, visible, relation ?? 'owned'));
}

function createLookupResult(
  all: readonly Row[],
  permitted: readonly FunctionRow[],
  attributes: () => ResourceAttributes,
): LookupResult<readonly FunctionRow[]> {
  const [first] = all;
  if (first === undefined) return { found: 'nothing' };
  return permitted.length === 0
    ? { found: 'foreign', owner: first.owner }
    : { found: 'object', target: permitted, attributes: attributes() };
}

/** Returns the lookup result for operations reserved for the owner. */
export function asOwner(row: FunctionRow | null, account: string): LookupResult<FunctionRow> {
  if (row === null) return { found: 'nothing' };
  if (row.owner !== account) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOfVersion(row, 'owned') };
}

/** Returns the lookup result for operations that shared and public versions also allow. */
export function asViewer(row: FunctionRow | null, account: string): LookupResult<FunctionRow> {
  if (row === null) return { found: 'nothing' };
  const relation = relationTo(row, account);
  if (relation === null) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOfVersion(row, relation) };
}
