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
  const readParts = async <Name extends StoredName>(table: Table<Name>, parents: readonly string[]) => {
    const all = await Promise.all(parents.map((id) => collectionOf(table).ofParent(store.collections, id)));
    return all.flat();
  };
  const nodes = await readParts(NODES, [simulation]);
  const interfaces = await readParts(
    INTERFACES,
    nodes.map(({ id }) => id),
  );
  const services = await readParts(
    SERVICES,
    interfaces.map(({ id }) => id),
  );
  return { nodes, interfaces, services, links: await readParts(LINKS, [simulation]) };
}

/**
 * Copies the network of a simulation into another simulation, with new ids. Returns the changes that store the copy.
 */
export async function copyNetwork(context: AuthenticatedContext, from: string, to: string): Promise<readonly Change[]> {
  const { collections } = context.store;
  const network = await readNetwork(context, from);
  const { nodes, interfaces, links, services } = network;
  const ids = new Map([...nodes, ...interfaces, ...links, ...services].map(({ id }) => [id, context.random.uuid()]));
  // An interface can have been a part of one that is deleted, whose id stays the same.
  const newIdOf = (id: string) => ids.get(id) ?? id;
  const script = await collectionOf(SIMULATION_ZTP_SCRIPT).byId(collections, from);
  const instructions = await Promise.all(nodes.map(({ id }) => collectionOf(INSTRUCTIONS).ofParent(collections, id)));
  const scriptRows =
    script === null
      ? []
      : [createOwnedRow(context, SIMULATION_ZTP_SCRIPT, { members: script.body.members, parent: to }, to)];
  const rows = [
    ...scriptRows,
    ...instructions.flat().map(({ body: { members, hidden } }) => {
      const node = newIdOf(members.node);
      return createOwnedRow(context, INSTRUCTIONS, {
        members: { ...members, node },
        hidden: { ...hidden, simulation: to, creator: creatorOf(context) },
        parent: node,
      });
    }),
    ...copyParts(context, network, to, newIdOf),
  ];
  return rows.map(createPut);
}

function copyParts(
  context: AuthenticatedContext,
  { nodes, interfaces, links, services }: Network,
  simulation: string,
  newIdOf: (id: string) => string,
): readonly AirRow[] {
  return [
    ...nodes.map(({ id, body: { members } }) => {
      const draft = { members: { ...members, simulation }, parent: simulation };
      return createOwnedRow(context, NODES, draft, newIdOf(id));
    }),
    ...interfaces.map(({ id, body: { members, hidden } }) => {
      const node = newIdOf(members.node);
      const { whole } = hidden;
      const draft = {
        members: { ...members, node },
        hidden: { ...hidden, simulation, ...(whole && { whole: { ...whole, id: newIdOf(whole.id) } }) },
        parent: node,
      };
      return createOwnedRow(context, INTERFACES, draft, newIdOf(id));
    }),
    ...services.map(({ id, body: { members, hidden } }) => {
      const interfaceId = newIdOf(members.interface);
      const draft = {
        members: { ...members, interface: interfaceId },
        hidden: { ...hidden, simulation, node: newIdOf(hidden.node) },
        parent: interfaceId,
      };
      return createOwnedRow(context, SERVICES, draft, newIdOf(id));
    }),
    ...links.map(({ id, body: { members, hidden } }) => {
      const interfaceIds = hidden.interface.map(newIdOf);
      const draft = {
        members,
        hidden: { simulation, interface: interfaceIds, node: hidden.node.map(newIdOf) },
        parent: simulation,
      };
      return createOwnedRow(context, LINKS, draft, newIdOf(id));
    }),
  ];
}
