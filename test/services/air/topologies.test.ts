import { describe, expect, it } from 'vitest';
import {
  ACME_SWITCH,
  airServer,
  expectRefused,
  GLOBEX_PRIVATE,
  INSTRUCTIONS,
  INTERFACES,
  LINKS,
  NODES,
  SERVICES,
  SIMULATIONS,
  type Thing,
  UBUNTU,
} from '../../support/air-client.ts';
import { listHints } from '../../support/hints.ts';

const air = await airServer();
const { admin, done } = air;

const node = { os: 'generic/ubuntu2204', cpu: 2, memory: 2048, storage: 20, pos: { x: 3, y: -4 } };
const endpoint = (name: string, port: string) => ({ node: name, interface: port });
const CONTENT = {
  nodes: { leaf: node, spine: { ...node, os: 'acme-switch', cpu: 4 } },
  links: [
    [endpoint('leaf', 'swp1'), endpoint('spine', 'swp1')],
    [endpoint('leaf', 'swp2'), endpoint('spine', 'swp2')],
    [endpoint('leaf', 'eth0'), 'exit'],
  ],
  oob: false,
};

const importTopology = (content: unknown, overrides: object = {}) =>
  done(201, 'POST simulations/import/', { format: 'JSON', name: 'imported', content, ...overrides });

/** The body of a parse request for a topology in DOT. */
function parseRequestOf(topology_data: string) {
  return { topology_data, source_format: 'DOT', destination_format: 'JSON' };
}

