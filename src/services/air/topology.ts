import type { AuthenticatedContext } from '../../contract/request.ts';
import { Problem } from '../../core/problem.ts';
import type { Change } from '../../store/collections.ts';
import { accountOf, creatorOf } from './caller.ts';
import { type DotEnd, readDot } from './dot.ts';
import { newInterface, newNode } from './network.ts';
import { type DraftOf, newRow, put } from './objects.ts';
import { collectionOf, type MembersOf, type RowOf, type StoredName, type Table } from './stored.ts';
import { IMAGES } from './tables/images.ts';
import { INSTRUCTIONS, INTERFACES, LINKS, NODES, SERVICES } from './tables/network.ts';
import { SIMULATION_ZTP_SCRIPT } from './tables/simulations.ts';

/** One end of a cable. */
interface End {
  readonly node: string;
  readonly interface: string;
}

/** The members of a node in a file. */
interface ReadNode extends Pick<MembersOf<'nodes'>, 'cpu' | 'memory' | 'storage' | 'pos_x' | 'pos_y'> {
  /** The name or the id of an image. */
  readonly os: string;
}

/** A topology of a file: nodes by name, and cables between their interfaces. */
export interface Topology {
  readonly nodes: Readonly<Record<string, unknown>>;
  /** The nodes as read, with defaults. */
  readonly named: ReadonlyMap<string, ReadNode>;
  /** `exit` leads outside the simulation. */
  readonly links: readonly (readonly [End, End | 'exit'])[];
  readonly oob: boolean;
}

/** @throws Problem with the faulty part */
export function readTopology(format: string, content: unknown): Topology {
  return format === 'DOT' ? fromDot(content) : readJson(content);
}

/** Far more than in real simulations, and few enough for one commit. */
const MOST_NODES = 2000;
const MOST_LINKS = 2500;
const LONGEST_NAME = 255;

function readJson(content: unknown): Topology {
  if (!isObject(content)) throw wrong('`content`', 'an object with `nodes`');
  const { nodes, links = [], oob } = content;
  if (!isObject(nodes)) throw wrong('`content.nodes`', 'an object of nodes by their names');
  const entries = Object.entries(nodes);
  if (entries.length > MOST_NODES) throw wrong('`content.nodes`', `at most ${MOST_NODES} nodes`);
  const named = new Map(entries.map(([name, node]) => [name, readNode(name, node)]));
  if (!Array.isArray(links)) throw wrong('`content.links`', 'a list of pairs');
  if (links.length > MOST_LINKS) throw wrong('`content.links`', `at most ${MOST_LINKS} links`);
  const read = links.map((link: unknown, index) => readLink(link, `\`content.links[${index}]\``, named));
  checkEnds(read);
  return {
    nodes,
    named,
    links: read,
    // The SDK's example: a file that does not say gets an out-of-band network.
    oob: oob === undefined || oob === true || isObject(oob),
  };
}

function readNode(name: string, node: unknown): ReadNode {
  if (name === '') throw wrong('`content.nodes`', 'names that are not empty');
  if (name.length > LONGEST_NAME) throw wrong('`content.nodes`', `names of at most ${LONGEST_NAME} characters`);
  if (!isObject(node)) throw wrong(`\`content.nodes.${name}\``, 'an object');
  const { os, pos, cpu, memory, storage } = node;
  if (!isName(os)) throw wrong(`\`content.nodes.${name}.os\``, 'the name or id of an image');
  const { x = 0, y = 0 } = isObject(pos) ? pos : {};
  if (!isWhole(x) || !isWhole(y)) {
    throw wrong(`\`content.nodes.${name}.pos\``, 'whole numbers `x` and `y`');
  }
  return {
    os,
    cpu: readSize(name, 'cpu', cpu, 1),
    memory: readSize(name, 'memory', memory, 1024),
    storage: readSize(name, 'storage', storage, 10),
    pos_x: x,
    pos_y: y,
  };
}

function readSize(name: string, member: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (isWhole(value) && value > 0) return value;
  throw wrong(`\`content.nodes.${name}.${member}\``, 'a whole number from 1');
}

