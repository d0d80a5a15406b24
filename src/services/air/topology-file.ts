import { isOneOf } from '../../lib/members.ts';
import { type DotEnd, readDot } from './dot.ts';
import { checkData, type Executor, REQUIRED_MEMBER_BY_EXECUTOR } from './instruction-data.ts';
import { normalizeGroupName } from './network.ts';
import { fieldProblem } from './problem.ts';
import type { MembersOf } from './stored.ts';

export interface End {
  readonly node: string;
  readonly interface: string;
}

interface TopologyNode
  extends Pick<MembersOf<'nodes'>, 'cpu' | 'memory' | 'storage' | 'pos_x' | 'pos_y' | 'placement_group'> {
  /** Name or id of an image. */
  readonly os: string;
}

/** A validated topology from a file: nodes, and links between their interfaces. */
export interface Topology {
  /** Nodes as sent, by name. */
  readonly nodes: Readonly<Record<string, unknown>>;
  /** The same nodes, with defaults. */
  readonly nodesByName: ReadonlyMap<string, TopologyNode>;
  /** Pairs of ends. `exit` is outside the simulation. */
  readonly links: readonly (readonly [End, End | 'exit'])[];
  readonly oob: boolean;
  readonly services: readonly TopologyService[];
  readonly instructions: readonly TopologyInstruction[];
  /** Services and instructions as sent. */
  readonly sentMembers: Readonly<Record<string, unknown>>;
}

interface TopologyService extends Pick<MembersOf<'services'>, 'name' | 'service_type'> {
  readonly end: End;
  readonly port: number;
}

interface TopologyInstruction {
  readonly node: string;
  readonly executor: Executor;
  readonly data: object;
  readonly name: string | null;
  readonly run_again_on_rebuild: boolean;
}

/** @throws Problem naming the invalid part */
export function readTopology(format: string, content: unknown): Topology {
  return format === 'DOT' ? convertDot(content) : readJson(content);
}

/** Maximum numbers of entries: far more than real simulations have, but few enough for one commit. */
const MAX_NODES = 2000;
const MAX_LINKS = 2500;
const MAX_SERVICES = 2500;
const MAX_INSTRUCTIONS = 2500;

const MAX_NAME_CHARACTERS = 255;

function readJson(content: unknown): Topology {
  if (!isObject(content)) throw fieldProblem('content', 'an object with `nodes`');
  const { nodes, links = [], oob, services = [], instructions = [] } = content;
  if (!isObject(nodes)) throw fieldProblem('content.nodes', 'an object of nodes by name');
  const entries = Object.entries(nodes);
  if (entries.length > MAX_NODES) throw fieldProblem('content.nodes', `no more than ${MAX_NODES} nodes`);
  const nodesByName = new Map(entries.map(([name, node]) => [name, readNode(name, node)]));
  if (!Array.isArray(links)) throw fieldProblem('content.links', 'a list of pairs');
  if (links.length > MAX_LINKS) throw fieldProblem('content.links', `no more than ${MAX_LINKS} links`);
  const readLinks = links.map((link: unknown, index) => readLink(link, `content.links[${index}]`, nodesByName));
  requireSingleLinks(readLinks);
  return {
    nodes,
    nodesByName,
    links: readLinks,
    // As in the SDK's example, the default is an out-of-band network.
    oob: oob === undefined || oob === true || isObject(oob),
    services: readList('services', services, MAX_SERVICES).map((service, index) =>
      readService(service, index, nodesByName),
    ),
    instructions: readList('instructions', instructions, MAX_INSTRUCTIONS).map((instruction, index) =>
      readInstruction(instruction, index, nodesByName),
    ),
    sentMembers: {
      ...(content['services'] !== undefined && { services }),
      ...(content['instructions'] !== undefined && { instructions }),
    },
  };
}

function readList(member: string, list: unknown, max: number): readonly unknown[] {
  if (!Array.isArray(list)) throw fieldProblem(`content.${member}`, 'a list of objects');
  if (list.length > max) throw fieldProblem(`content.${member}`, `no more than ${max} entries`);
  return list;
}

const SERVICE_TYPES = ['SSH', 'HTTPS', 'HTTP', 'OTHER'] as const;
const MAX_PORT = 65_535;

