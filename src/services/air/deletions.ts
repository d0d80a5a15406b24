import type { AuthenticatedContext } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import type { Change } from '../../store/row.ts';
import { accountOf } from './caller.ts';
import { createRemoval } from './objects.ts';
import {
  type AirRow,
  anyCollectionOf,
  collectionOf,
  isRowOf,
  type RowOf,
  type StoredName,
  type Table,
} from './stored.ts';
import { IMAGES } from './tables/images.ts';
import { type AirResource, RESOURCES } from './tables/index.ts';
import { DEMOS } from './tables/marketplace.ts';
import { INTERFACES, LINKS, NODES } from './tables/network.ts';
import type { OnDelete } from './tables/resource.ts';
import { HISTORIES, SIMULATION_ZTP_SCRIPT, SIMULATIONS } from './tables/simulations.ts';
import { TRAININGS } from './tables/trainings.ts';

interface Dependent {
  readonly resource: AirResource;
  readonly row: AirRow;
}

interface ReferenceTo {
  readonly resource: AirResource;
  readonly member: string;
  readonly onDelete: Exclude<OnDelete, 'ignore'>;
}

/** Deletes what depends on an object, and the object itself last. @throws Problem if a reference protects one of them */
export async function planDeletion(
  context: AuthenticatedContext,
  resource: AirResource,
  row: AirRow,
): Promise<readonly Change[]> {
  const changes: (readonly Change[])[] = [];
  for (const dependent of await findDependents(context, row)) {
    changes.push(await planDeletion(context, dependent.resource, dependent.row));
  }
  for (const reference of listReferencesTo(resource)) {
    const referringRows = await findReferringRows(context, reference, row.id);
    const [first] = referringRows;
    if (first !== undefined && reference.onDelete === 'refuse') {
      const description = first.owner === accountOf(context) ? ` \`${first.id}\`` : ' of another organisation';
      const message = `The object cannot be deleted: one of \`${reference.resource.name}\`${description} refers to it in \`${reference.member}\`. Delete that one first.`;
      throw new Problem('protected', message);
    }
    for (const referringRow of referringRows) {
      changes.push(await planDeletion(context, reference.resource, referringRow));
    }
  }
  return [...changes.flat(), createRemoval(row)];
}

function listReferencesTo({ name }: AirResource): readonly ReferenceTo[] {
  return RESOURCES.flatMap((resource: AirResource) =>
    Object.entries(resource.refers ?? {}).flatMap(([member, { to, onDelete }]) =>
      to === name && onDelete !== 'ignore' ? [{ resource, member, onDelete }] : [],
    ),
  );
}

async function findReferringRows(
  { store }: AuthenticatedContext,
  { resource, member }: ReferenceTo,
  id: string,
): Promise<readonly AirRow[]> {
  const collection = anyCollectionOf(resource.name);
  if (resource.part === member) return collection.ofParent(store.collections, id);
  const { rows } = await collection.page(store.collections, {
    account: null,
    where: [{ member: `members.${member}`, value: id }],
    search: null,
    order: { by: 'id', descending: false },
    limit: Number.MAX_SAFE_INTEGER,
    offset: 0,
  });
  return rows;
}

async function findDependents(context: AuthenticatedContext, row: AirRow): Promise<readonly Dependent[]> {
  if (isRowOf(SIMULATIONS, row)) {
    return [
      ...(await findParts(context, HISTORIES, row.id)),
      ...(await findParts(context, SIMULATION_ZTP_SCRIPT, row.id)),
      ...(await findParts(context, LINKS, row.id)),
    ];
  }
  if (isRowOf(NODES, row) || isRowOf(IMAGES, row)) return findParts(context, HISTORIES, row.id);
  if (isRowOf(INTERFACES, row)) {
    return (await findLinks(context, row)).map((link) => ({ resource: LINKS, row: link }));
  }
  if (isRowOf(DEMOS, row)) {
    return [
      ...(await findParts(context, HISTORIES, row.id)),
      ...(await findSimulation(context, row.body.members.demo)),
    ];
  }
  if (isRowOf(TRAININGS, row)) return findSimulation(context, row.body.members.training_simulation);
  return [];
}

async function findParts<Name extends StoredName>(
  { store }: AuthenticatedContext,
  resource: Table<Name>,
  id: string,
): Promise<readonly Dependent[]> {
  const rows = await collectionOf(resource).ofParent(store.collections, id);
  return rows.map((row) => ({ resource, row }));
}

async function findSimulation({ store }: AuthenticatedContext, id: string): Promise<readonly Dependent[]> {
  const row = await collectionOf(SIMULATIONS).byId(store.collections, id);
  return row === null ? [] : [{ resource: SIMULATIONS, row }];
}

export async function findLinks(
  { store }: AuthenticatedContext,
  { id, body }: RowOf<'interfaces'>,
): Promise<readonly RowOf<'links'>[]> {
  const links = await collectionOf(LINKS).ofParent(store.collections, body.hidden.simulation);
  return links.filter(({ body: link }) => link.hidden.interface.includes(id));
}
