import type { AuthenticatedContext } from '../../contract/request.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import { createOwnedRow, type DraftOf } from './objects.ts';
import type { MembersOf, RowOf } from './stored.ts';
import { INTERFACES, NODES } from './tables/network.ts';

const NODE_DEFAULTS = {
  category: '',
  state: 'NONE',
  status_from_worker: '',
  pos_x: 0,
  pos_y: 0,
  labels: null,
  metadata: null,
  advanced: {},
  split_options: null,
  cdrom: null,
  storage_pci: null,
  management_ip: null,
  management_mac: null,
  management_interfaces: null,
  placement_group: '',
  cloud_init: null,
} as const;

type NodeMembers = MembersOf<'nodes'>;
type InterfaceMembers = MembersOf<'interfaces'>;

/** Members of a new node. Members with defaults are optional. */
type NewNode = Omit<NodeMembers, keyof typeof NODE_DEFAULTS> & Partial<NodeMembers>;

export function createNodeMembers(members: NewNode): NodeMembers {
  return { ...NODE_DEFAULTS, ...members };
}

export function createNode(context: AuthenticatedContext, members: NewNode): RowOf<'nodes'> {
  return createOwnedRow(context, NODES, { members: createNodeMembers(members) });
}

const MAX_GROUP_NAME_LENGTH = 64;

/** Returns the name of a placement group without surrounding white space. @throws Problem if it is too long */
export function normalizeGroupName(text: string): string {
  const name = text.trim();
  if (name.length <= MAX_GROUP_NAME_LENGTH) return name;
  const message = `Field \`placement_group\` has ${name.length} characters; expected up to ${MAX_GROUP_NAME_LENGTH}.`;
  throw invalidRequest(message);
}

type InterfaceLabels = NonNullable<InterfaceMembers['labels']>;

interface NewInterface extends Partial<Omit<InterfaceMembers, 'name' | 'mac_address' | 'labels'>> {
  readonly name: string;
  readonly labels?: Partial<InterfaceLabels> | null;
  readonly mac_address?: string | null;
}

/** Returns labels with the missing ones as null, because responses have all of them. */
export function completeLabels(labels: Partial<InterfaceLabels> | null): InterfaceLabels | null {
  return labels === null
    ? null
    : { ...labels, interface_role: labels.interface_role ?? null, scalable_unit: labels.scalable_unit ?? null };
}

/** Builds a draft of an interface of a node, with defaults for members that are left out. */
export function createInterfaceDraft(
  node: RowOf<'nodes'>,
  { labels = null, ...members }: NewInterface & Pick<InterfaceMembers, 'mac_address'>,
): DraftOf<'interfaces'> {
  return {
    members: {
      interface_type: 'DATA_PLANE_INTF',
      outbound: false,
      labels: completeLabels(labels),
      interface_role: null,
      scalable_unit: null,
      split: null,
      connection: null,
      ...members,
      node: node.id,
    },
    hidden: { simulation: node.body.members.simulation },
  };
}

export function createInterface(
  context: AuthenticatedContext,
  node: RowOf<'nodes'>,
  members: NewInterface,
): RowOf<'interfaces'> {
  return createOwnedRow(context, INTERFACES, createInterfaceDraft(node, addMac(context, members)));
}

export function addMac<Members extends { readonly mac_address?: string | null }>(
  { random }: AuthenticatedContext,
  members: Members,
): Members & { readonly mac_address: string } {
  return { ...members, mac_address: members.mac_address ?? formatMac(random.hex(10)) };
}

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

const FIRST_WORKER_PORT = 20_000;
const WORKER_PORT_COUNT = 10_000;
/** Host name of the only worker. Names in `.test` do not exist. */
const WORKER_FQDN = 'worker.air.test';

/** Builds a draft of a service, which opens a port of an interface. @param randomNumber chooses the worker port */
export function createServiceDraft(
  end: RowOf<'interfaces'>,
  members: MembersOf<'services'>,
  randomNumber: number,
): DraftOf<'services'> {
  const { name, node_port, service_type } = members;
  return {
    members: { ...members, name: name || `${service_type.toLowerCase()}-${node_port}` },
    hidden: {
      simulation: end.body.hidden.simulation,
      node: end.body.members.node,
      worker_fqdn: WORKER_FQDN,
      worker_port: FIRST_WORKER_PORT + (randomNumber % WORKER_PORT_COUNT),
    },
  };
}

type InstructionMembers = MembersOf<'instructions'>;

/** Builds a draft of an instruction of a node. @param creator who sends the instruction: an e-mail address or a name */
export function createInstructionDraft(
  node: RowOf<'nodes'>,
  {
    executor,
    data,
    name,
    run_again_on_rebuild,
    ...members
  }: Omit<InstructionMembers, 'name' | 'state' | 'run_again_on_rebuild' | 'data'> & {
    readonly data: object;
    readonly executor: string;
    readonly name: string | null;
    readonly run_again_on_rebuild: boolean | null;
  },
  creator: string,
): DraftOf<'instructions'> {
  return {
    members: {
      ...members,
      name: name ?? executor,
      run_again_on_rebuild: run_again_on_rebuild ?? false,
      // Safe cast: requests and files were validated by `checkData`, and for seeds the required member was checked.
      data: { ...data, executor } as InstructionMembers['data'],
      state: 'PENDING',
    },
    hidden: { simulation: node.body.members.simulation, executor, creator },
  };
}

/** Returns a locally administered MAC address (IEEE 802: its second bit is set). @param digits ten or more, hexadecimal */
export function formatMac(digits: string): string {
  return ['02', ...[0, 2, 4, 6, 8].map((start) => digits.slice(start, start + 2))].join(':');
}
