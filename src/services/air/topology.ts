import type { Context } from '../../contract/request.ts';
import { Problem } from '../../core/problem.ts';
import type { Change } from '../../store/collections.ts';
import { accountOf } from './caller.ts';
import { type DotEnd, readDot } from './dot.ts';
import { newInterface, newNode } from './network.ts';
import { type AirRow, collectionOf, newRow, put } from './objects.ts';
import type { AirResource } from './tables/index.ts';
import { IMAGES } from './tables/resources/images.ts';
import { INSTRUCTIONS } from './tables/resources/instructions.ts';
import { INTERFACES } from './tables/resources/interfaces.ts';
import { LINKS } from './tables/resources/links.ts';
import { NODES } from './tables/resources/nodes.ts';
import { SERVICES } from './tables/resources/services.ts';
import { SIMULATION_ZTP_SCRIPT } from './tables/resources/simulation-ztp-script.ts';

/** One end of a cable. */
interface End {
  readonly node: string;
  readonly interface: string;
}

/** A topology as files have it: nodes by name, and cables between their interfaces. */
export interface Topology {
  readonly nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** An end that is no interface leads outside. */
  readonly links: readonly (readonly [End, End | 'exit'])[];
  readonly oob: boolean;
}

/** Reads a topology. @throws Problem naming the part at fault */
export function readTopology(format: string, content: unknown): Topology {
  return format === 'DOT' ? fromDot(content) : readJson(content);
}

/** Far more than a simulation has, and little enough to be stored at once. */
const MOST_NODES = 2000;
const MOST_LINKS = 2500;
const LONGEST_NAME = 255;

function readJson(content: unknown): Topology {
  if (!isObject(content)) throw wrong('`content`', 'an object with `nodes`');
  const { nodes, links = [], oob } = content;
  if (!isObject(nodes)) throw wrong('`content.nodes`', 'an object of nodes by their names');
  const named = Object.entries(nodes);
  if (named.length > MOST_NODES) throw wrong('`content.nodes`', `at most ${MOST_NODES} nodes`);
  for (const [name, node] of named) {
    if (name === '') throw wrong('`content.nodes`', 'names that are not empty');
    if (name.length > LONGEST_NAME) throw wrong('`content.nodes`', `names of at most ${LONGEST_NAME} characters`);
    if (!isObject(node)) throw wrong(`\`content.nodes.${name}\``, 'an object');
    if (!isName(node['os'])) throw wrong(`\`content.nodes.${name}.os\``, 'the name or id of an image');
    const { x = 0, y = 0 } = isObject(node['pos']) ? node['pos'] : {};
    if (!Number.isInteger(x) || !Number.isInteger(y)) {
      throw wrong(`\`content.nodes.${name}.pos\``, 'whole numbers `x` and `y`');
    }
    for (const member of ['cpu', 'memory', 'storage']) {
      const value = node[member];
      if (value !== undefined && !(Number.isInteger(value) && Number(value) > 0)) {
        throw wrong(`\`content.nodes.${name}.${member}\``, 'a whole number from 1');
      }
    }
  }
  if (!Array.isArray(links)) throw wrong('`content.links`', 'a list of pairs');
  if (links.length > MOST_LINKS) throw wrong('`content.links`', `at most ${MOST_LINKS} links`);
  const names = new Set(Object.keys(nodes));
  const read = links.map((link, index) => readLink(link, `\`content.links[${index}]\``, names));
  checkEnds(read);
  return {
    nodes: nodes as Topology['nodes'],
    links: read,
    oob: oob === true || isObject(oob),
  };
}

const INTERFACE_NAME = /^.{1,15}$/;

/** Each interface is at the end of one cable. @throws Problem */
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

function readLink(link: unknown, where: string, names: ReadonlySet<string>): Topology['links'][number] {
  if (!Array.isArray(link) || link.length !== 2) throw wrong(where, 'a pair of ends');
  const [one, other] = link.map((end: unknown): End | 'exit' => {
    if (end === 'exit') return end;
    if (!isObject(end) || !isName(end['node']) || typeof end['interface'] !== 'string') {
      throw wrong(where, 'ends with `node` and `interface`, or `exit`');
    }
    if (!INTERFACE_NAME.test(end['interface'])) throw wrong(where, 'interfaces with names of 1 to 15 characters');
    if (!names.has(end['node'])) throw wrong(where, `a node of \`content.nodes\`; there is no \`${end['node']}\``);
    return { node: end['node'], interface: end['interface'] };
  }) as [End | 'exit', End | 'exit'];
  if (one !== 'exit') return [one, other];
  if (other !== 'exit') return [other, one];
  throw wrong(where, 'at least one end that is an interface');
}

/** An end of a cable without an interface is the outside, by its name. */
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(where: string, expected: string): Problem {
  return new Problem('invalid_request', `Field ${where} is not valid; expected ${expected}.`);
}

