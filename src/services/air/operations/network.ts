import type { Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import type { Change } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import { amended, deletion, drafted, mustOwn, plain, referred, type Special, targetOf } from '../engine.ts';
import { entry } from '../histories.ts';
import { interfaceDraft, newInterface, newMac, newNode, nodeMembers } from '../network.ts';
import { type AirRow, changedRow, collectionOf, type Members, put, removed, shown } from '../objects.ts';
import { endsOf, linksOf } from '../removals.ts';
import { stateAt } from '../states.ts';
import { CHECKPOINTS } from '../tables/resources/checkpoints.ts';
import { IMAGES } from '../tables/resources/images.ts';
import { INSTRUCTIONS } from '../tables/resources/instructions.ts';
import { INTERFACES } from '../tables/resources/interfaces.ts';
import { LINKS } from '../tables/resources/links.ts';
import { NODES } from '../tables/resources/nodes.ts';
import { SERVICES } from '../tables/resources/services.ts';
import { SIMULATIONS } from '../tables/resources/simulations.ts';
import { newLink } from '../topology.ts';

/** The lowest port that services get on a worker. */
const FIRST_WORKER_PORT = 20_000;
const WORKER_PORTS = 10_000;
const WORKER = 'worker.air.test';

/** @throws Problem where there is no image at all */
async function defaultImage(context: Context): Promise<string> {
  const [first] = await context.store.collections.visibleTo(collectionOf(IMAGES), accountOf(context));
  if (first !== undefined) return first.id;
  throw new Problem('invalid_request', 'Field `image` is missing; there is no image that could be taken instead.');
}

const NODE: Special = {
  complete: async (context, members) => {
    const simulation = await referred(context, SIMULATIONS.name, 'simulation', members['simulation']);
    mustOwn(context, simulation);
    return { members: nodeMembers({ ...members, image: members['image'] ?? (await defaultImage(context)) }) };
  },
  along: (context, { id, body }) => [
    entry(context, 'node', id, 'Node created'),
    entry(context, 'simulation', String(body.members['simulation']), `Node ${body.members['name']} created`),
  ],
};

const INTERFACE: Special = {
  complete: async (context, members) => interfaceDraft(context, await ownNode(context, members['node']), members),
  change: ({ random }, _row, members) => ({
    members: members['mac_address'] === null ? { ...members, mac_address: newMac(random) } : members,
  }),
};

async function ownNode(context: Context, id: unknown): Promise<AirRow> {
  const node = await referred(context, NODES.name, 'node', id);
  mustOwn(context, node);
  return node;
}

/** A cable shows what it connects by name. */
async function linkView({ store }: Context, link: AirRow): Promise<Record<string, unknown>> {
  const interfaces = await Promise.all(
    endsOf(link).map(async (id) => {
      const end = (await store.collections.byId(collectionOf(INTERFACES), id)) as AirRow | null;
      const node = (await store.collections.byId(
        collectionOf(NODES),
        String(end?.body.members['node']),
      )) as AirRow | null;
      return { id, name: String(end?.body.members['name'] ?? ''), node_name: String(node?.body.members['name'] ?? '') };
    }),
  );
  return { ...shown(link), interfaces };
}

const createLink: Handler = async (context) => {
  const { interfaces: ids, labels = null } = context.body as { interfaces: readonly string[]; labels?: unknown };
  const ends = await Promise.all(ids.map((id) => referred(context, INTERFACES.name, 'interfaces', id)));
  for (const end of ends) mustOwn(context, end);
  const [one, other] = ends;
  if (one === undefined || other === undefined || ends.length !== 2 || one.id === other.id) {
    throw new Problem('invalid_request', 'Field `interfaces` must be two different interfaces.');
  }
  const simulation = String(one.body.hidden['simulation']);
  if (other.body.hidden['simulation'] !== simulation) {
    throw new Problem('invalid_request', 'Field `interfaces` must be two interfaces of one simulation.');
  }
  if ((await linksOf(context, one)).length > 0 || (await linksOf(context, other)).length > 0) {
    throw new Problem('bad_state', 'Field `interfaces`: one of them has a link already.');
  }
  const row = newLink(context, simulation, ends, labels);
  await context.store.collections.commit([put(row)]);
  return { status: 201, body: await linkView(context, row) };
};

const SERVICE: Special = {
  complete: async (context, members) => {
    const end = await referred(context, INTERFACES.name, 'interface', members['interface']);
    mustOwn(context, end);
    const { name, node_port, service_type } = members;
    return {
      members: { ...members, name: name || `${String(service_type).toLowerCase()}-${node_port}` },
      hidden: {
        simulation: end.body.hidden['simulation'],
        node: end.body.members['node'],
        worker_fqdn: WORKER,
        worker_port: FIRST_WORKER_PORT + (parseInt(context.random.hex(4), 16) % WORKER_PORTS),
      },
    };
  },
};

const INSTRUCTION: Special = {
  complete: async (context, { executor, data, ...members }) => {
    const node = await ownNode(context, members['node']);
    return {
      members: {
        ...members,
        name: members['name'] ?? `${executor}`,
        data: { ...(data as object), executor },
        state: 'PENDING',
      },
      hidden: { simulation: node.body.members['simulation'], executor },
    };
  },
  change: (_, row, { executor, data, ...members }) => {
    const before = row.body.members['data'] as Members;
    const next = { ...(data === undefined ? before : (data as Members)), executor: executor ?? before['executor'] };
    const name = members['name'] === null ? { name: String(next.executor) } : {};
    return { members: { ...members, ...name, data: next }, hidden: { executor: next.executor } };
  },
};

/** @throws Problem for a node that is not one of the simulation */
async function nodesOf(context: Context, simulation: string, ids: readonly string[]): Promise<readonly AirRow[]> {
  mustOwn(context, await referred(context, SIMULATIONS.name, 'simulation', simulation));
  return Promise.all(
    ids.map(async (id) => {
      const node = await referred(context, NODES.name, 'nodes', id);
      if (node.body.members['simulation'] === simulation) return node;
      throw new Problem('invalid_request', `Field \`nodes\`: \`${id}\` is no node of the simulation.`);
    }),
  );
}

/** An action on several nodes of a simulation: all of them, or none. */
function bulk(
  changesOf: (context: Context, node: AirRow, index: number) => readonly Change[] | Promise<readonly Change[]>,
): Handler {
  return async (context) => {
    const body = context.body as { simulation: string; nodes: readonly { id?: string; node?: string }[] };
    const ids = body.nodes.map(({ id, node }) => id ?? node ?? '');
    const nodes = await nodesOf(context, body.simulation, ids);
    const changes = await Promise.all(nodes.map((node, index) => changesOf(context, node, index)));
    await context.store.collections.commit(changes.flat());
    return { status: 204 };
  };
}

/** Resetting and rebuilding need a running simulation. */
function bulkWhileActive(action: string): Handler {
  const handler = bulk((context, node) => [entry(context, 'node', node.id, `Node ${action}`)]);
  return async (context) => {
    const { simulation } = context.body as { simulation: string };
    const row = await referred(context, SIMULATIONS.name, 'simulation', simulation);
    const state = stateAt(row, context.now);
    if (state === 'ACTIVE') return handler(context);
    throw new Problem(
      'bad_state',
      `Nodes cannot be ${action} while the state of the simulation is \`${state}\`; expected \`ACTIVE\`.`,
    );
  };
}

/** User configs of nodes: absent stays, null takes away. */
const bulkAssign = bulk(async (context, node, index) => {
  const { nodes } = context.body as { nodes: readonly { user_data?: string | null; meta_data?: string | null }[] };
  const before = (node.body.members['cloud_init'] ?? { user_data: null, meta_data: null }) as Members;
  const { user_data = before['user_data'], meta_data = before['meta_data'] } = nodes[index] ?? {};
  for (const [member, id] of Object.entries({ user_data, meta_data })) {
    if (id === null || id === undefined) continue;
    const { kind } = (await referred(context, 'userconfigs', member, id)).body.members;
    const wanted = `cloud-init-${member.replace('_', '-')}`;
    if (kind !== wanted)
      throw new Problem('invalid_request', `Field \`${member}\` must name a user config of kind \`${wanted}\`.`);
  }
  const cloud_init = { user_data, meta_data };
  return [put(changedRow(node, NODES, context.now, { members: { cloud_init } }))];
});

const bulkCopy: Handler = async (context) => {
  const copy = bulk((inner, node) => {
    const { members } = node.body;
    return [put(newNode(inner, { ...members, name: `${members['name']}-copy` }))];
  });
  await copy(context);
  return { status: 200, body: {} };
};

const bulkUpdate: Handler = async (context) => {
  const { simulation, node_ids, ...change } = context.body as {
    simulation: string;
    node_ids: readonly string[];
  } & Members;
  const nodes = await nodesOf(context, simulation, node_ids);
  if (change['image'] !== undefined) await referred(context, IMAGES.name, 'image', change['image']);
  const changeable = ['image', 'cpu', 'memory', 'storage', 'labels', 'metadata', 'advanced'];
  const members = Object.fromEntries(
    changeable.filter((name) => change[name] !== undefined).map((name) => [name, change[name]]),
  );
  const rows = nodes.map((node) => changedRow(node, NODES, context.now, { members }));
  await context.store.collections.commit(rows.map(put));
  return { status: 200, body: rows.map(shown) };
};

const fromSystemNode: Handler = async (context) => {
  const { system_node, ...body } = context.body as { system_node: string } & Members;
  const { members: template } = (await referred(context, 'system_nodes', 'system_node', system_node)).body;
  const { image, cpu, memory, storage, category, labels, split_options } = template;
  const { row, along } = await drafted(context, NODES, NODE, { image, cpu, memory, storage, labels, ...body });
  const whole = changedRow(row, NODES, context.now, { members: { category, split_options: split_options ?? null } });
  await context.store.collections.commit([put(whole), ...along]);
  return { status: 201, body: shown(whole) };
};

/** One interface becomes several, each a part of it. */
const breakout: Handler = async (context) => {
  const row = targetOf(context);
  mustOwn(context, row);
  const { split_count } = context.body as { split_count: number };
  if (row.body.hidden['parts'] !== undefined || row.body.members['split'] !== null) {
    throw new Problem('bad_state', 'The interface is broken out already.');
  }
  const node = await ownNode(context, row.body.members['node']);
  const { name, interface_type } = row.body.members;
  const parts = Array.from({ length: split_count }, (_, index) =>
    newInterface(context, node, { name: `${name}s${index}`.slice(-15), interface_type, split: row.id }),
  );
  const whole = changedRow(row, INTERFACES, context.now, { hidden: { parts: parts.map(({ id }) => id) } });
  const links = await linksOf(context, row);
  await context.store.collections.commit([put(whole), ...parts.map(put), ...links.map(removed)]);
  return { status: 200, body: parts.map(shown) };
};

const revertBreakout: Handler = async (context) => {
  const row = targetOf(context);
  mustOwn(context, row);
  const { store, now } = context;
  const wholeId = row.body.members['split'] ?? row.id;
  const whole = (await store.collections.byId(collectionOf(INTERFACES), String(wholeId))) as AirRow | null;
  const ids = whole?.body.hidden['parts'] as readonly string[] | undefined;
  if (whole === null || ids === undefined) throw new Problem('bad_state', 'The interface is not broken out.');
  const parts = await Promise.all(ids.map((id) => store.collections.byId(collectionOf(INTERFACES), id)));
  const gone = await Promise.all(
    parts.flatMap((part) => (part === null ? [] : [deletion(context, INTERFACES, part as AirRow)])),
  );
  const { parts: _, ...hidden } = whole.body.hidden;
  const next: AirRow = { ...whole, body: { ...whole.body, modified: now, hidden } };
  await store.collections.commit([...gone.flat(), put(next)]);
  return { status: 200, body: shown(next) };
};

const serviceView = (_: Context, row: AirRow) => ({
  ...shown(row),
  worker_port: row.body.hidden['worker_port'],
  worker_fqdn: row.body.hidden['worker_fqdn'],
});

/** The simulation counts its checkpoints. */
const deleteCheckpoint: Handler = async (context) => {
  const row = targetOf(context);
  await context.store.collections.commit(await deletion(context, CHECKPOINTS, row));
  await amended(context, SIMULATIONS, { id: String(row.body.hidden['simulation']) }, ({ body }) => ({
    members: { complete_checkpoint_count: Math.max(0, Number(body.members['complete_checkpoint_count']) - 1) },
  }));
  return { status: 204 };
};

export const networkOperations = {
  ...plain(NODES, NODE),
  nodes_bulk_reset: bulkWhileActive('reset'),
  nodes_bulk_rebuild: bulkWhileActive('rebuilt'),
  nodes_bulk_assign: bulkAssign,
  nodes_bulk_delete: bulk((context, node) => deletion(context, NODES, node)),
  nodes_bulk_copy: bulkCopy,
  nodes_bulk_update: bulkUpdate,
  nodes_from_system_node: fromSystemNode,
  ...plain(INTERFACES, INTERFACE),
  interfaces_breakout: breakout,
  interfaces_revert_breakout: revertBreakout,
  ...plain(LINKS, { view: linkView }),
  links_create: createLink,
  ...plain(SERVICES, { ...SERVICE, view: serviceView }),
  ...plain(INSTRUCTIONS, INSTRUCTION),
  checkpoints_delete: deleteCheckpoint,
};
