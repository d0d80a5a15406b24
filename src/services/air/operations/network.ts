import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Operations } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Change } from '../../../store/row.ts';
import { accountOf, creatorOf } from '../caller.ts';
import { amend, createOperations, draftObject, pickDefined } from '../crud.ts';
import { findLinks, planDeletion } from '../deletions.ts';
import type { BodyOf, HooksOf } from '../hooks.ts';
import { checkData } from '../instruction-data.ts';
import {
  addMac,
  completeLabels,
  createInstructionDraft,
  createInterfaceDraft,
  createLinkDraft,
  createNode,
  createNodeMembers,
  createServiceDraft,
  normalizeGroupName,
} from '../network.ts';
import { changeRow, createPut, renderStored } from '../objects.ts';
import { resolveReference } from '../references.ts';
import { stateAt } from '../states.ts';
import { collectionOf, type RowOf } from '../stored.ts';
import { IMAGES } from '../tables/images.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODES, SERVICES, SYSTEM_NODES } from '../tables/network.ts';
import { USERCONFIGS } from '../tables/people.ts';
import { CHECKPOINTS, SIMULATIONS } from '../tables/simulations.ts';
import { breakoutOperations } from './breakouts.ts';
import { createHistoryEntry } from './histories.ts';
import { isUsable, requireState } from './simulations.ts';

/** @throws Problem if there is none */
async function findDefaultImage(context: AuthenticatedContext): Promise<string> {
  const rows = await collectionOf(IMAGES).visibleTo(context.store.collections, accountOf(context));
  const [first] = rows;
  if (first !== undefined) return first.id;
  throw invalidRequest(
    'Field `image` is missing, and the organisation has no image to use as default. Create one first.',
  );
}

type NodeRow = RowOf<'nodes'>;

const NODE_HOOKS: HooksOf<'nodes'> = {
  complete: async (context, members) => {
    const image = members.image ?? (await findDefaultImage(context));
    return {
      members: createNodeMembers({ ...members, image, placement_group: normalizeGroupName(members.placement_group) }),
      otherChanges: (id) => [
        createHistoryEntry(context, 'node', id, 'Node created'),
        createHistoryEntry(context, 'simulation', members.simulation, `Node ${members.name} created`),
      ],
    };
  },
  change: async (context, row, { placement_group, ...members }) => {
    if (placement_group === undefined) return { members };
    await assertGroupCanChange(context, row);
    return { members: { ...members, placement_group: normalizeGroupName(placement_group) } };
  },
};

/** @throws Problem unless the simulation is INACTIVE and has no checkpoints */
async function assertGroupCanChange(context: AuthenticatedContext, { body }: NodeRow): Promise<void> {
  const { collections } = context.store;
  const { simulation: id } = body.members;
  const simulation = await collectionOf(SIMULATIONS).byId(collections, id);
  if (simulation !== null) requireState(context, simulation, 'change a placement group', ['INACTIVE']);
  if ((await collectionOf(CHECKPOINTS).ofParent(collections, id)).some(isUsable)) {
    throw new Problem(
      'bad_state',
      'Placement groups cannot change while the simulation has checkpoints. Delete the checkpoints first.',
    );
  }
}

const LINK_HOOKS: HooksOf<'links'> = {
  complete: async (context, { interfaces: ids, ...members }) => {
    const ends = await Promise.all(ids.map((id) => resolveReference(context, INTERFACES, 'interfaces', id)));
    const [first, second] = ends;
    if (first === undefined || second === undefined || ends.length !== 2 || first.id === second.id) {
      throw invalidRequest('Field `interfaces` must have two different interfaces.');
    }
    const { simulation } = first.body.hidden;
    if (second.body.hidden.simulation !== simulation) {
      throw invalidRequest('Field `interfaces` must have two interfaces of the same simulation.');
    }
    if ((await findLinks(context, first)).length > 0 || (await findLinks(context, second)).length > 0) {
      throw new Problem(
        'bad_state',
        'Field `interfaces` has an interface that already has a link. Delete the link first.',
      );
    }
    return createLinkDraft(simulation, ends, members);
  },
  view: async ({ store }, link) => {
    const interfaces = await Promise.all(
      link.body.hidden.interface.map(async (id) => {
        const end = await collectionOf(INTERFACES).byId(store.collections, id);
        const node = end === null ? null : await collectionOf(NODES).byId(store.collections, end.body.members.node);
        return { id, name: end?.body.members.name ?? '', node_name: node?.body.members.name ?? '' };
      }),
    );
    return { ...renderStored(link), interfaces };
  },
};

