import { describe, expect, it } from 'vitest';
import {
  ACME_SWITCH,
  airServer,
  expectRefused,
  GLOBEX_PRIVATE,
  INSTRUCTIONS,
  INTERFACES,
  LEAF_SPINE,
  LINKS,
  NODES,
  SERVICES,
  SIMULATIONS,
  type Thing,
  UBUNTU,
} from '../../support/air-client.ts';

const air = await airServer();
const { admin, done } = air;

const node = { os: 'generic/ubuntu2204', cpu: 2, memory: 2048, storage: 20, pos: { x: 3, y: -4 } };
const end = (name: string, port: string) => ({ node: name, interface: port });
const CONTENT = {
  nodes: { leaf: node, spine: { ...node, os: 'acme-switch', cpu: 4 } },
  links: [
    [end('leaf', 'swp1'), end('spine', 'swp1')],
    [end('leaf', 'swp2'), end('spine', 'swp2')],
    [end('leaf', 'eth0'), 'exit'],
  ],
  oob: false,
};

const imported = (content: unknown, more: object = {}) =>
  done(201, 'POST simulations/import/', { format: 'JSON', name: 'imported', content, ...more });

/** What parses a DOT text. */
function asDot(topology_data: string) {
  return { topology_data, source_format: 'DOT', destination_format: 'JSON' };
}

describe('importing', () => {
  it('JSON makes nodes, interfaces and links', async () => {
    const made = await imported(CONTENT);

    expect(made).toMatchObject({ name: 'imported', state: 'INACTIVE', creator: 'air-admin@acme.test' });
    const nodes = await air.all(`${NODES}?simulation=${made.id}&ordering=name`);
    expect(nodes).toMatchObject([
      { name: 'leaf', image: UBUNTU, cpu: 2, memory: 2048, storage: 20, pos_x: 3, pos_y: -4 },
      { name: 'spine', image: ACME_SWITCH, cpu: 4 },
    ]);
    const interfaces = await air.all(`${INTERFACES}?simulation=${made.id}`);
    const nameOf = new Map(nodes.map(({ id, name }) => [id, name]));
    expect(interfaces.map((one) => `${nameOf.get(one.node)}:${one.name} ${one.outbound}`).sort()).toEqual([
      'leaf:eth0 true',
      'leaf:swp1 false',
      'leaf:swp2 false',
      'spine:swp1 false',
      'spine:swp2 false',
    ]);
    const links = await air.all(`${LINKS}?simulation=${made.id}`);
    const drawn = links.map((link) => link.interfaces.map((one: Thing) => `${one.node_name}:${one.name}`).join(' '));
    expect(drawn.sort()).toEqual(['leaf:swp1 spine:swp1', 'leaf:swp2 spine:swp2']);
  });

  it('a node has defaults, and its image may be given by id', async () => {
    const { id } = await imported({ nodes: { plain: { os: ACME_SWITCH } } });

    expect(await air.all(`${NODES}?simulation=${id}`)).toMatchObject([
      { name: 'plain', image: ACME_SWITCH, cpu: 1, memory: 1024, storage: 10, pos_x: 0, pos_y: 0 },
    ]);
  });

  it('brings an out-of-band network and a ZTP script', async () => {
    const made = await imported({ nodes: {}, oob: true }, { ztp: '#!/bin/sh' });

    expect(made).toMatchObject({ auto_oob_enabled: true, enable_dhcp: true });
    expect((await done(200, `GET simulations/${made.id}/ztp-script/`)).content).toBe('#!/bin/sh');
  });

  it('leaves the out-of-band network unset where the file wants none', async () => {
    expect(await imported({ nodes: {}, oob: false })).toMatchObject({ auto_oob_enabled: null, enable_dhcp: null });
  });

  it.each([{}, { ztp: null }])('without a script there is none', async (more) => {
    const { id } = await imported({ nodes: {} }, more);

    expect((await admin(`GET simulations/${id}/ztp-script/`)).status).toBe(404);
  });

  it('DOT says the same', async () => {
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
      'with bare values between spaces',
      `graph g {\n a [os=${UBUNTU} cpu=1 memory=1024]\n b [memory=1024 os=${UBUNTU}]\n a:e0 -- b:e0\n}`,
    ],
    [
      'with comments',
      'graph g {\n // a remark\n # another\n a [os="generic/ubuntu2204"]\n b [os="generic/ubuntu2204"]\n a:e0 -- b:e0\n}',
    ],
    [
      'with what belongs to a line in the next one',
      'strict graph {\n a\n [os="generic/ubuntu2204"]\n b [\n os="generic/ubuntu2204"\n ]\n a:e0\n --\n b:e0 [color="red"] }',
    ],
    [
      'with signs that mean something in quotes and in comments',
      'graph g { label="a; } -- b" /* { */ a [os="generic/ubuntu2204" note="x;]\\"y"]; b [os=generic/ubuntu2204 at=#ff0000] // }\n a:e0--b:e0 }',
    ],
    [
      'in subgraphs, with defaults and points of the compass',
      'graph g { node [shape=box] subgraph rack { a [os="generic/" + "ubuntu2204"] { b [os="x"] [os="generic/ubuntu2204"] } } a:e0:n -- b:e0:s }',
    ],
  ])('DOT %s is understood as well', async (_what, content) => {
    const { nodes, links } = await done(200, 'POST simulations/parse/', asDot(content));

    expect(Object.keys(nodes)).toEqual(['a', 'b']);
    expect(links).toEqual([[end('a', 'e0'), end('b', 'e0')]]);
  });
});