describe('importing', () => {
  it('JSON creates nodes, interfaces and links', async () => {
    const simulation = await importTopology(CONTENT);

    expect(simulation).toMatchObject({ name: 'imported', state: 'INACTIVE', creator: 'air-admin@acme.test' });
    const nodes = await air.all(`${NODES}?simulation=${simulation.id}&ordering=name`);
    expect(nodes).toMatchObject([
      { name: 'leaf', image: UBUNTU, cpu: 2, memory: 2048, storage: 20, pos_x: 3, pos_y: -4 },
      { name: 'spine', image: ACME_SWITCH, cpu: 4 },
    ]);
    const interfaces = await air.all(`${INTERFACES}?simulation=${simulation.id}`);
    const nameOf = new Map(nodes.map(({ id, name }) => [id, name]));
    expect(interfaces.map((port) => `${nameOf.get(port.node)}:${port.name} ${port.outbound}`).sort()).toEqual([
      'leaf:eth0 true',
      'leaf:swp1 false',
      'leaf:swp2 false',
      'spine:swp1 false',
      'spine:swp2 false',
    ]);
    const links = await air.all(`${LINKS}?simulation=${simulation.id}`);
    const drawn = links.map((link) => link.interfaces.map((port: Thing) => `${port.node_name}:${port.name}`).join(' '));
    expect(drawn.sort()).toEqual(['leaf:swp1 spine:swp1', 'leaf:swp2 spine:swp2']);
  });

  it('JSON sets the defaults of a node, and accepts the id of an image', async () => {
    const { id } = await importTopology({ nodes: { plain: { os: ACME_SWITCH } } });

    expect(await air.all(`${NODES}?simulation=${id}`)).toMatchObject([
      { name: 'plain', image: ACME_SWITCH, cpu: 1, memory: 1024, storage: 10, pos_x: 0, pos_y: 0 },
    ]);
  });

  it('JSON creates an out-of-band network and a ZTP script', async () => {
    const simulation = await importTopology({ nodes: {}, oob: true }, { ztp: '#!/bin/sh' });

    expect(simulation).toMatchObject({ auto_oob_enabled: true, enable_dhcp: true });
    expect((await done(200, `GET simulations/${simulation.id}/ztp-script/`)).content).toBe('#!/bin/sh');
  });

  it('JSON leaves the out-of-band network unset with `oob: false`', async () => {
    expect(await importTopology({ nodes: {}, oob: false })).toMatchObject({
      auto_oob_enabled: null,
      enable_dhcp: null,
    });
  });

  it('DOT creates the same nodes and links as JSON', async () => {
    const content = `graph "lab" {
      "leaf" [os="generic/ubuntu2204" cpu="2" memory="2048" storage="20"]
      spine [os=${ACME_SWITCH}, cpu=4];
      "leaf":"swp1" -- "spine":"swp1"
      leaf:swp2 -- spine:swp2
    }`;

    const { id } = await done(201, 'POST simulations/import/', { format: 'DOT', name: 'dot', content });

    expect(await air.all(`${NODES}?simulation=${id}&ordering=name`)).toMatchObject([
      { name: 'leaf', image: UBUNTU, cpu: 2, memory: 2048, storage: 20 },
      { name: 'spine', image: ACME_SWITCH, cpu: 4, memory: 1024, storage: 10 },
    ]);
    expect(await air.all(`${LINKS}?simulation=${id}`)).toHaveLength(2);
  });

  it.each([
    ['on one line', 'graph g { a [os="generic/ubuntu2204"]; b [os="generic/ubuntu2204"]; a:e0 -- b:e0 }'],
    [
      'with unquoted values between spaces',
      `graph g {\n a [os=${UBUNTU} cpu=1 memory=1024]\n b [memory=1024 os=${UBUNTU}]\n a:e0 -- b:e0\n}`,
    ],
    [
      'with comments',
      'graph g {\n // a remark\n # another\n a [os="generic/ubuntu2204"]\n b [os="generic/ubuntu2204"]\n a:e0 -- b:e0\n}',
    ],
    [
      'with statements across lines',
      'strict graph {\n a\n [os="generic/ubuntu2204"]\n b [\n os="generic/ubuntu2204"\n ]\n a:e0\n --\n b:e0 [color="red"] }',
    ],
    [
      'with special characters in quotes and comments',
      'graph g { label="a; } -- b" /* { */ a [os="generic/ubuntu2204" note="x;]\\"y"]; b [os=generic/ubuntu2204 at=#ff0000] // }\n a:e0--b:e0 }',
    ],
    [
      'in subgraphs, with defaults and compass points',
      'graph g { node [shape=box] subgraph rack { a [os="generic/" + "ubuntu2204"] { b [os="x"] [os="generic/ubuntu2204"] } } a:e0:n -- b:e0:s }',
    ],
  ])('DOT %s is accepted', async (_what, content) => {
    const { nodes, links } = await done(200, 'POST simulations/parse/', parseRequestOf(content));

    expect(Object.keys(nodes)).toEqual(['a', 'b']);
    expect(links).toEqual([[endpoint('a', 'e0'), endpoint('b', 'e0')]]);
  });
});

