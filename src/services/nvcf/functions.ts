import type { Schema } from '../../contract/documented.ts';
import type { LookupResult, ResourceAttributes } from '../../decisions/decide.ts';
import type { Relation } from '../../decisions/rule.ts';
import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import type { Collections } from '../../store/collections.ts';
import { ANYONE, isSharedWith, type Row } from '../../store/row.ts';
import type { Definition, Specification } from './members.ts';

export type FunctionStatus = Exclude<Schema<'nvcf', 'Function'>['status'], 'DELETED'>;

/** Another account that may use a function, or one of its clients. */
export interface AuthorizedParty {
  readonly ncaId: string;
  readonly clientId?: string;
}

export interface Deployment {
  readonly id: string;
  readonly specifications: readonly Specification[];
  readonly createdAt: Instant;
  readonly lastUpdatedAt: Instant;
  readonly readyAt: Instant;
}

/** Settings specific to the mock. Times are in milliseconds. */
export interface Behaviour {
  /** How long the version is DEPLOYING. */
  readonly deployTime: number;
  readonly invokeTime: number;
  /** The result of an invocation; by default, its input. */
  readonly answer?: unknown;
  /** The status after the deployment; ACTIVE by default. */
  readonly status?: FunctionStatus;
}

export interface FunctionVersion {
  readonly name: string;
  readonly createdAt: Instant;
  readonly definition: Definition;
  /** Values are not stored, because no operation returns them. */
  readonly secretNames: readonly string[];
  readonly functionParties: readonly AuthorizedParty[];
  readonly versionParties: readonly AuthorizedParty[];
  readonly deployment: Deployment | null;
  readonly behaviour: Behaviour;
}

export type FunctionRow = Row<FunctionVersion, string>;

export const FUNCTIONS = new Collection<FunctionVersion, string>('nvcf.functions');

/** Creates the row of a version, with `sharedWith` and `dueAt` derived from the body. */
export function createFunctionRow(
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

/** Returns a row with a changed body, and with what is derived from the body. */
export function amendRow({ owner, parent, id, body }: FunctionRow, change: (body: FunctionVersion) => FunctionVersion) {
  return createFunctionRow({ owner, functionId: parent, versionId: id }, change(body));
}

/** Returns the status of a version, which is derived from the time, so that no timer is needed. */
export function statusAt({ deployment, behaviour }: FunctionVersion, now: Instant): FunctionStatus {
  if (deployment === null) return 'INACTIVE';
  if (deployment.readyAt > now) return 'DEPLOYING';
  return behaviour.status ?? 'ACTIVE';
}

export function isPublic({ sharedWith }: Row): boolean {
  return sharedWith.includes(ANYONE);
}

/** Null if the version must stay hidden. A public one is `public` even for its owner, like at the vendor. */
export function relationTo(row: Row, account: string): Relation | null {
  if (isPublic(row)) return 'public';
  if (row.owner === account) return 'owned';
  return isSharedWith(row, account) ? 'shared' : null;
}

export function attributesOfVersion({ parent, id }: FunctionRow, relation: Relation): ResourceAttributes {
  return { relation, names: { function: [parent], 'function-versions': [`${parent}/${id}`] } };
}

/** Returns the names that keys use for a function and its versions, for calls that name no version. */
function attributesOfFunction(functionId: string, versions: readonly Row[], relation: Relation): ResourceAttributes {
  return {
    relation,
    names: { function: [functionId] },
    parts: { 'function-versions': versions.map(({ id }) => `${functionId}/${id}`) },
  };
}

export async function findOwnVersions(collections: Collections, functionId: string, account: string) {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const owned = versions.filter(({ owner }) => owner === account);
  return createLookupResult(versions, owned, attributesOfFunction(functionId, owned, 'owned'));
}

export async function findVisibleVersions(collections: Collections, functionId: string, account: string) {
  const versions = await FUNCTIONS.ofParent(collections, functionId);
  const visible = versions.filter((row) => relationTo(row, account) !== null);
  const [first] = visible;
  // Without a visible version, the attributes are not used.
  const relation = (first && relationTo(first, account)) ?? 'owned';
  return createLookupResult(versions, visible, attributesOfFunction(functionId, visible, relation));
}

/** @param versions all of the function @param permitted those that the account may use @param attributes of these */
function createLookupResult(
  versions: readonly FunctionRow[],
  permitted: readonly FunctionRow[],
  attributes: ResourceAttributes,
): LookupResult<readonly FunctionRow[]> {
  const [first] = versions;
  if (first === undefined) return { found: 'nothing' };
  if (permitted.length === 0) return { found: 'foreign', owner: first.owner };
  return { found: 'object', target: permitted, attributes };
}

/** Returns the result of looking up a version for an operation that only its owner may call. */
export function createOwnerResult(row: FunctionRow | null, account: string): LookupResult<FunctionRow> {
  if (row === null) return { found: 'nothing' };
  if (row.owner !== account) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOfVersion(row, 'owned') };
}

/** Returns the result of looking up a version for an operation that other accounts may call if it is shared or public. */
export function createViewerResult(row: FunctionRow | null, account: string): LookupResult<FunctionRow> {
  if (row === null) return { found: 'nothing' };
  const relation = relationTo(row, account);
  if (relation === null) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOfVersion(row, relation) };
}