describe('what is wrong with a file is named, and nothing of it is stored:', () => {
  const one = { os: 'generic/ubuntu2204' };
  const linked = (...links: unknown[]) => ({ nodes: { a: one, b: one }, links });
  const stored = () => Promise.all([SIMULATIONS, NODES, INTERFACES, LINKS].map((list) => air.all(list)));

  it.each<[what: string, content: unknown, named: string]>([
    ['content that is text', 'nodes', 'content'],
    ['content that is a list', [], 'content'],
    ['no nodes', {}, 'content.nodes'],
    ['nodes that are a list', { nodes: [one] }, 'content.nodes'],
    ['a node that is text', { nodes: { a: one, b: 'x' } }, 'content.nodes.b'],
    ['a node without an image', { nodes: { a: one, b: {} } }, 'content.nodes.b.os'],
    ['an image that does not exist', { nodes: { a: one, b: { os: 'novel' } } }, 'content.nodes.b.os'],
    ['an image of another organisation', { nodes: { b: { os: GLOBEX_PRIVATE } } }, 'content.nodes.b.os'],
    ['half a processor', { nodes: { b: { ...one, cpu: 0.5 } } }, 'content.nodes.b.cpu'],
    ['no processor', { nodes: { b: { ...one, cpu: 0 } } }, 'content.nodes.b.cpu'],
    ['memory in words', { nodes: { b: { ...one, memory: '2 GiB' } } }, 'content.nodes.b.memory'],
    ['negative storage', { nodes: { b: { ...one, storage: -1 } } }, 'content.nodes.b.storage'],
    ['a position in words', { nodes: { b: { ...one, pos: { x: 'left', y: 0 } } } }, 'content.nodes.b.pos'],
    ['links that are none', { nodes: { a: one }, links: {} }, 'content.links'],
    ['a link that is text', linked('a-b'), 'content.links[0]'],
    ['a link of one end', linked([end('a', 'e')]), 'content.links[0]'],
    ['a link of three ends', linked([end('a', 'e'), end('b', 'e'), 'exit']), 'content.links[0]'],
    ['a link to a node that is not there', linked([end('a', 'e'), end('c', 'e')]), 'content.links[0]'],
    ['a link without an interface', linked([end('a', 'e'), { node: 'b' }]), 'content.links[0]'],
    ['a link from nowhere to nowhere', linked(['exit', 'exit']), 'content.links[0]'],
    ['a link of an interface with itself', linked([end('a', 'e'), end('a', 'e')]), 'content.links[0]'],
    [
      'an interface with two links',
      linked([end('a', 'e'), end('b', 'e')], [end('a', 'e'), end('b', 'f')]),
      'content.links[1]',
    ],
    ['an interface without a name', linked([end('a', ''), end('b', 'e')]), 'content.links[0]'],
    ['an interface whose name is too long', linked([end('a', 'e'.repeat(16)), end('b', 'e')]), 'content.links[0]'],
    ['a node without a name', { nodes: { '': one } }, 'content.nodes'],
    ['a node whose name is too long', { nodes: { ['n'.repeat(256)]: one } }, 'content.nodes'],
    ['an image whose name is too long', { nodes: { a: { os: 'x'.repeat(256) } } }, 'content.nodes.a.os'],
    [
      'too many nodes',
      { nodes: Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`n${n}`, one])) },
      'content.nodes',
    ],
    [
      'too many links',
      { nodes: { a: one }, links: Array.from({ length: 2501 }, (_, n) => [end('a', `e${n}`), 'exit']) },
      'content.links',
    ],
  ])('%s', async (_what, content, named) => {
    const before = await stored();
    const body = { format: 'JSON', name: 'broken', content, ztp: 'x' };

    expectRefused(await admin('POST simulations/import/', body), 400, named);

    expect(await stored()).toEqual(before);
  });

  it.each<[what: string, content: unknown, named: string]>([
    ['an object', { nodes: {} }, 'content'],
    ['something else than a graph', 'nodes: a', 'content'],
    ['a node without an image', 'graph g {\n a [cpu=1]\n}', 'content.nodes.a.os'],
    ['a processor in words', 'graph g {\n a [os="x" cpu="two"]\n}', 'content.nodes.a.cpu'],
    ['a link to nowhere', 'graph g {\n a [os="x"]\n a:e -- b:e\n}', 'content.links[0]'],
    ['a node that is only named', 'graph g {\n a\n}', 'content'],
    ['a cable that names no interface', 'graph g { a [os="x"] b [os="x"] a -- b }', 'content.links[0]'],
    ['arrows', 'graph g { a:e -> b:e }', 'content'],
    ['a directed graph', 'digraph g { }', 'content'],
    ['a graph without an end', 'graph g { a [os="x"]', 'content'],
    ['something after the graph', 'graph g { } graph h { }', 'content'],
    ['quotes without an end', 'graph g { a [os="x] }', 'content'],
    ['a comment without an end', 'graph g { /* }', 'content'],
    ['a bracket without an end', 'graph g { a [x=<<b> ] }', 'content'],
    ['an attribute without a value', 'graph g { a [os] }', 'content'],
    ['a name that objects have by themselves', 'graph g { __proto__ [os="x"] }', 'content'],
    ['a name that is too long', `graph g { ${'a'.repeat(256)} [os="x"] }`, 'content'],
    ['a value that is too long', `graph g { a [os="${'x'.repeat(5000)}"] }`, 'content'],
    ['an image whose name is too long', `graph g { a [os="${'x'.repeat(256)}"] }`, 'content.nodes.a.os'],
    ['too many statements', `graph g { ${'a [os=x];'.repeat(20_001)} }`, 'content'],
    ['subgraphs in subgraphs without end', `graph g { ${'subgraph {'.repeat(50_000)}`, 'content'],
  ])('DOT: %s', async (_what, content, named) => {
    expectRefused(await admin('POST simulations/import/', { format: 'DOT', name: 'x', content }), 400, named);
    expectRefused(
      await admin('POST simulations/parse/', asDot(String(content))),
      400,
      named.replace('content', 'topology_data'),
    );
  });

  it.each<[body: object, named: string]>([
    [{ content: { nodes: {} }, name: 'x' }, 'format'],
    [{ format: 'YAML', content: { nodes: {} }, name: 'x' }, 'format'],
    [{ format: 'JSON', name: 'x' }, 'content'],
    [{ format: 'JSON', content: { nodes: {} } }, 'name'],
    [{ format: 'JSON', content: { nodes: {} }, name: '' }, 'name'],
    [{ format: 'JSON', content: { nodes: {} }, name: 'x', ztp: 5 }, 'ztp'],
  ])('%j names `%s`', async (body, named) => {
    expectRefused(await admin('POST simulations/import/', body), 400, named);
  });
});