describe('an invalid topology is rejected and nothing is stored:', () => {
  const plainNode = { os: 'generic/ubuntu2204' };
  const topologyWith = (...links: unknown[]) => ({ nodes: { a: plainNode, b: plainNode }, links });
  const readStored = () => Promise.all([SIMULATIONS, NODES, INTERFACES, LINKS].map((list) => air.all(list)));

  it.each<[title: string, content: unknown, field: string]>([
    ['a string as content', 'nodes', 'content'],
    ['no nodes', {}, 'content.nodes'],
    ['a string as a node', { nodes: { a: plainNode, b: 'x' } }, 'content.nodes.b'],
    ['a node without an image', { nodes: { a: plainNode, b: {} } }, 'content.nodes.b.os'],
    ['an unknown image', { nodes: { a: plainNode, b: { os: 'novel' } } }, 'content.nodes.b.os'],
    ['an image of another organisation', { nodes: { b: { os: GLOBEX_PRIVATE } } }, 'content.nodes.b.os'],
    ['zero processors', { nodes: { b: { ...plainNode, cpu: 0 } } }, 'content.nodes.b.cpu'],
    ['negative storage', { nodes: { b: { ...plainNode, storage: -1 } } }, 'content.nodes.b.storage'],
    ['a string as a position', { nodes: { b: { ...plainNode, pos: { x: 'left', y: 0 } } } }, 'content.nodes.b.pos'],
    ['an object as links', { nodes: { a: plainNode }, links: {} }, 'content.links'],
    ['a link with one end', topologyWith([endpoint('a', 'e')]), 'content.links[0]'],
    ['a link to an unknown node', topologyWith([endpoint('a', 'e'), endpoint('c', 'e')]), 'content.links[0]'],
    ['a link without an interface', topologyWith([endpoint('a', 'e'), { node: 'b' }]), 'content.links[0]'],
    ['a link with two exits', topologyWith(['exit', 'exit']), 'content.links[0]'],
    ['a link of an interface to itself', topologyWith([endpoint('a', 'e'), endpoint('a', 'e')]), 'content.links[0]'],
    [
      'an interface with two links',
      topologyWith([endpoint('a', 'e'), endpoint('b', 'e')], [endpoint('a', 'e'), endpoint('b', 'f')]),
      'content.links[1]',
    ],
    ['an interface without a name', topologyWith([endpoint('a', ''), endpoint('b', 'e')]), 'content.links[0]'],
    [
      'an interface name of 16 characters',
      topologyWith([endpoint('a', 'e'.repeat(16)), endpoint('b', 'e')]),
      'content.links[0]',
    ],
    ['a node without a name', { nodes: { '': plainNode } }, 'content.nodes'],
    ['a node name of 256 characters', { nodes: { ['n'.repeat(256)]: plainNode } }, 'content.nodes'],
    ['an image name of 256 characters', { nodes: { a: { os: 'x'.repeat(256) } } }, 'content.nodes.a.os'],
    [
      '2001 nodes',
      { nodes: Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`n${n}`, plainNode])) },
      'content.nodes',
    ],
    [
      '2501 links',
      { nodes: { a: plainNode }, links: Array.from({ length: 2501 }, (_, n) => [endpoint('a', `e${n}`), 'exit']) },
      'content.links',
    ],
  ])('%s', async (_what, content, field) => {
    const before = await readStored();
    const body = { format: 'JSON', name: 'broken', content, ztp: 'x' };

    expectRefused(await admin('POST simulations/import/', body), 400, field);

    expect(await readStored()).toEqual(before);
  });

  it.each<[title: string, content: unknown, field: string]>([
    ['an object as content', { nodes: {} }, 'content'],
    ['text that is not a graph', 'nodes: a', 'content'],
    ['a string as a processor count', 'graph g {\n a [os="x" cpu="two"]\n}', 'content.nodes.a.cpu'],
    ['a node without attributes', 'graph g {\n a\n}', 'content'],
    ['a link without interfaces', 'graph g { a [os="x"] b [os="x"] a -- b }', 'content.links[0]'],
    ['directed edges', 'graph g { a:e -> b:e }', 'content'],
    ['a directed graph', 'digraph g { }', 'content'],
    ['an unclosed graph', 'graph g { a [os="x"]', 'content'],
    ['a second graph', 'graph g { } graph h { }', 'content'],
    ['unclosed quotes', 'graph g { a [os="x] }', 'content'],
    ['an unclosed comment', 'graph g { /* }', 'content'],
    ['an unclosed bracket', 'graph g { a [x=<<b> ] }', 'content'],
    ['an attribute without a value', 'graph g { a [os] }', 'content'],
    ['a node named `__proto__`', 'graph g { __proto__ [os="x"] }', 'content'],
    ['a name of 256 characters', `graph g { ${'a'.repeat(256)} [os="x"] }`, 'content'],
    ['a value of 5000 characters', `graph g { a [os="${'x'.repeat(5000)}"] }`, 'content'],
    ['20001 statements', `graph g { ${'a [os=x];'.repeat(20_001)} }`, 'content'],
    ['50000 nested subgraphs', `graph g { ${'subgraph {'.repeat(50_000)}`, 'content'],
  ])('DOT: %s', async (_what, content, field) => {
    expectRefused(await admin('POST simulations/import/', { format: 'DOT', name: 'x', content }), 400, field);
    expectRefused(
      await admin('POST simulations/parse/', parseRequestOf(String(content))),
      400,
      field.replace('content', 'topology_data'),
    );
  });
});

