import type { Context } from '../../contract/request.ts';
import { type AirRow, collectionOf } from './objects.ts';
import type { AirResource } from './tables/index.ts';
import { HISTORIES } from './tables/resources/histories.ts';
import { INTERFACES } from './tables/resources/interfaces.ts';
import { LINKS } from './tables/resources/links.ts';
import { SIMULATION_ZTP_SCRIPT } from './tables/resources/simulation-ztp-script.ts';
import { SIMULATIONS } from './tables/resources/simulations.ts';

/** Something that goes with an object although none of its members refers to it. */
export interface AlongWith {
  readonly resource: AirResource;
  readonly row: AirRow;
}

/** What goes with an object of a resource, beside everything that refers to it. */
export async function alongWith(context: Context, { name }: AirResource, row: AirRow): Promise<readonly AlongWith[]> {
  switch (name) {
    case 'simulations':
      return [
        ...(await partsOf(context, HISTORIES, row.id)),
        ...(await partsOf(context, SIMULATION_ZTP_SCRIPT, row.id)),
        ...(await partsOf(context, LINKS, row.id)),
      ];
    case 'nodes':
      return partsOf(context, HISTORIES, row.id);
    case 'interfaces':
      return [
        ...(await linksOf(context, row)).map((link) => ({ resource: LINKS, row: link })),
        ...(await brokenOut(context, row)),
      ];
    case 'demos':
      return simulation(context, row.body.members['demo']);
    case 'trainings':
      return simulation(context, row.body.members['training_simulation']);
    default:
      return [];
  }
}

async function partsOf({ store }: Context, resource: AirResource, id: string): Promise<readonly AlongWith[]> {
  const rows = (await store.collections.ofParent(collectionOf(resource), id)) as readonly AirRow[];
  return rows.map((row) => ({ resource, row }));
}

async function simulation({ store }: Context, id: unknown): Promise<readonly AlongWith[]> {
  const row = (await store.collections.byId(collectionOf(SIMULATIONS), String(id))) as AirRow | null;
  return row === null ? [] : [{ resource: SIMULATIONS, row }];
}

/** The parts of an interface that was broken out. */
async function brokenOut({ store }: Context, { body }: AirRow): Promise<readonly AlongWith[]> {
  const ids = (body.hidden['parts'] ?? []) as readonly string[];
  const rows = await Promise.all(ids.map((id) => store.collections.byId(collectionOf(INTERFACES), id)));
  return rows.flatMap((row) => (row === null ? [] : [{ resource: INTERFACES, row: row as AirRow }]));
}

/** The cables of an interface. */
export async function linksOf({ store }: Context, { id, body }: AirRow): Promise<readonly AirRow[]> {
  const links = await store.collections.ofParent(collectionOf(LINKS), String(body.hidden['simulation']));
  return (links as readonly AirRow[]).filter((link) => endsOf(link).includes(id));
}

/** Ids of the two interfaces of a cable. */
export function endsOf({ body }: AirRow): readonly string[] {
  return body.hidden['interface'] as readonly string[];
}