it('as much as an import takes is stored at once', async () => {
  const nodes = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`n${n}`, { os: 'generic/ubuntu2204' }]));
  const links = Array.from({ length: 2500 }, (_, n) => [
    end(`n${n % 2000}`, `e${n}`),
    end(`n${(n + 1) % 2000}`, `f${n}`),
  ]);

  const { id } = await imported({ nodes, links });

  expect(await done(200, `GET ${LINKS}?simulation=${id}&limit=1`)).toMatchObject({ count: 2500 });
});

describe('exporting', () => {
  const exported = (id: string, query = '') => done(200, `GET simulations/${id}/export/${query}`);

  it('an import gives it back', async () => {
    const { id } = await imported(CONTENT, { ztp: 'script' });

    expect(await exported(id)).toEqual({ format: 'JSON', name: 'imported', content: CONTENT, ztp: 'script' });
    expect(await exported(id, '?topology_format=JSON')).toEqual(await exported(id));
  });

  it('can be imported again, as often as one likes', async () => {
    const { id } = await imported({ ...CONTENT, oob: true });
    const first = await exported(id);
    const again = await done(201, 'POST simulations/import/', first);

    expect(await exported(again.id)).toEqual(first);
  });

  it('tells images by id where that is asked for', async () => {
    const { id } = await imported(CONTENT);
    const osOf = async (query: string) =>
      Object.values((await exported(id, query)).content.nodes as Thing).map(({ os }: Thing) => os);

    expect(await osOf('?image_ids=true')).toEqual([UBUNTU, ACME_SWITCH]);
    expect(await osOf('?image_ids=false')).toEqual(['generic/ubuntu2204', 'acme-switch']);
  });

  it('a simulation of the cast', async () => {
    const { content, ztp } = await exported(LEAF_SPINE);

    expect(Object.keys(content.nodes)).toEqual(['leaf1', 'leaf2', 'spine1']);
    expect([content.links, ztp]).toEqual([[], null]);
  });

  it('two nodes of one name is refused, because a file has nodes by their names, until one is renamed', async () => {
    const { id } = await imported(CONTENT);
    const { id: twin } = await done(201, `POST ${NODES}`, { simulation: id, name: 'leaf' });

    expectRefused(await admin(`GET simulations/${id}/export/`), 400, 'several nodes are named `leaf`');
    await done(200, `PATCH ${NODES}${twin}/`, { name: 'other-leaf' });
    expect(Object.keys((await exported(id)).content.nodes)).toEqual(['leaf', 'spine', 'other-leaf']);
  });

  it('in a format that does not exist is refused by its name', async () => {
    expectRefused(await admin(`GET simulations/${LEAF_SPINE}/export/?topology_format=YAML`), 400, 'topology_format');
  });
});