it('an import of the maximum size is stored', async () => {
  const nodes = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`n${n}`, { os: 'generic/ubuntu2204' }]));
  const links = Array.from({ length: 2500 }, (_, n) => [
    endpoint(`n${n % 2000}`, `e${n}`),
    endpoint(`n${(n + 1) % 2000}`, `f${n}`),
  ]);

  const { id } = await importTopology({ nodes, links });

  expect(await done(200, `GET ${LINKS}?simulation=${id}&limit=1`)).toMatchObject({ count: 2500 });
});

describe('exporting', () => {
  const exportSimulation = (id: string, query = '') => done(200, `GET simulations/${id}/export/${query}`);

  it('returns the imported topology', async () => {
    const { id } = await importTopology(CONTENT, { ztp: 'script' });

    expect(await exportSimulation(id)).toEqual({ format: 'JSON', name: 'imported', content: CONTENT, ztp: 'script' });
    expect(await exportSimulation(id, '?topology_format=JSON')).toEqual(await exportSimulation(id));
  });

  it('returns a topology that can be imported again', async () => {
    const { id } = await importTopology({ ...CONTENT, oob: true });
    const first = await exportSimulation(id);
    const again = await done(201, 'POST simulations/import/', first);

    expect(await exportSimulation(again.id)).toEqual(first);
  });

  it('returns the ids of images with `image_ids=true`', async () => {
    const { id } = await importTopology(CONTENT);
    const osOf = async (query: string) =>
      Object.values((await exportSimulation(id, query)).content.nodes as Thing).map(({ os }: Thing) => os);

    expect(await osOf('?image_ids=true')).toEqual([UBUNTU, ACME_SWITCH]);
    expect(await osOf('?image_ids=false')).toEqual(['generic/ubuntu2204', 'acme-switch']);
  });

  it('returns 400 while two nodes have the same name', async () => {
    const { id } = await importTopology(CONTENT);
    const { id: twin } = await done(201, `POST ${NODES}`, { simulation: id, name: 'leaf' });

    expectRefused(await admin(`GET simulations/${id}/export/`), 400, 'several nodes are named `leaf`');
    await done(200, `PATCH ${NODES}${twin}/`, { name: 'other-leaf' });
    expect(Object.keys((await exportSimulation(id)).content.nodes)).toEqual(['leaf', 'spine', 'other-leaf']);
  });
});

it('parsing returns the topology and creates nothing', async () => {
  const before = await air.all(SIMULATIONS);

  const text = { topology_data: JSON.stringify(CONTENT), source_format: 'JSON', destination_format: 'JSON' };
  const parsed = await done(200, 'POST simulations/parse/', text);

  expect(parsed).toEqual(CONTENT);
  expect(await air.all(SIMULATIONS)).toEqual(before);
});

