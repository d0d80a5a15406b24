import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/collections.ts';
import { accountOf, creatorOf } from './caller.ts';
import { createInstructionDraft, createInterface, createNode, createServiceDraft } from './network.ts';
import { createOwnedRow, createPut, type DraftOf } from './objects.ts';
import { fieldProblem } from './problem.ts';
import { collectionOf, type MembersOf, type RowOf, type StoredName, type Table } from './stored.ts';
import { IMAGES } from './tables/images.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODES, SERVICES } from './tables/network.ts';
import { SIMULATION_ZTP_SCRIPT } from './tables/simulations.ts';
import type { End, Topology } from './topology-file.ts';

/**
 * Builds the network of a topology: nodes, interfaces, links, services and instructions.
 *
 * @throws Problem if an image does not exist
 */
export async function buildNetwork(
  context: AuthenticatedContext,
  simulation: string,
  topology: Topology,
): Promise<readonly Change[]> {
  const images = await collectionOf(IMAGES).visibleTo(context.store.collections, accountOf(context));
  const ids = new Map<string, string>();
  for (const { id, body } of images.toReversed()) ids.set(body.members.name, id).set(id, id);
  const findImage = (name: string, os: string): string => {
    const found = ids.get(os);
    if (found !== undefined) return found;
    throw fieldProblem(`content.nodes.${name}.os`, `the name or id of an image that you may see; \`${os}\` is not one`);
  };
  const nodes = new Map(
    [...topology.nodesByName].map(([name, { os, ...members }]) => [
      name,
      createNode(context, { name, simulation, image: findImage(name, os), ...members }),
    ]),
  );
  const interfaces = new Map<string, RowOf<'interfaces'>>();
  const getInterface = (end: End, outbound: boolean): RowOf<'interfaces'> => {
    const name = `${end.node}:${end.interface}`;
    const node = nodes.get(end.node);
    if (node === undefined) throw new Error('a link of the topology has an unknown node');
    const row = interfaces.get(name) ?? createInterface(context, node, { name: end.interface, outbound });
    interfaces.set(name, row);
    return row;
  };
  const links = topology.links.flatMap(([one, other]) => {
    const first = getInterface(one, other === 'exit');
    return other === 'exit'
      ? []
      : [createOwnedRow(context, LINKS, createLinkDraft(simulation, [first, getInterface(other, false)]))];
  });
  const services = topology.services.map(({ end, port, ...members }) => {
    const row = getInterface(end, false);
    const randomNumber = parseInt(context.random.hex(4), 16);
    return createOwnedRow(
      context,
      SERVICES,
      createServiceDraft(row, { ...members, node_port: port, interface: row.id }, randomNumber),
    );
  });
  const instructions = topology.instructions.map(({ node: name, ...members }) => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error('an instruction of the topology has an unknown node');
    return createOwnedRow(
      context,
      INSTRUCTIONS,
      createInstructionDraft(node, { ...members, node: node.id }, creatorOf(context)),
    );
  });
  return [...nodes.values(), ...interfaces.values(), ...links, ...services, ...instructions].map(createPut);
}

/** Builds a draft of a link between two interfaces. */
export function createLinkDraft(
  simulation: string,
  ends: readonly RowOf<'interfaces'>[],
  { labels = null }: MembersOf<'links'> = {},
): DraftOf<'links'> {
  return {
    members: { labels },
    hidden: {
      simulation,
      interface: ends.map(({ id }) => id),
      node: ends.map(({ body }) => body.members.node),
    },
    parent: simulation,
  };
}

/** The network of a stored simulation. */
export interface Network {
  readonly nodes: readonly RowOf<'nodes'>[];
  readonly interfaces: readonly RowOf<'interfaces'>[];
  readonly links: readonly RowOf<'links'>[];
  readonly services: readonly RowOf<'services'>[];
}

