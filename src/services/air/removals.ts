import type { AuthenticatedContext } from '../../contract/request.ts';
import { type AirRow, collectionOf, isRowOf, type RowOf, type StoredName, type Table } from './stored.ts';
import { IMAGES } from './tables/images.ts';
import type { AirResource } from './tables/index.ts';
import { DEMOS } from './tables/marketplace.ts';
import { INTERFACES, LINKS, NODES } from './tables/network.ts';
import { HISTORIES, SIMULATION_ZTP_SCRIPT, SIMULATIONS } from './tables/simulations.ts';
import { TRAININGS } from './tables/trainings.ts';

/** An object that is deleted along with another, without referring to it. */
export interface DeletedWith {
  readonly resource: AirResource;
  readonly row: AirRow;
}

type Storing = Pick<AuthenticatedContext, 'store'>;

/** Finds objects to delete along with an object, other than those that refer to it. */
export async function findDeletedWith(context: Storing, row: AirRow): Promise<readonly DeletedWith[]> {
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
  { store }: Storing,
  resource: Table<Name>,
  id: string,
): Promise<readonly DeletedWith[]> {
  const rows = await collectionOf(resource).ofParent(store.collections, id);
  return rows.map((row) => ({ resource, row }));
}

async function findSimulation({ store }: Storing, id: string): Promise<readonly DeletedWith[]> {
  const row = await collectionOf(SIMULATIONS).byId(store.collections, id);
  return row === null ? [] : [{ resource: SIMULATIONS, row }];
}

/** Finds the links (cables) of an interface. */
export async function findLinks(
  { store }: Storing,
  { id, body }: RowOf<'interfaces'>,
): Promise<readonly RowOf<'links'>[]> {
  const links = await collectionOf(LINKS).ofParent(store.collections, body.hidden.simulation);
  return links.filter(({ body: link }) => link.hidden.interface.includes(id));
}