describe('placement groups in a topology', () => {
  const topologyWithGroup = (placement_group: unknown) => ({
    nodes: { a: { os: 'generic/ubuntu2204', placement_group } },
  });

  it('are stored for nodes, and exported only if a node has one', async () => {
    const { id } = await importTopology({
      nodes: { ...topologyWithGroup(' rack-a ').nodes, b: { os: 'generic/ubuntu2204' } },
    });

    expect(await air.all(`${NODES}?simulation=${id}&ordering=name`)).toMatchObject([
      { name: 'a', placement_group: 'rack-a' },
      { name: 'b', placement_group: '' },
    ]);
    const { nodes } = (await done(200, `GET simulations/${id}/export/`)).content;
    expect(nodes.a.placement_group).toBe('rack-a');
    expect(nodes.b).not.toHaveProperty('placement_group');
  });

  it('can be numbers in DOT', async () => {
    const content = 'graph g { a [os="generic/ubuntu2204" placement_group="7"] }';
    const { id } = await done(201, 'POST simulations/import/', { format: 'DOT', name: 'dot', content });

    expect(await air.all(`${NODES}?simulation=${id}`)).toMatchObject([{ placement_group: '7' }]);
  });

  it.each([null, 7, 'x'.repeat(65)])('cannot be %j, but only strings of at most 64 characters', async (group) => {
    const body = { format: 'JSON', name: 'refused', content: topologyWithGroup(group) };
    expectRefused(await admin('POST simulations/import/', body), 400, 'placement_group');
  });
});

