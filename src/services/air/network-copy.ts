import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/row.ts';
import { creatorOf } from './caller.ts';
import { createOwnedRow, createPut } from './objects.ts';
import { type AirRow, collectionOf, type RowOf, type StoredName, type Table } from './stored.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODES, SERVICES } from './tables/network.ts';
import { SIMULATION_ZTP_SCRIPT } from './tables/simulations.ts';

export interface Network {
  readonly nodes: readonly RowOf<'nodes'>[];
  readonly interfaces: readonly RowOf<'interfaces'>[];
  readonly links: readonly RowOf<'links'>[];
  readonly services: readonly RowOf<'services'>[];
}

export async function readNetwork({ store }: AuthenticatedContext, simulation: string): Promise<Network> {
  const readParts = async <Name extends StoredName>(table: Table<Name>, parents: readonly Pick<AirRow, 'id'>[]) => {
    const all = await Promise.all(parents.map(({ id }) => collectionOf(table).ofParent(store.collections, id)));
    return all.flat();
  };
  const nodes = await readParts(NODES, [{ id: simulation }]);
  const interfaces = await readParts(INTERFACES, nodes);
  const services = await readParts(SERVICES, interfaces);
  return { nodes, interfaces, services, links: await readParts(LINKS, [{ id: simulation }]) };
}

/** Copies the network of a simulation into another one, with new ids. Returns the changes that store the copy. */
export async function copyNetwork(context: AuthenticatedContext, from: string, to: string): Promise<readonly Change[]> {
  const { collections } = context.store;
  const { nodes, interfaces, links, services } = await readNetwork(context, from);
  const ids = new Map([...nodes, ...interfaces, ...links, ...services].map(({ id }) => [id, context.random.uuid()]));
  // An interface can have been a part of one that is deleted, whose id stays the same.
  const newIdOf = (id: string) => ids.get(id) ?? id;
  const script = await collectionOf(SIMULATION_ZTP_SCRIPT).byId(collections, from);
  const instructions = await Promise.all(nodes.map(({ id }) => collectionOf(INSTRUCTIONS).ofParent(collections, id)));
  const rows: readonly AirRow[] = [
    ...(script === null ? [] : [createScript(context, to, script.body.members.content)]),
    ...instructions.flat().map(({ body: { members, hidden } }) =>
      createOwnedRow(context, INSTRUCTIONS, {
        members: { ...members, node: newIdOf(members.node) },
        hidden: { ...hidden, simulation: to, creator: creatorOf(context) },
      }),
    ),
    ...nodes.map(({ id, body: { members } }) =>
      createOwnedRow(context, NODES, { members: { ...members, simulation: to } }, newIdOf(id)),
    ),
    ...interfaces.map(({ id, body: { members, hidden } }) => {
      const { whole } = hidden;
      const draft = {
        members: { ...members, node: newIdOf(members.node) },
        hidden: { ...hidden, simulation: to, ...(whole && { whole: { ...whole, id: newIdOf(whole.id) } }) },
      };
      return createOwnedRow(context, INTERFACES, draft, newIdOf(id));
    }),
    ...services.map(({ id, body: { members, hidden } }) => {
      const draft = {
        members: { ...members, interface: newIdOf(members.interface) },
        hidden: { ...hidden, simulation: to, node: newIdOf(hidden.node) },
      };
      return createOwnedRow(context, SERVICES, draft, newIdOf(id));
    }),
    ...links.map(({ id, body: { members, hidden } }) => {
      const ends = { interface: hidden.interface.map(newIdOf), node: hidden.node.map(newIdOf) };
      return createOwnedRow(context, LINKS, { members, hidden: { simulation: to, ...ends }, parent: to }, newIdOf(id));
    }),
  ];
  return rows.map(createPut);
}

/** Builds the ZTP script of a simulation. It has the id of the simulation, so a simulation cannot have two. */
export function createScript(context: AuthenticatedContext, simulation: string, content: string) {
  return createOwnedRow(context, SIMULATION_ZTP_SCRIPT, { members: { content }, parent: simulation }, simulation);
}