describe('parsing', () => {
  it('tells what a file says, and makes nothing', async () => {
    const before = await air.all(SIMULATIONS);

    const text = { topology_data: JSON.stringify(CONTENT), source_format: 'JSON', destination_format: 'JSON' };
    const reported = await done(200, 'POST simulations/parse/', text);

    expect(reported).toEqual(CONTENT);
    expect(await air.all(SIMULATIONS)).toEqual(before);
  });

  it.each<[named: string, wrong: object]>([
    ['`source_format`', { source_format: 'YAML' }],
    ['`destination_format`', { destination_format: 'DOT' }],
    ['`topology_data`', { topology_data: '{', source_format: 'JSON' }],
    ['`topology_data.nodes`', { topology_data: '{}', source_format: 'JSON' }],
    ['topology_data', { topology_data: undefined }],
  ])('names what is wrong: %s', async (named, wrong) => {
    expectRefused(await admin('POST simulations/parse/', { ...asDot('graph g { }'), ...wrong }), 400, named);
  });
});

describe('the time that a DOT text takes grows with its length, and no faster:', () => {
  const LENGTH = 30_000;

  it.each<[what: string, content: (length: number) => string]>([
    ['one long line', (length) => `graph g { ${'a:e -- '.repeat(length / 7)}`],
    ['white space', (length) => `graph g { a${' '.repeat(length)}`],
    ['one long name', (length) => `graph g { ${'a'.repeat(length)}`],
    ['quotes without an end', (length) => `graph g { a [x="${'b '.repeat(length / 2)}`],
    ['escapes', (length) => `graph g { a [x="${'\\"'.repeat(length / 2)}`],
    ['texts put together', (length) => `graph g { a [x=${'"b" + '.repeat(length / 6)}`],
    ['semicolons', (length) => `graph g { ${';'.repeat(length)}`],
    ['comments', (length) => `graph g { ${'/**/'.repeat(length / 4)}`],
    ['comments without an end', (length) => `graph g { a [${'x=/* '.repeat(length / 5)}`],
    ['subgraphs', (length) => `graph g { ${'subgraph {'.repeat(length / 10)}`],
    ['brackets', (length) => `graph g { a [x=${'<'.repeat(length)}`],
    ['attributes', (length) => `graph g { a [${Array.from({ length: length / 10 }, (_, n) => `a${n}=1`).join(' ')}`],
    ['an interface of hyphens', (length) => `graph g { a:${'-'.repeat(length)} }`],
    ['hyphens', (length) => `graph g { ${'a-'.repeat(length / 2)}`],
  ])('%s', async (_what, content) => {
    const time = async (length: number) => {
      const body = asDot(content(length));
      const before = process.cpuUsage();
      expectRefused(await admin('POST simulations/parse/', body), 400, 'topology_data');
      // The time of this process, in milliseconds: what else the machine does is not counted.
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    await time(LENGTH);

    const [once, fourfold] = [await time(LENGTH), await time(4 * LENGTH)];

    // Sixteen-fold is what a quadratic reader would take. The rest is for what else the process does.
    expect(fourfold).toBeLessThan(10 * once + 250);
  });
});

describe('placement groups in a file', () => {
  const grouped = (placement_group: unknown) => ({ nodes: { a: { os: 'generic/ubuntu2204', placement_group } } });

  it('are those of the nodes, and are exported only if there are any', async () => {
    const { id } = await imported({ nodes: { ...grouped(' rack-a ').nodes, b: { os: 'generic/ubuntu2204' } } });

    expect(await air.all(`${NODES}?simulation=${id}&ordering=name`)).toMatchObject([
      { name: 'a', placement_group: 'rack-a' },
      { name: 'b', placement_group: '' },
    ]);
    const { nodes } = (await done(200, `GET simulations/${id}/export/`)).content;
    expect(nodes.a.placement_group).toBe('rack-a');
    expect(nodes.b).not.toHaveProperty('placement_group');
  });

  it('may be numbers in DOT', async () => {
    const content = 'graph g { a [os="generic/ubuntu2204" placement_group="7"] }';
    const { id } = await done(201, 'POST simulations/import/', { format: 'DOT', name: 'dot', content });

    expect(await air.all(`${NODES}?simulation=${id}`)).toMatchObject([{ placement_group: '7' }]);
  });

  it.each([null, 7, 'x'.repeat(65)])('are refused if they are no short text: %j', async (group) => {
    const body = { format: 'JSON', name: 'refused', content: grouped(group) };
    expectRefused(await admin('POST simulations/import/', body), 400, 'placement_group');
  });
});

describe('services and instructions in a file of the later API', async () => {
  const later = await airServer({ air: 'dsx' });
  const SERVICE = { name: 'SSH', service_type: 'SSH', node: 'a', interface: 'eth0', port: 22 };
  const INSTRUCTION = { node: 'a', executor: 'shell', data: 'echo "hello"' };
  const file = (more: object) => ({ nodes: { a: { os: 'generic/ubuntu2204' } }, oob: false, ...more });
  const post = (content: unknown) => ({ format: 'JSON', name: 'with-more', content });
  const made = (more: object) => later.done(201, 'POST simulations/import/', post(file(more)));
  const contentOf = async (id: string, query: string) =>
    (await later.done(200, `GET simulations/${id}/export/?topology_format=JSON${query}`)).content;

  it('are made with the simulation', async () => {
    const { id } = await made({ services: [SERVICE], instructions: [INSTRUCTION] });

    expect(await later.all(`${SERVICES}?simulation=${id}`)).toMatchObject([
      { name: 'SSH', service_type: 'SSH', node_port: 22 },
    ]);
    expect(await later.all(`${INTERFACES}?simulation=${id}`)).toMatchObject([{ name: 'eth0', outbound: false }]);
    expect(await later.all(`${INSTRUCTIONS}?simulation=${id}`)).toMatchObject([
      { data: { executor: 'shell', commands: ['echo "hello"'] }, run_again_on_rebuild: false },
    ]);
  });

  it('are exported only if they are asked for, in a form that can be imported', async () => {
    const again = { ...INSTRUCTION, name: 'again', run_again_on_rebuild: true };
    const files = {
      node: 'a',
      executor: 'file',
      data: { files: [{ path: '/etc/motd', content: 'hi' }], post_commands: ['ls'] },
      name: 'files',
      run_again_on_rebuild: false,
    };
    const named = { node: 'a', executor: 'init', data: 'host-a', name: 'named', run_again_on_rebuild: false };
    const instructions = [again, files, named];
    const { id } = await made({ services: [SERVICE], instructions });

    for (const query of ['', '&include_instructions=NONE&include_services=false']) {
      const content = await contentOf(id, query);
      expect(Object.keys(content).toSorted()).toEqual(['links', 'nodes', 'oob']);
    }
    expect((await contentOf(id, '&include_services=true')).services).toEqual([SERVICE]);
    expect((await contentOf(id, '&include_instructions=REPEATABLE')).instructions).toEqual([again]);
    const content = await contentOf(id, '&include_services=true&include_instructions=REPEATABLE_OR_NOT_READY');
    expect(content.instructions).toHaveLength(3);
    expect(content.instructions).toEqual(expect.arrayContaining(instructions));

    const copy = await later.done(201, 'POST simulations/import/', { format: 'JSON', name: 'copy', content });
    const whole = '&include_services=true&include_instructions=REPEATABLE_OR_NOT_READY';
    expect((await contentOf(copy.id, whole)).instructions).toEqual(expect.arrayContaining(instructions));
  });

  it('are kept when a file is parsed', async () => {
    const more = { services: [SERVICE], instructions: [INSTRUCTION] };
    const body = { topology_data: JSON.stringify(file(more)), source_format: 'JSON', destination_format: 'JSON' };

    expect(await later.done(200, 'POST simulations/parse/', body)).toMatchObject(more);
  });

  it.each([
    ['services', 'x', '`content.services`'],
    ['services', Array.from({ length: 2501 }, () => SERVICE), '`content.services`'],
    ['services', ['x'], 'content.services[0]'],
    ['services', [{ ...SERVICE, node: 'b' }], 'content.services[0]'],
    ['services', [{ ...SERVICE, interface: '' }], 'content.services[0]'],
    ['services', [SERVICE, { ...SERVICE, port: 0 }], 'content.services[1].port'],
    ['services', [{ ...SERVICE, port: 65_536 }], 'content.services[0].port'],
    ['services', [{ ...SERVICE, port: '22' }], 'content.services[0].port'],
    ['services', [{ ...SERVICE, name: 7 }], 'content.services[0].name'],
    ['services', [{ ...SERVICE, service_type: 'FTP' }], 'content.services[0].service_type'],
    ['services', [{ ...SERVICE, service_type: 7 }], 'content.services[0].service_type'],
    ['instructions', {}, '`content.instructions`'],
    ['instructions', [null], 'content.instructions[0]'],
    ['instructions', [{ ...INSTRUCTION, node: 'b' }], 'content.instructions[0].node'],
    ['instructions', [{ ...INSTRUCTION, executor: 'toString' }], 'content.instructions[0].executor'],
    ['instructions', [{ ...INSTRUCTION, name: 7 }], 'content.instructions[0].name'],
    ['instructions', [{ ...INSTRUCTION, run_again_on_rebuild: 1 }], 'content.instructions[0].run_again_on_rebuild'],
    ['instructions', [{ ...INSTRUCTION, data: 7 }], 'content.instructions[0].data'],
    ['instructions', [{ ...INSTRUCTION, data: {} }], 'content.instructions[0].data.commands'],
    ['instructions', [{ ...INSTRUCTION, data: { commands: 'ls' } }], 'content.instructions[0].data.commands'],
    ['instructions', [{ ...INSTRUCTION, data: { commands: ['ls', 1] } }], '`content.instructions[0].data.commands[1]`'],
    ['instructions', [{ ...INSTRUCTION, data: { commands: [], zzz: 1 } }], '`content.instructions[0].data.zzz`'],
    [
      'instructions',
      [{ ...INSTRUCTION, data: { commands: [], executor: 'shell' } }],
      '`content.instructions[0].data.executor`',
    ],
    ['instructions', [{ ...INSTRUCTION, data: 'x'.repeat(65_537) }], 'data.commands[0]'],
    [
      'instructions',
      [INSTRUCTION, { ...INSTRUCTION, executor: 'file', data: { files: [{ path: '/a', content: 7 }] } }],
      '`content.instructions[1].data.files[0].content`',
    ],
    ['instructions', [{ ...INSTRUCTION, executor: 'file', data: { files: [['a']] } }], 'data.files[0]'],
    ['instructions', [{ ...INSTRUCTION, executor: 'file', data: { files: [], post_commands: 'ls' } }], 'post_commands'],
    ['instructions', [{ ...INSTRUCTION, executor: 'init', data: 'x'.repeat(256) }], 'data.hostname'],
    ['instructions', [{ ...INSTRUCTION, executor: 'file' }], 'content.instructions[0].data'],
    ['instructions', [{ ...INSTRUCTION, executor: 'init', data: { hostname: 7 } }], 'data.hostname'],
  ])('are refused by name, and nothing is stored: %s %j', async (member, value, named) => {
    const before = await later.all(SIMULATIONS);

    const answer = await later.admin('POST simulations/import/', post(file({ [member]: value })));
    expectRefused(answer, 400, named);
    expect(answer.body.detail).not.toContain('exit');

    expect(await later.all(SIMULATIONS)).toHaveLength(before.length);
  });

  it('are nothing in 2.0, which ignores and reports them', async () => {
    const reported = async () =>
      (await air.call('GET /_mock/findings')).body.findings
        .filter(({ kind }: Thing) => kind === 'other_version')
        .map(({ message }: Thing) => message);
    expect(await reported()).toEqual([]);

    const { id } = await imported(file({ services: 'x', instructions: [INSTRUCTION] }));

    expect(await air.all(`${INSTRUCTIONS}?simulation=${id}`)).toEqual([]);
    const { content } = await done(200, `GET simulations/${id}/export/`);
    expect(content).not.toHaveProperty('instructions');
    const ignored = ['content.services', 'content.instructions'];
    expect(await reported()).toEqual(
      expect.arrayContaining(ignored.map((name) => expect.stringContaining(`\`${name}\``))),
    );

    const topology_data = JSON.stringify(file({ services: 7 }));
    const body = { topology_data, source_format: 'JSON', destination_format: 'JSON' };
    expect(await done(200, 'POST simulations/parse/', body)).not.toHaveProperty('services');
    expect(await reported()).toContainEqual(expect.stringContaining('`topology_data.services`'));
  });
});