describe('services and instructions in a topology of the dsx API', async () => {
  const dsx = await airServer({ air: 'dsx' });
  const SERVICE = { name: 'SSH', service_type: 'SSH', node: 'a', interface: 'eth0', port: 22 };
  const INSTRUCTION = { node: 'a', executor: 'shell', data: 'echo "hello"' };
  const topologyWith = (extra: object) => ({ nodes: { a: { os: 'generic/ubuntu2204' } }, oob: false, ...extra });
  const createOrder = (content: unknown) => ({ format: 'JSON', name: 'with-more', content });
  const importWith = (extra: object) => dsx.done(201, 'POST simulations/import/', createOrder(topologyWith(extra)));
  const exportContent = async (id: string, query: string) =>
    (await dsx.done(200, `GET simulations/${id}/export/?topology_format=JSON${query}`)).content;

  it('are created with the simulation', async () => {
    const { id } = await importWith({ services: [SERVICE], instructions: [INSTRUCTION] });

    expect(await dsx.all(`${SERVICES}?simulation=${id}`)).toMatchObject([
      { name: 'SSH', service_type: 'SSH', node_port: 22 },
    ]);
    expect(await dsx.all(`${INTERFACES}?simulation=${id}`)).toMatchObject([{ name: 'eth0', outbound: false }]);
    expect(await dsx.all(`${INSTRUCTIONS}?simulation=${id}`)).toMatchObject([
      { data: { executor: 'shell', commands: ['echo "hello"'] }, run_again_on_rebuild: false },
    ]);
  });

  it('are exported only on request, and can be imported again', async () => {
    const repeatable = { ...INSTRUCTION, name: 'again', run_again_on_rebuild: true };
    const files = {
      node: 'a',
      executor: 'file',
      data: { files: [{ path: '/etc/motd', content: 'hi' }], post_commands: ['ls'] },
      name: 'files',
      run_again_on_rebuild: false,
    };
    const named = { node: 'a', executor: 'init', data: 'host-a', name: 'named', run_again_on_rebuild: false };
    const instructions = [repeatable, files, named];
    const { id } = await importWith({ services: [SERVICE], instructions });

    for (const query of ['', '&include_instructions=NONE&include_services=false']) {
      const content = await exportContent(id, query);
      expect(Object.keys(content).toSorted()).toEqual(['links', 'nodes', 'oob']);
    }
    expect((await exportContent(id, '&include_services=true')).services).toEqual([SERVICE]);
    expect((await exportContent(id, '&include_instructions=REPEATABLE')).instructions).toEqual([repeatable]);
    const content = await exportContent(id, '&include_services=true&include_instructions=REPEATABLE_OR_NOT_READY');
    expect(content.instructions).toHaveLength(3);
    expect(content.instructions).toEqual(expect.arrayContaining(instructions));

    const copy = await dsx.done(201, 'POST simulations/import/', { format: 'JSON', name: 'copy', content });
    const whole = '&include_services=true&include_instructions=REPEATABLE_OR_NOT_READY';
    expect((await exportContent(copy.id, whole)).instructions).toEqual(expect.arrayContaining(instructions));
  });

  it('are returned by a parse request', async () => {
    const extra = { services: [SERVICE], instructions: [INSTRUCTION] };
    const body = {
      topology_data: JSON.stringify(topologyWith(extra)),
      source_format: 'JSON',
      destination_format: 'JSON',
    };

    expect(await dsx.done(200, 'POST simulations/parse/', body)).toMatchObject(extra);
  });

  it.each([
    ['services', 'x', '`content.services`'],
    ['services', Array.from({ length: 2501 }, () => SERVICE), '`content.services`'],
    ['services', [{ ...SERVICE, node: 'b' }], 'content.services[0]'],
    ['services', [{ ...SERVICE, interface: '' }], 'content.services[0]'],
    ['services', [SERVICE, { ...SERVICE, port: 0 }], 'content.services[1].port'],
    ['services', [{ ...SERVICE, service_type: 'FTP' }], 'content.services[0].service_type'],
    ['instructions', {}, '`content.instructions`'],
    ['instructions', [{ ...INSTRUCTION, node: 'b' }], 'content.instructions[0].node'],
    ['instructions', [{ ...INSTRUCTION, executor: 'toString' }], 'content.instructions[0].executor'],
    ['instructions', [{ ...INSTRUCTION, data: {} }], 'content.instructions[0].data.commands'],
    ['instructions', [{ ...INSTRUCTION, data: { commands: ['ls', 1] } }], '`content.instructions[0].data.commands[1]`'],
    ['instructions', [{ ...INSTRUCTION, data: 'x'.repeat(65_537) }], 'data.commands[0]'],
    [
      'instructions',
      [INSTRUCTION, { ...INSTRUCTION, executor: 'file', data: { files: [{ path: '/a', content: 7 }] } }],
      '`content.instructions[1].data.files[0].content`',
    ],
    ['instructions', [{ ...INSTRUCTION, executor: 'file', data: { files: [], post_commands: 'ls' } }], 'post_commands'],
    ['instructions', [{ ...INSTRUCTION, executor: 'init', data: 'x'.repeat(256) }], 'data.hostname'],
    ['instructions', [{ ...INSTRUCTION, executor: 'file' }], 'content.instructions[0].data'],
  ])('return 400 if they are invalid, and nothing is stored: %s %j', async (member, value, field) => {
    const before = await dsx.all(SIMULATIONS);

    const answer = await dsx.admin('POST simulations/import/', createOrder(topologyWith({ [member]: value })));
    expectRefused(answer, 400, field);
    expect(answer.body.detail).not.toContain('exit');

    expect(await dsx.all(SIMULATIONS)).toHaveLength(before.length);
  });

  it('are ignored in 2.0 and reported as hints', async () => {
    const findMessages = async () =>
      (await listHints(air)).filter(({ code }: Thing) => code === 'other_version').map(({ text }: Thing) => text);
    expect(await findMessages()).toEqual([]);

    const { id } = await importTopology(topologyWith({ services: 'x', instructions: [INSTRUCTION] }));

    expect(await air.all(`${INSTRUCTIONS}?simulation=${id}`)).toEqual([]);
    const { content } = await done(200, `GET simulations/${id}/export/`);
    expect(content).not.toHaveProperty('instructions');
    const ignored = ['content.services', 'content.instructions'];
    expect(await findMessages()).toEqual(
      expect.arrayContaining(ignored.map((name) => expect.stringContaining(`\`${name}\``))),
    );

    const topology_data = JSON.stringify(topologyWith({ services: 7 }));
    const body = { topology_data, source_format: 'JSON', destination_format: 'JSON' };
    expect(await done(200, 'POST simulations/parse/', body)).not.toHaveProperty('services');
    expect(await findMessages()).toContainEqual(expect.stringContaining('`topology_data.services`'));
  });
});