/** Reads nodes, ignoring duplicates. @throws Problem if one of them is not in the simulation */
async function resolveNodes(
  context: AuthenticatedContext,
  simulation: string,
  ids: Iterable<string>,
): Promise<readonly NodeRow[]> {
  await resolveReference(context, SIMULATIONS, 'simulation', simulation);
  return Promise.all(
    [...new Set(ids)].map(async (id) => {
      const node = await resolveReference(context, NODES, 'nodes', id);
      if (node.body.members.simulation === simulation) return node;
      throw invalidRequest(`Field \`nodes\` has \`${id}\`, which is not a node of the simulation.`);
    }),
  );
}

interface BulkContext extends AuthenticatedContext {
  readonly body: { readonly simulation: string; readonly nodes: readonly { readonly id: string }[] };
}

function resolveNamedNodes(context: BulkContext): Promise<readonly NodeRow[]> {
  const ids = context.body.nodes.map(({ id }) => id);
  return resolveNodes(context, context.body.simulation, ids);
}

/** Changes several nodes of a simulation, all or none. */
async function changeNodes(
  context: BulkContext,
  planChanges: (node: NodeRow) => readonly Change[] | Promise<readonly Change[]>,
) {
  const changes = await Promise.all((await resolveNamedNodes(context)).map(planChanges));
  await context.store.collections.commit(changes.flat());
  return { status: 204 } as const;
}

async function recordAction(context: BulkContext, action: string) {
  const row = await resolveReference(context, SIMULATIONS, 'simulation', context.body.simulation);
  const state = stateAt(row, context.now);
  if (state === 'ACTIVE') {
    return changeNodes(context, ({ id }) => [createHistoryEntry(context, 'node', id, `Node ${action}`)]);
  }
  throw new Problem(
    'bad_state',
    `Nodes cannot be ${action} while the state of the simulation is \`${state}\`; expected \`ACTIVE\`.`,
  );
}

type CloudInit = NonNullable<Schema<'air', 'Node'>['cloud_init']>;

/** Returns the requested configs, by node. @throws Problem if two entries have different configs for a node */
function collectConfigs(named: Schema<'air', 'AssignNodesRequest'>['nodes']): ReadonlyMap<string, Partial<CloudInit>> {
  const configs = new Map<string, Partial<CloudInit>>();
  for (const { node, ...requested } of named) {
    const before = configs.get(node) ?? {};
    const member = (['user_data', 'meta_data'] as const).find(
      (name) => before[name] !== undefined && requested[name] !== undefined && before[name] !== requested[name],
    );
    if (member !== undefined) {
      throw invalidRequest(`Field \`nodes\` has \`${node}\` twice, with different values of \`${member}\`.`);
    }
    configs.set(node, { ...before, ...requested });
  }
  return configs;
}

/** Returns the change of a node's user configs. @throws Problem if a config does not exist or has another kind */
async function planConfigChange(
  context: AuthenticatedContext,
  node: NodeRow,
  requested: Partial<CloudInit>,
): Promise<Change> {
  const before = node.body.members.cloud_init ?? {};
  const { user_data = before.user_data ?? null, meta_data = before.meta_data ?? null } = requested;
  const cloud_init = { user_data, meta_data };
  for (const [member, id] of Object.entries(cloud_init)) {
    if (id === null) continue;
    const { kind } = (await resolveReference(context, USERCONFIGS, member, id)).body.members;
    const expectedKind = `cloud-init-${member.replace('_', '-')}`;
    if (kind !== expectedKind)
      throw invalidRequest(`Field \`${member}\` must be a user config of kind \`${expectedKind}\`.`);
  }
  return createPut(changeRow(node, NODES, context.now, { members: { cloud_init } }));
}

/**
 * Returns an unused node name: topology files need unique names.
 *
 * @param numbers next copy number by name, so that each of many copies takes constant time
 */
function chooseCopyName(name: string, taken: Set<string>, numbers: Map<string, number>): string {
  let number = numbers.get(name) ?? 1;
  const formatName = () => (number === 1 ? `${name}-copy` : `${name}-copy-${number}`);
  while (taken.has(formatName())) number += 1;
  const copy = formatName();
  taken.add(copy);
  numbers.set(name, number + 1);
  return copy;
}

/**
 * Keeps the object, with the state DELETED. Also decrements the simulation's checkpoint count, in the same transaction,
 * so that retries do not repeat it.
 */
const deleteCheckpoint: Handler<'air', 'checkpoints_delete', RowOf<'checkpoints'>> = async (context) => {
  const { target: row } = context;
  const { collections } = context.store;
  await amend(
    context,
    SIMULATIONS,
    { id: row.body.hidden.simulation },
    ({ body }) => ({
      members: { complete_checkpoint_count: Math.max(0, (body.members.complete_checkpoint_count ?? 0) - 1) },
    }),
    async () => {
      const checkpoint = await collectionOf(CHECKPOINTS).byId(collections, row.id);
      if (checkpoint === null) throw new Problem('not_found');
      if (!isUsable(checkpoint)) throw new Problem('bad_state', 'The checkpoint is deleted already.');
      return [createPut(changeRow(checkpoint, CHECKPOINTS, context.now, { members: { state: 'DELETED' } }))];
    },
  );
  return { status: 204 };
};