export async function readNetwork(
  { store }: Pick<AuthenticatedContext, 'store'>,
  simulation: string,
): Promise<Network> {
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

/** Copies the network of a simulation into another simulation, with new ids. */
export async function copyNetwork(context: AuthenticatedContext, from: string, to: string): Promise<readonly Change[]> {
  const { collections } = context.store;
  const { nodes, interfaces, links, services } = await readNetwork(context, from);
  const ids = new Map([...nodes, ...interfaces, ...links, ...services].map(({ id }) => [id, context.random.uuid()]));
  const newId = (id: string) => ids.get(id) ?? id;
  const script = await collectionOf(SIMULATION_ZTP_SCRIPT).byId(collections, from);
  const instructions = await Promise.all(nodes.map(({ id }) => collectionOf(INSTRUCTIONS).ofParent(collections, id)));
  const rows = [
    ...(script === null
      ? []
      : [createOwnedRow(context, SIMULATION_ZTP_SCRIPT, { members: script.body.members, parent: to }, to)]),
    ...instructions.flat().map(({ body: { members, hidden } }) => {
      const node = newId(members.node);
      return createOwnedRow(context, INSTRUCTIONS, {
        members: { ...members, node },
        hidden: { ...hidden, simulation: to, creator: creatorOf(context) },
        parent: node,
      });
    }),
    ...nodes.map(({ id, body: { members } }) =>
      createOwnedRow(context, NODES, { members: { ...members, simulation: to }, parent: to }, newId(id)),
    ),
    ...interfaces.map(({ id, body: { members, hidden } }) => {
      const node = newId(members.node);
      const { whole } = hidden;
      const draft = {
        members: { ...members, node },
        hidden: { ...hidden, simulation: to, ...(whole && { whole: { ...whole, id: newId(whole.id) } }) },
        parent: node,
      };
      return createOwnedRow(context, INTERFACES, draft, newId(id));
    }),
    ...services.map(({ id, body: { members, hidden } }) => {
      const end = newId(members.interface);
      const draft = {
        members: { ...members, interface: end },
        hidden: { ...hidden, simulation: to, node: newId(hidden.node) },
        parent: end,
      };
      return createOwnedRow(context, SERVICES, draft, newId(id));
    }),
    ...links.map(({ id, body: { members, hidden } }) => {
      const [ends, nodesOfLink] = [hidden.interface.map(newId), hidden.node.map(newId)];
      const draft = { members, hidden: { simulation: to, interface: ends, node: nodesOfLink }, parent: to };
      return createOwnedRow(context, LINKS, draft, newId(id));
    }),
  ];
  return rows.map(createPut);
}

/** Renders services as in a topology file. */
export function exportServices(network: Network) {
  const ends = listEnds(network);
  return network.services.map(({ body: { members } }) => ({
    name: members.name,
    service_type: members.service_type,
    ...ends.get(members.interface),
    port: members.node_port,
  }));
}

/** Renders instructions as in a topology file. */
export function exportInstructions({ nodes }: Network, instructions: readonly RowOf<'instructions'>[]) {
  const nameOf = new Map(nodes.map(({ id, body }) => [id, body.members.name]));
  return instructions.map(({ body: { members } }) => {
    const { executor, ...data } = members.data;
    return {
      name: members.name,
      node: nameOf.get(members.node) ?? '',
      executor,
      data: shortenData(data),
      run_again_on_rebuild: members.run_again_on_rebuild,
    };
  });
}

/** A single command or a host name is a string, as in the SDK's example. */
function shortenData(data: Readonly<Record<string, unknown>>): unknown {
  const { commands, hostname, ...more } = data;
  if (Object.keys(more).length > 0) return data;
  if (typeof hostname === 'string') return hostname;
  return Array.isArray(commands) && commands.length === 1 && typeof commands[0] === 'string' ? commands[0] : data;
}

function listEnds({ nodes, interfaces }: Pick<Network, 'nodes' | 'interfaces'>): ReadonlyMap<string, End> {
  const nameOf = new Map(nodes.map(({ id, body }) => [id, body.members.name]));
  return new Map(
    interfaces.map(({ id, body: { members } }) => [
      id,
      { node: nameOf.get(members.node) ?? '', interface: members.name },
    ]),
  );
}

/** Renders a network as in a topology file. @param imageName returns the image name to use in the file */
export function exportTopology({ nodes, interfaces, links }: Network, imageName: (id: string) => string) {
  const ends = listEnds({ nodes, interfaces });
  const outbound = interfaces.filter(({ body }) => body.members.outbound);
  return {
    nodes: Object.fromEntries(
      nodes.map(({ body: { members } }) => [
        members.name,
        {
          os: imageName(members.image),
          cpu: members.cpu,
          memory: members.memory,
          storage: members.storage,
          pos: { x: members.pos_x, y: members.pos_y },
          ...(members.placement_group !== '' && { placement_group: members.placement_group }),
        },
      ]),
    ),
    links: [
      ...links.map(({ body }) => body.hidden.interface.map((id) => ends.get(id))),
      ...outbound.map(({ id }) => [ends.get(id), 'exit']),
    ],
  };
}