const INTERFACE_NAME = /^.{1,15}$/;

/** An interface has at most one cable. @throws Problem */
function checkEnds(links: Topology['links']): void {
  const taken = new Set<string>();
  for (const [index, ends] of links.entries()) {
    for (const end of ends) {
      if (end === 'exit') continue;
      const name = `${end.node}:${end.interface}`;
      if (taken.has(name))
        throw wrong(`\`content.links[${index}]\``, `an interface that has no link yet; \`${name}\` has one`);
      taken.add(name);
    }
  }
}

function readLink(link: unknown, where: string, named: Topology['named']): Topology['links'][number] {
  if (!Array.isArray(link) || link.length !== 2) throw wrong(where, 'a pair of ends');
  const [first, second]: readonly unknown[] = link;
  const one = readEnd(first, where, named);
  const other = readEnd(second, where, named);
  if (one !== 'exit') return [one, other];
  if (other !== 'exit') return [other, one];
  throw wrong(where, 'at least one end that is an interface');
}

function readEnd(end: unknown, where: string, named: Topology['named']): End | 'exit' {
  if (end === 'exit') return end;
  if (!isObject(end) || !isName(end['node']) || typeof end['interface'] !== 'string') {
    throw wrong(where, 'ends with `node` and `interface`, or `exit`');
  }
  if (!INTERFACE_NAME.test(end['interface'])) throw wrong(where, 'interfaces with names of 1 to 15 characters');
  if (!named.has(end['node'])) throw wrong(where, `a node of \`content.nodes\`; there is no \`${end['node']}\``);
  return { node: end['node'], interface: end['interface'] };
}

