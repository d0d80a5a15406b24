import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Random } from '../../platform/random.ts';
import { type DraftOf, newRow } from './objects.ts';
import type { MembersOf, RowOf } from './stored.ts';
import { INTERFACES } from './tables/resources/interfaces.ts';
import { NODES } from './tables/resources/nodes.ts';

/** Members of every node, with their defaults. */
const NODE = {
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
  cloud_init: null,
} as const;

type NodeMembers = MembersOf<'nodes'>;
type InterfaceMembers = MembersOf<'interfaces'>;

/** Members of a new node: those without a default are required, the rest are optional. */
type NewNode = Omit<NodeMembers, keyof typeof NODE> & Partial<NodeMembers>;

export function nodeMembers(members: NewNode): NodeMembers {
  return { ...NODE, ...members };
}

export function newNode(context: AuthenticatedContext, members: NewNode): RowOf<'nodes'> {
  return newRow(context, NODES, { members: nodeMembers(members) });
}

interface NewInterface extends Partial<Omit<InterfaceMembers, 'name' | 'mac_address'>> {
  readonly name: string;
  readonly mac_address?: string | null;
}

/** Drafts an interface; draws a MAC address if none is given. */
export function interfaceDraft(
  { random }: Pick<AuthenticatedContext, 'random'>,
  node: RowOf<'nodes'>,
  members: NewInterface,
): DraftOf<'interfaces'> {
  return {
    members: {
      interface_type: 'DATA_PLANE_INTF',
      outbound: false,
      labels: null,
      split: null,
      connection: null,
      ...members,
      mac_address: members.mac_address ?? newMac(random),
      node: node.id,
    },
    hidden: { simulation: node.body.members.simulation },
  };
}

export function newInterface(
  context: AuthenticatedContext,
  node: RowOf<'nodes'>,
  members: NewInterface,
): RowOf<'interfaces'> {
  return newRow(context, INTERFACES, interfaceDraft(context, node, members));
}

/** A locally administered address (IEEE 802: the second bit of the first octet is set). */
export function newMac(random: Random): string {
  const digits = random.hex(10);
  return ['02', ...[0, 2, 4, 6, 8].map((at) => digits.slice(at, at + 2))].join(':');
}
