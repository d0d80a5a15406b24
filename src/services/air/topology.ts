import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Change } from '../../store/row.ts';
import { accountOf, creatorOf } from './caller.ts';
import { createInstructionDraft, createInterface, createLinkDraft, createNode, createServiceDraft } from './network.ts';
import { createOwnedRow, createPut } from './objects.ts';
import { fieldProblem } from './problem.ts';
import { collectionOf, type RowOf } from './stored.ts';
import { IMAGES } from './tables/images.ts';
import { INSTRUCTIONS, LINKS, SERVICES } from './tables/network.ts';
import type { End, Topology } from './topology-file.ts';

/** Returns the changes that store the network of a topology. @throws Problem if an image does not exist */
export async function buildNetwork(
  context: AuthenticatedContext,
  simulation: string,
  topology: Topology,
): Promise<readonly Change[]> {
  const nodes = await buildNodes(context, simulation, topology);
  const interfaces = new Map<string, RowOf<'interfaces'>>();
  // Builds an interface when a link or a service first refers to it. `outbound`: it has a link to outside the simulation.
  const interfaceAt = (end: End, outbound: boolean) => {
    const name = `${end.node}:${end.interface}`;
    const node = nodes.get(end.node);
    if (node === undefined) throw new Error('a link of the topology has an unknown node');
    const row = interfaces.get(name) ?? createInterface(context, node, { name: end.interface, outbound });
    interfaces.set(name, row);
    return row;
  };
  const links = topology.links.flatMap(([first, second]) => {
    const firstRow = interfaceAt(first, second === 'exit');
    if (second === 'exit') return [];
    return [createOwnedRow(context, LINKS, createLinkDraft(simulation, [firstRow, interfaceAt(second, false)]))];
  });
  const services = topology.services.map(({ end, port, ...members }) => {
    const row = interfaceAt(end, false);
    const randomNumber = parseInt(context.random.hex(4), 16);
    const draft = createServiceDraft(row, { ...members, node_port: port, interface: row.id }, randomNumber);
    return createOwnedRow(context, SERVICES, draft);
  });
  const instructions = topology.instructions.map(({ node: name, ...members }) => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error('an instruction of the topology has an unknown node');
    const draft = createInstructionDraft(node, { ...members, node: node.id }, creatorOf(context));
    return createOwnedRow(context, INSTRUCTIONS, draft);
  });
  return [...nodes.values(), ...interfaces.values(), ...links, ...services, ...instructions].map(createPut);
}

/** Builds the nodes of a topology, by name. @throws Problem if an image does not exist */
async function buildNodes(
  context: AuthenticatedContext,
  simulation: string,
  { nodesByName }: Topology,
): Promise<ReadonlyMap<string, RowOf<'nodes'>>> {
  const images = await collectionOf(IMAGES).visibleTo(context.store.collections, accountOf(context));
  const imageIds = new Map<string, string>();
  // Of several images with one name, the first counts.
  for (const { id, body } of images.toReversed()) imageIds.set(body.members.name, id).set(id, id);
  const nodes = new Map<string, RowOf<'nodes'>>();
  for (const [name, { os, ...members }] of nodesByName) {
    const image = imageIds.get(os);
    if (image === undefined) {
      const expected = `the name or id of an image that you may see; \`${os}\` is not one`;
      throw fieldProblem(`content.nodes.${name}.os`, expected);
    }
    nodes.set(name, createNode(context, { name, simulation, image, ...members }));
  }
  return nodes;
}