/** Everything that a topology becomes in a simulation. @throws Problem for an image that is not there */
export async function built(context: Context, simulation: string, topology: Topology): Promise<readonly Change[]> {
  const images = (await context.store.collections.visibleTo(
    collectionOf(IMAGES),
    accountOf(context),
  )) as readonly AirRow[];
  const ids = new Map<unknown, string>();
  for (const { id, body } of images.toReversed()) ids.set(body.members['name'], id).set(id, id);
  const imageOf = (name: string, os: unknown): string => {
    const found = ids.get(os);
    if (found !== undefined) return found;
    throw wrong(`\`content.nodes.${name}.os\``, `an image that you may see; there is no \`${os}\``);
  };
  const nodes = new Map(
    Object.entries(topology.nodes).map(([name, { os, cpu = 1, memory = 1024, storage = 10, ...node }]) => {
      const position = isObject(node['pos']) ? node['pos'] : {};
      const members = { cpu, memory, storage, pos_x: position['x'] ?? 0, pos_y: position['y'] ?? 0 };
      return [name, newNode(context, { name, simulation, image: imageOf(name, os), ...members })];
    }),
  );
  const interfaces = new Map<string, AirRow>();
  const interfaceOf = (end: End, outbound: boolean): AirRow => {
    const name = `${end.node}:${end.interface}`;
    const node = nodes.get(end.node) as AirRow;
    const row = interfaces.get(name) ?? newInterface(context, node, { name: end.interface, outbound });
    interfaces.set(name, row);
    return row;
  };
  const links = topology.links.flatMap(([one, other]) => {
    const first = interfaceOf(one, other === 'exit');
    return other === 'exit' ? [] : [newLink(context, simulation, [first, interfaceOf(other, false)])];
  });
  return [...nodes.values(), ...interfaces.values(), ...links].map(put);
}

/** A cable between two interfaces of a simulation. */
export function newLink(context: Context, simulation: string, ends: readonly AirRow[], labels: unknown = null): AirRow {
  return newRow(context, LINKS, {
    members: { labels },
    hidden: {
      simulation,
      interface: ends.map(({ id }) => id),
      node: ends.map(({ body }) => body.members['node']),
    },
    parent: simulation,
  });
}

/** Everything of a simulation that has a place in its topology. */
export interface Network {
  readonly nodes: readonly AirRow[];
  readonly interfaces: readonly AirRow[];
  readonly links: readonly AirRow[];
  readonly services: readonly AirRow[];
}

export async function networkOf({ store }: Context, simulation: string): Promise<Network> {
  const parts = async (resource: AirResource, parents: readonly string[]) => {
    const all = await Promise.all(parents.map((id) => store.collections.ofParent(collectionOf(resource), id)));
    return all.flat() as readonly AirRow[];
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

/** The same network in another simulation, with ids of its own. */
export async function copied(context: Context, from: string, to: string): Promise<readonly Change[]> {
  const { nodes, interfaces, links, services } = await networkOf(context, from);
  const ids = new Map([...nodes, ...interfaces, ...links, ...services].map(({ id }) => [id, context.random.uuid()]));
  const again = (id: unknown) => ids.get(String(id)) ?? id;
  const script = (await context.store.collections.byId(collectionOf(SIMULATION_ZTP_SCRIPT), from)) as AirRow | null;
  const instructions = await Promise.all(
    nodes.map(({ id }) => context.store.collections.ofParent(collectionOf(INSTRUCTIONS), id)),
  );
  const copy = (resource: AirResource, row: AirRow, members: object, hidden: object, parent: string) =>
    put(
      newRow(
        context,
        resource,
        { members: { ...row.body.members, ...members }, hidden: { ...row.body.hidden, ...hidden }, parent },
        String(again(row.id)),
      ),
    );
  return [
    ...(script === null
      ? []
      : [put(newRow(context, SIMULATION_ZTP_SCRIPT, { members: script.body.members, parent: to }, to))]),
    ...(instructions.flat() as readonly AirRow[]).map((row) => {
      const node = String(again(row.body.members['node']));
      return put(
        newRow(context, INSTRUCTIONS, {
          members: { ...row.body.members, node },
          hidden: { ...row.body.hidden, simulation: to },
          parent: node,
        }),
      );
    }),
    ...nodes.map((row) => copy(NODES, row, { simulation: to }, {}, to)),
    ...interfaces.map((row) => {
      const node = String(again(row.body.members['node']));
      const split = again(row.body.members['split']);
      const parts = (row.body.hidden['parts'] as readonly string[] | undefined)?.map(again);
      return copy(INTERFACES, row, { node, split }, { simulation: to, ...(parts && { parts }) }, node);
    }),
    ...services.map((row) => {
      const end = String(again(row.body.members['interface']));
      const node = again(row.body.hidden['node']);
      return copy(SERVICES, row, { interface: end }, { simulation: to, node }, end);
    }),
    ...links.map((row) => {
      const ends = (row.body.hidden['interface'] as readonly string[]).map(again);
      const nodesOfLink = (row.body.hidden['node'] as readonly string[]).map(again);
      return copy(LINKS, row, {}, { simulation: to, interface: ends, node: nodesOfLink }, to);
    }),
  ];
}

/** A simulation's network as a file has it. @param imageName how an image is named there */
export function topologyOf({ nodes, interfaces, links }: Network, imageName: (id: string) => string) {
  const nameOf = new Map(nodes.map(({ id, body }) => [id, String(body.members['name'])]));
  const ends = new Map(
    interfaces.map(({ id, body }) => [
      id,
      { node: nameOf.get(String(body.members['node'])) ?? '', interface: String(body.members['name']) },
    ]),
  );
  const outside = interfaces.filter(({ body }) => body.members['outbound'] === true);
  return {
    nodes: Object.fromEntries(
      nodes.map(({ body: { members } }) => [
        members['name'],
        {
          os: imageName(String(members['image'])),
          cpu: members['cpu'],
          memory: members['memory'],
          storage: members['storage'],
          pos: { x: members['pos_x'], y: members['pos_y'] },
        },
      ]),
    ),
    links: [
      ...links.map(({ body }) => (body.hidden['interface'] as readonly string[]).map((id) => ends.get(id))),
      ...outside.map(({ id }) => [ends.get(id), 'exit']),
    ],
  };
}
