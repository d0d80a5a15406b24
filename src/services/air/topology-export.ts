import type { Network } from './network-copy.ts';
import type { RowOf } from './stored.ts';
import type { End } from './topology-file.ts';

export function exportServices(network: Network) {
  const ends = listEnds(network);
  return network.services.map(({ body: { members } }) => ({
    name: members.name,
    service_type: members.service_type,
    ...ends.get(members.interface),
    port: members.node_port,
  }));
}

export function exportInstructions({ nodes }: Network, instructions: readonly RowOf<'instructions'>[]) {
  const nodeNames = new Map(nodes.map(({ id, body }) => [id, body.members.name]));
  return instructions.map(({ body: { members } }) => {
    const { executor, ...data } = members.data;
    return {
      name: members.name,
      node: nodeNames.get(members.node) ?? '',
      executor,
      data: shortenData(data),
      run_again_on_rebuild: members.run_again_on_rebuild,
    };
  });
}

/** Shortens a single command or a host name to a string, as in the SDK's example. */
function shortenData(data: Readonly<Record<string, unknown>>): unknown {
  const { commands, hostname, ...more } = data;
  if (Object.keys(more).length > 0) return data;
  if (typeof hostname === 'string') return hostname;
  return Array.isArray(commands) && commands.length === 1 && typeof commands[0] === 'string' ? commands[0] : data;
}

function listEnds({ nodes, interfaces }: Network): ReadonlyMap<string, End> {
  const nodeNames = new Map(nodes.map(({ id, body }) => [id, body.members.name]));
  return new Map(
    interfaces.map(({ id, body: { members } }) => [
      id,
      { node: nodeNames.get(members.node) ?? '', interface: members.name },
    ]),
  );
}

/** Renders a network as in a topology file. @param imageName returns the image name to use in the file */
export function exportTopology(network: Network, imageName: (id: string) => string) {
  const { nodes, interfaces, links } = network;
  const ends = listEnds(network);
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