/** An end named `exit` without a port leads outside. */
function fromDot(content: unknown): Topology {
  if (typeof content !== 'string') throw wrong('`content`', 'DOT text');
  const { nodes, edges } = readDot(content);
  const end = ({ node, port }: DotEnd) =>
    port === undefined && node === 'exit' ? node : { node, ...(port !== undefined && { interface: port }) };
  return readJson({ nodes, links: edges.map((ends) => ends.map(end)) });
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_NAME;
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(where: string, expected: string): Problem {
  return new Problem('invalid_request', `Field ${where} is not valid; expected ${expected}.`);
}

/** Builds the nodes, interfaces and links of a topology. @throws Problem if an image does not exist */
export async function buildNetwork(
  context: AuthenticatedContext,
  simulation: string,
  topology: Topology,
): Promise<readonly Change[]> {
  const images = await collectionOf(IMAGES).visibleTo(context.store.collections, accountOf(context));
  const ids = new Map<string, string>();
  for (const { id, body } of images.toReversed()) ids.set(body.members.name, id).set(id, id);
  const imageOf = (name: string, os: string): string => {
    const found = ids.get(os);
    if (found !== undefined) return found;
    throw wrong(`\`content.nodes.${name}.os\``, `an image that you may see; there is no \`${os}\``);
  };
  const nodes = new Map(
    [...topology.named].map(([name, { os, ...members }]) => [
      name,
      newNode(context, { name, simulation, image: imageOf(name, os), ...members }),
    ]),
  );
  const interfaces = new Map<string, RowOf<'interfaces'>>();
  const interfaceOf = (end: End, outbound: boolean): RowOf<'interfaces'> => {
    const name = `${end.node}:${end.interface}`;
    const node = nodes.get(end.node);
    if (node === undefined) throw new Error('a link of the topology lacks its node');
    const row = interfaces.get(name) ?? newInterface(context, node, { name: end.interface, outbound });
    interfaces.set(name, row);
    return row;
  };
  const links = topology.links.flatMap(([one, other]) => {
    const first = interfaceOf(one, other === 'exit');
    return other === 'exit' ? [] : [newRow(context, LINKS, linkDraft(simulation, [first, interfaceOf(other, false)]))];
  });
  return [...nodes.values(), ...interfaces.values(), ...links].map(put);
}

/** Drafts a cable between two interfaces of a simulation. */
export function linkDraft(
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

/** The topology of a stored simulation. */
export interface Network {
  readonly nodes: readonly RowOf<'nodes'>[];
  readonly interfaces: readonly RowOf<'interfaces'>[];
  readonly links: readonly RowOf<'links'>[];
  readonly services: readonly RowOf<'services'>[];
}

export async function networkOf({ store }: Pick<AuthenticatedContext, 'store'>, simulation: string): Promise<Network> {
  const parts = async <Name extends StoredName>(table: Table<Name>, parents: readonly string[]) => {
    const all = await Promise.all(parents.map((id) => collectionOf(table).ofParent(store.collections, id)));
    return all.flat();
  };
  const nodes = await parts(NODES, [simulation]);
  const interfaces = await parts(
    INTERFACES,
    nodes.map(({ id }) => id),
  );
  const services = await parts(
    SERVICES,
    interfaces.map(({ id }) => id),
  );
  return { nodes, interfaces, services, links: await parts(LINKS, [simulation]) };
}

/** Copies a simulation's network into another simulation, with new ids. */
export async function copyNetwork(context: AuthenticatedContext, from: string, to: string): Promise<readonly Change[]> {
  const { collections } = context.store;
  const { nodes, interfaces, links, services } = await networkOf(context, from);
  const ids = new Map([...nodes, ...interfaces, ...links, ...services].map(({ id }) => [id, context.random.uuid()]));
  const again = (id: string) => ids.get(id) ?? id;
  const script = await collectionOf(SIMULATION_ZTP_SCRIPT).byId(collections, from);
  const instructions = await Promise.all(nodes.map(({ id }) => collectionOf(INSTRUCTIONS).ofParent(collections, id)));
  const rows = [
    ...(script === null
      ? []
      : [newRow(context, SIMULATION_ZTP_SCRIPT, { members: script.body.members, parent: to }, to)]),
    ...instructions.flat().map(({ body: { members, hidden } }) => {
      const node = again(members.node);
      return newRow(context, INSTRUCTIONS, {
        members: { ...members, node },
        hidden: { ...hidden, simulation: to, creator: creatorOf(context) },
        parent: node,
      });
    }),
    ...nodes.map(({ id, body: { members } }) =>
      newRow(context, NODES, { members: { ...members, simulation: to }, parent: to }, again(id)),
    ),
    ...interfaces.map(({ id, body: { members, hidden } }) => {
      const node = again(members.node);
      const split = typeof members.split === 'string' ? again(members.split) : null;
      const parts = hidden.parts?.map(again);
      const draft = {
        members: { ...members, node, split },
        hidden: { ...hidden, simulation: to, ...(parts && { parts }) },
        parent: node,
      };
      return newRow(context, INTERFACES, draft, again(id));
    }),
    ...services.map(({ id, body: { members, hidden } }) => {
      const end = again(members.interface);
      const draft = {
        members: { ...members, interface: end },
        hidden: { ...hidden, simulation: to, node: again(hidden.node) },
        parent: end,
      };
      return newRow(context, SERVICES, draft, again(id));
    }),
    ...links.map(({ id, body: { members, hidden } }) => {
      const [ends, nodesOfLink] = [hidden.interface.map(again), hidden.node.map(again)];
      const draft = { members, hidden: { simulation: to, interface: ends, node: nodesOfLink }, parent: to };
      return newRow(context, LINKS, draft, again(id));
    }),
  ];
  return rows.map(put);
}

/** Renders a simulation's network as in a file. @param imageName returns the name of an image in the file */
export function topologyOf({ nodes, interfaces, links }: Network, imageName: (id: string) => string) {
  const nameOf = new Map(nodes.map(({ id, body }) => [id, body.members.name]));
  const ends = new Map(
    interfaces.map(({ id, body: { members } }) => [
      id,
      { node: nameOf.get(members.node) ?? '', interface: members.name },
    ]),
  );
  const outside = interfaces.filter(({ body }) => body.members.outbound);
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
        },
      ]),
    ),
    links: [
      ...links.map(({ body }) => body.hidden.interface.map((id) => ends.get(id))),
      ...outside.map(({ id }) => [ends.get(id), 'exit']),
    ],
  };
}