function readService(service: unknown, index: number, nodesByName: Topology['nodesByName']): TopologyService {
  const path = `content.services[${index}]`;
  if (!isObject(service)) throw fieldProblem(path, 'an object');
  const { port, name = '', service_type = 'OTHER' } = service;
  const end = readInterface(service, path, nodesByName, 'an object with `node` and `interface`');
  if (!isInteger(port) || port < 1 || port > MAX_PORT) {
    throw fieldProblem(`${path}.port`, `a whole number from 1 to ${MAX_PORT}`);
  }
  if (!isName(name)) throw fieldProblem(`${path}.name`, `a string of up to ${MAX_NAME_CHARACTERS} characters`);
  if (typeof service_type !== 'string' || !isOneOf(SERVICE_TYPES, service_type)) {
    throw fieldProblem(`${path}.service_type`, `one of ${SERVICE_TYPES.map((type) => `\`${type}\``).join(', ')}`);
  }
  return { end, port, name, service_type };
}

function readInstruction(
  instruction: unknown,
  index: number,
  nodesByName: Topology['nodesByName'],
): TopologyInstruction {
  const path = `content.instructions[${index}]`;
  if (!isObject(instruction)) throw fieldProblem(path, 'an object');
  const { node, executor, data, name = null, run_again_on_rebuild = false } = instruction;
  if (!isName(node) || !nodesByName.has(node)) throw fieldProblem(`${path}.node`, 'a node of `content.nodes`');
  if (!isExecutor(executor)) throw fieldProblem(`${path}.executor`, '`shell`, `file` or `init`');
  if (name !== null && !isName(name)) {
    throw fieldProblem(`${path}.name`, `a string of up to ${MAX_NAME_CHARACTERS} characters`);
  }
  if (typeof run_again_on_rebuild !== 'boolean') throw fieldProblem(`${path}.run_again_on_rebuild`, 'true or false');
  const checked = checkData(executor, expandData(executor, data), `${path}.data`);
  return { node, executor, data: checked, name, run_again_on_rebuild };
}

function isExecutor(value: unknown): value is Executor {
  return typeof value === 'string' && Object.hasOwn(REQUIRED_MEMBER_BY_EXECUTOR, value);
}

/** Expands a string, like the shell commands in the SDK's example. A file has no short form, so its string stays invalid. */
function expandData(executor: Executor, data: unknown): unknown {
  if (typeof data !== 'string') return data;
  if (executor === 'shell') return { commands: [data] };
  return executor === 'init' ? { hostname: data } : data;
}

function readNode(name: string, node: unknown): TopologyNode {
  if (name === '') throw fieldProblem('content.nodes', 'names that are not empty');
  if (name.length > MAX_NAME_CHARACTERS)
    throw fieldProblem('content.nodes', `names of up to ${MAX_NAME_CHARACTERS} characters`);
  if (!isObject(node)) throw fieldProblem(`content.nodes.${name}`, 'an object');
  const { os, pos, cpu, memory, storage, placement_group = '' } = node;
  if (!isName(os)) throw fieldProblem(`content.nodes.${name}.os`, 'the name or id of an image');
  const { x = 0, y = 0 } = isObject(pos) ? pos : {};
  if (!isInteger(x) || !isInteger(y)) {
    throw fieldProblem(`content.nodes.${name}.pos`, 'whole numbers `x` and `y`');
  }
  if (typeof placement_group !== 'string') throw fieldProblem(`content.nodes.${name}.placement_group`, 'a string');
  return {
    os,
    placement_group: normalizeGroupName(placement_group),
    cpu: readSize(name, 'cpu', cpu, 1),
    memory: readSize(name, 'memory', memory, 1024),
    storage: readSize(name, 'storage', storage, 10),
    pos_x: x,
    pos_y: y,
  };
}

/** Reads `cpu`, `memory` or `storage` of a node. @throws Problem if it is not a whole number, 1 or greater */
function readSize(name: string, member: string, value: unknown, defaultValue: number): number {
  if (value === undefined) return defaultValue;
  if (isInteger(value) && value > 0) return value;
  throw fieldProblem(`content.nodes.${name}.${member}`, 'a whole number, 1 or greater');
}

/** A name that Linux accepts for an interface has up to 15 characters. */
const INTERFACE_NAME = /^.{1,15}$/;

function requireSingleLinks(links: Topology['links']): void {
  const taken = new Set<string>();
  for (const [index, ends] of links.entries()) {
    for (const end of ends) {
      if (end === 'exit') continue;
      const name = `${end.node}:${end.interface}`;
      if (taken.has(name))
        throw fieldProblem(`content.links[${index}]`, `interfaces without another link; \`${name}\` already has one`);
      taken.add(name);
    }
  }
}

/** Reads a link. An end `exit` comes second. @throws Problem if both ends are `exit` */
function readLink(link: unknown, path: string, nodesByName: Topology['nodesByName']): Topology['links'][number] {
  if (!Array.isArray(link) || link.length !== 2) throw fieldProblem(path, 'a pair of ends');
  const [sentFirst, sentSecond]: readonly unknown[] = link;
  const first = readEnd(sentFirst, path, nodesByName);
  const second = readEnd(sentSecond, path, nodesByName);
  if (first !== 'exit') return [first, second];
  if (second !== 'exit') return [second, first];
  throw fieldProblem(path, 'an interface as one of the ends');
}

function readEnd(end: unknown, path: string, nodesByName: Topology['nodesByName']): End | 'exit' {
  return end === 'exit' ? end : readInterface(end, path, nodesByName, 'ends with `node` and `interface`, or `exit`');
}

/** @param expected for the message @throws Problem if it is not valid, or the node does not exist */
function readInterface(end: unknown, path: string, nodesByName: Topology['nodesByName'], expected: string): End {
  if (!isObject(end) || !isName(end['node']) || typeof end['interface'] !== 'string') {
    throw fieldProblem(path, expected);
  }
  if (!INTERFACE_NAME.test(end['interface'])) {
    throw fieldProblem(path, 'an interface with a name of 1 to 15 characters');
  }
  if (!nodesByName.has(end['node']))
    throw fieldProblem(path, `a node of \`content.nodes\`; \`${end['node']}\` is not there`);
  return { node: end['node'], interface: end['interface'] };
}

/** Converts DOT. An end `exit` without a port is outside the simulation. */
function convertDot(content: unknown): Topology {
  if (typeof content !== 'string') throw fieldProblem('content', 'DOT text');
  const { nodes, edges } = readDot(content);
  return readJson({
    nodes: Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, convertGroupName(node)])),
    links: edges.map((ends) => ends.map(convertDotEnd)),
  });
}

/** Converts an end. Without a port it has no interface, which `readJson` reports unless the node is `exit`. */
function convertDotEnd({ node, port }: DotEnd): unknown {
  if (port !== undefined) return { node, interface: port };
  return node === 'exit' ? 'exit' : { node };
}

/** Returns a node with its group name as a string: the parser reads a name of digits as a number. */
function convertGroupName({ placement_group, ...node }: Readonly<Record<string, string | number>>) {
  return placement_group === undefined ? node : { ...node, placement_group: String(placement_group) };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_NAME_CHARACTERS;
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