export const networkOperations = {
  ...createOperations(NODES, NODE_HOOKS),
  nodes_bulk_reset: (context) => recordAction(context, 'reset'),
  nodes_bulk_rebuild: (context) => recordAction(context, 'rebuilt'),
  /** Sets user configs of nodes. Absent members stay unchanged; null removes a config. */
  nodes_bulk_assign: async (context) => {
    const { simulation, nodes: named } = context.body;
    const configs = collectConfigs(named);
    const nodes = await resolveNodes(context, simulation, configs.keys());
    const changes = await Promise.all(nodes.map((node) => planConfigChange(context, node, configs.get(node.id) ?? {})));
    await context.store.collections.commit(changes);
    return { status: 204 };
  },
  nodes_bulk_delete: (context) => changeNodes(context, (node) => planDeletion(context, NODES, node)),
  nodes_bulk_copy: async (context) => {
    const { simulation } = context.body;
    const nodes = await resolveNamedNodes(context);
    const row = await resolveReference(context, SIMULATIONS, 'simulation', simulation);
    requireState(context, row, 'copy nodes', ['INACTIVE']);
    const all = await collectionOf(NODES).ofParent(context.store.collections, simulation);
    const taken = new Set(all.map(({ body }) => body.members.name));
    const numbers = new Map<string, number>();
    const copies = nodes.map(({ body: { members } }) =>
      createNode(context, { ...members, name: chooseCopyName(members.name, taken, numbers) }),
    );
    await context.store.collections.commit(copies.map(createPut));
    return { status: 200, body: {} };
  },
  nodes_bulk_update: async (context) => {
    const { simulation, node_ids, image } = context.body;
    const nodes = await resolveNodes(context, simulation, node_ids);
    if (image !== undefined) await resolveReference(context, IMAGES, 'image', image);
    const names = ['image', 'cpu', 'memory', 'storage', 'labels', 'metadata', 'advanced'] as const;
    const members = pickDefined(context.body, names);
    const rows = nodes.map((node) => changeRow(node, NODES, context.now, { members }));
    await context.store.collections.commit(rows.map(createPut));
    return { status: 200, body: rows.map(renderStored) };
  },
  nodes_from_system_node: async (context) => {
    const { system_node, ...body } = context.body;
    const { members: template } = (await resolveReference(context, SYSTEM_NODES, 'system_node', system_node)).body;
    const { image, cpu, memory, storage, category, labels, split_options } = template;
    const requestedMembers: Partial<BodyOf<'nodes', 'create'>> = {
      image,
      cpu,
      memory,
      storage,
      ...(labels && { labels }),
      ...body,
    };
    const { row, otherChanges } = await draftObject(context, NODES, NODE_HOOKS, requestedMembers);
    const completed = changeRow(row, NODES, context.now, {
      members: { category, split_options: split_options ?? null },
    });
    await context.store.collections.commit([createPut(completed), ...otherChanges]);
    return { status: 201, body: renderStored(completed) };
  },
  ...createOperations(SYSTEM_NODES, {}),
  ...createOperations(INTERFACES, {
    complete: async (context, members) =>
      createInterfaceDraft(await resolveReference(context, NODES, 'node', members.node), addMac(context, members)),
    change: (_context, _row, { labels, ...members }) => ({
      members: { ...members, ...(labels !== undefined && { labels: completeLabels(labels) }) },
    }),
  }),
  ...breakoutOperations,
  ...createOperations(LINKS, LINK_HOOKS),
  ...createOperations(SERVICES, {
    complete: async (context, members) => {
      const end = await resolveReference(context, INTERFACES, 'interface', members.interface);
      return createServiceDraft(end, members, parseInt(context.random.hex(4), 16));
    },
    view: (_, row) => {
      const { worker_port, worker_fqdn } = row.body.hidden;
      return { ...renderStored(row), worker_port, worker_fqdn };
    },
  }),
  ...createOperations(INSTRUCTIONS, {
    complete: async (context, members) => {
      checkData(members.executor, members.data, 'data');
      const node = await resolveReference(context, NODES, 'node', members.node);
      return createInstructionDraft(node, members, creatorOf(context));
    },
  }),
  ...createOperations(CHECKPOINTS, {}),
  checkpoints_delete: deleteCheckpoint,
} satisfies Partial<Operations<'air'>>;
