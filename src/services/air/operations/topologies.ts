import type { OperationOf, Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { isRecord } from '../../../lib/members.ts';
import { NotFound } from '../../../store/errors.ts';
import type { Change } from '../../../store/row.ts';
import { accountOf, creatorOf } from '../caller.ts';
import type { HandlersOf } from '../crud.ts';
import {
  createInstructionDraft,
  createInterface,
  createLinkDraft,
  createNode,
  createServiceDraft,
} from '../network.ts';
import { createScript, type Network, readNetwork } from '../network-copy.ts';
import { changeRow, createOwnedRow, createPut } from '../objects.ts';
import { fieldProblem } from '../problem.ts';
import { collectionOf, type RowOf } from '../stored.ts';
import { IMAGES } from '../tables/images.ts';
import { INSTRUCTIONS, LINKS, SERVICES } from '../tables/network.ts';
import { SIMULATION_ZTP_SCRIPT, SIMULATIONS } from '../tables/simulations.ts';
import { exportInstructions, exportServices, exportTopology } from '../topology-export.ts';
import { type End, readTopology, type Topology } from '../topology-file.ts';
import { createHistoryEntry } from './histories.ts';
import { createSimulationDraft, renderSimulation } from './simulations.ts';

/** Returns the changes that store the network of a topology. @throws Problem if an image does not exist */
async function buildNetwork(
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

type Script = RowOf<'simulation_ztp_script'>;

/** @throws Problem with the field names of `simulations_parse` */
function parseTopology(format: string, content: unknown): Topology {
  try {
    return readTopology(format, content);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    throw new Problem(thrown.kind, thrown.message.replaceAll('`content', '`topology_data'));
  }
}

/** Removes and reports members that only dsx supports. */
function removeUnsupported({ settings, hints }: AuthenticatedContext, field: string, content: unknown): unknown {
  if (settings.air === 'dsx' || !isRecord(content)) return content;
  const unsupported = ['services', 'instructions'].filter((name) => Object.hasOwn(content, name));
  for (const name of unsupported) {
    const message = `A topology has the field \`${field}.${name}\`, which only dsx supports. It was ignored.`;
    hints.add('other_version', message);
  }
  return unsupported.length === 0 ? content : { ...content, services: undefined, instructions: undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest('Field `topology_data` is not valid JSON; expected an object with `nodes`, as a string.');
  }
}

async function exportOptionalParts(
  { store }: AuthenticatedContext,
  { include_services, include_instructions = 'NONE' }: OperationOf<'air', 'simulations_export'>['query'],
  network: Network,
): Promise<Readonly<Record<string, unknown>>> {
  const services = include_services === true ? { services: exportServices(network) } : {};
  if (include_instructions === 'NONE') return services;
  const all = await Promise.all(
    network.nodes.map(({ id }) => collectionOf(INSTRUCTIONS).ofParent(store.collections, id)),
  );
  // The mock never runs instructions, so all of them count as not run.
  const selected = all
    .flat()
    .filter(({ body }) => include_instructions !== 'REPEATABLE' || body.members.run_again_on_rebuild);
  return { ...services, instructions: exportInstructions(network, selected) };
}

/** A topology file identifies nodes by name. @throws Problem if two nodes have the same one */
function assertUniqueNames({ nodes }: Network): void {
  const names = new Set<string>();
  for (const { body } of nodes) {
    const { name } = body.members;
    if (names.has(name)) {
      throw new Problem(
        'bad_state',
        `The simulation cannot be exported because several nodes are named \`${name}\`; expected unique names. Rename all but one of them with PATCH.`,
      );
    }
    names.add(name);
  }
}

const SCRIPTS = collectionOf(SIMULATION_ZTP_SCRIPT);

function renderScript({ body: { created, modified, members } }: Script): Schema<'air', 'ZtpScript'> {
  return { created: rfc3339(created), modified: rfc3339(modified), content: members.content };
}

/** Changes or, for null, deletes the script of a simulation. @throws Problem if there is none */
async function changeScript<After extends Script | null>(
  context: AuthenticatedContext<RowOf<'simulations'>>,
  change: (row: Script) => After,
): Promise<After> {
  const { target: simulation } = context;
  try {
    return await SCRIPTS.change(context.store.collections, simulation.id, change);
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}

export const topologyOperations = {
  /** Creates a simulation from a topology file, in one commit. */
  simulations_import: async (context) => {
    const { format, content, name, ztp } = context.body;
    const topology = readTopology(format, removeUnsupported(context, 'content', content));
    const members = { name, sleep_at: null, expires_at: null, documentation: null, metadata: null };
    const draft = createSimulationDraft(context, members, 'import');
    // As in the SDK's example: without an out-of-band network, both stay unset.
    const enabled = topology.oob ? true : null;
    const oob = { auto_oob_enabled: enabled, enable_dhcp: enabled };
    const row = createOwnedRow(context, SIMULATIONS, { ...draft, members: { ...draft.members, ...oob } });
    const script = typeof ztp === 'string' && ztp !== '' ? [createPut(createScript(context, row.id, ztp))] : [];
    const parts = await buildNetwork(context, row.id, topology);
    const note = createHistoryEntry(context, 'simulation', row.id, `Imported from ${format}`);
    await context.store.collections.commit([createPut(row), ...parts, ...script, note]);
    return { status: 201, body: renderSimulation(context, row) };
  },
  /** Converts a topology to JSON without creating anything. */
  simulations_parse: async (context) => {
    const { source_format: format, topology_data: text } = context.body;
    const content = format === 'DOT' ? text : removeUnsupported(context, 'topology_data', parseJson(text));
    const { nodes, links, oob, sentMembers } = parseTopology(format, content);
    return { status: 200, body: { nodes, links, oob, ...sentMembers } };
  },
  simulations_export: async (context) => {
    const { store, query, target: row } = context;
    const network = await readNetwork(context, row.id);
    assertUniqueNames(network);
    const ids = [...new Set(network.nodes.map(({ body }) => body.members.image))];
    const images = await Promise.all(ids.map((id) => collectionOf(IMAGES).byId(store.collections, id)));
    const names = new Map(
      images.flatMap((image) => (image === null ? [] : [[image.id, image.body.members.name] as const])),
    );
    const imageName = (id: string) => (query.image_ids === true ? id : (names.get(id) ?? id));
    const oob = row.body.members.auto_oob_enabled === true;
    const script = await SCRIPTS.byId(store.collections, row.id);
    const content = {
      ...exportTopology(network, imageName),
      oob,
      ...(await exportOptionalParts(context, query, network)),
    };
    const ztp = script === null ? null : script.body.members.content;
    return { status: 200, body: { format: 'JSON', name: row.body.members.name, content, ztp } };
  },
  simulation_ztp_script_create: async (context) => {
    const { target: simulation } = context;
    const { content } = context.body;
    if ((await SCRIPTS.byId(context.store.collections, simulation.id)) !== null) {
      throw new Problem('bad_state', 'The simulation already has a ZTP script; change it with PATCH.');
    }
    const row = createScript(context, simulation.id, content);
    await context.store.collections.commit([createPut(row)]);
    return { status: 201, body: renderScript(row) };
  },
  simulation_ztp_script_get: async ({ store, target }) => {
    const row = await SCRIPTS.byId(store.collections, target.id);
    if (row === null) throw new Problem('not_found');
    return { status: 200, body: renderScript(row) };
  },
  simulation_ztp_script_update: async (context) => {
    const { content } = context.body;
    const members = content === undefined ? {} : { content };
    const row = await changeScript(context, (before) =>
      changeRow(before, SIMULATION_ZTP_SCRIPT, context.now, { members }),
    );
    return { status: 200, body: renderScript(row) };
  },
  simulation_ztp_script_delete: async (context) => {
    await changeScript(context, () => null);
    return { status: 204 };
  },
} satisfies HandlersOf<'simulations'>;
