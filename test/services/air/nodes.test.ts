import { describe, expect, it } from 'vitest';
import {
  ACME_SWITCH,
  airServer,
  expectRefused,
  GLOBEX_LAB,
  GLOBEX_PRIVATE,
  INSTRUCTIONS,
  INTERFACES,
  idsOf,
  LINKS,
  NODES,
  NOTHING,
  SERVICES,
  SYSTEM_NODE,
  type Thing,
  UBUNTU,
} from '../../support/air-client.ts';

const servers = { '2.0': await airServer(), dsx: await airServer({ air: 'dsx' }) };
const air = servers['2.0'];
const { admin, done } = air;

describe('creating', () => {
  it('needs a name and a simulation; the image is the first one there is', async () => {
    const { id } = await air.simulation();

    const node = await done(201, `POST ${NODES}`, { name: 'n', simulation: id });

    expect(node).toMatchObject({
      name: 'n',
      simulation: id,
      image: UBUNTU,
      category: '',
      cpu: 1,
      memory: 1024,
      storage: 10,
      pos_x: 0,
      pos_y: 0,
      labels: null,
      metadata: null,
      advanced: {},
    });
    expect(await done(200, `GET ${NODES}${node.id}/`)).toEqual(node);
  });

  it('keeps what is given', async () => {
    const given = {
      name: 'n',
      image: ACME_SWITCH,
      cpu: 8,
      memory: 4096,
      storage: 50,
      pos_x: -5,
      pos_y: 7,
      labels: { rack_name: 'r1', rack_unit: 4 },
      metadata: 'text',
      advanced: { boot: 'network', uefi: true },
      cdrom: { image: UBUNTU },
      storage_pci: { drive1: { name: 'data', size: 20, type: 'NVME' } },
      management_mac: '02:00:00:00:00:01',
    };

    expect(await air.node(given)).toMatchObject(given);
  });

  it.each<[named: string, body: object]>([
    ['name', { name: '' }],
    ['name', { name: 5 }],
    ['cpu', { cpu: 0 }],
    ['memory', { memory: 1023 }],
    ['storage', { storage: 9 }],
    ['cpu', { cpu: 1.5 }],
    ['pos_x', { pos_x: 'left' }],
    ['labels', { labels: 'red' }],
    ['image', { image: NOTHING }],
    ['image', { image: 'generic/ubuntu2204' }],
    ['image', { image: GLOBEX_PRIVATE }],
    ['simulation', { simulation: NOTHING }],
    ['simulation', { simulation: 'nothing' }],
    ['simulation', { simulation: GLOBEX_LAB }],
  ])('a wrong `%s` is refused by its name: %j', async (named, body) => {
    const { id } = await air.simulation();

    expectRefused(await admin(`POST ${NODES}`, { name: 'n', simulation: id, ...body }), 400, named);
    expect(await air.all(`${NODES}?simulation=${id}`)).toEqual([]);
  });

  it.each(['name', 'simulation'])('without `%s` is refused by its name', async (named) => {
    const { id } = await air.simulation();

    expectRefused(await admin(`POST ${NODES}`, { name: 'n', simulation: id, [named]: undefined }), 400, named);
  });
});

it('a strict server looks into the entries of maps', async () => {
  const strict = await airServer({ strict: true });
  const { id } = await strict.simulation();
  const made = (more: object) => strict.admin(`POST ${NODES}`, { name: 'n', simulation: id, ...more });

  expectRefused(await made({ management_interfaces: { eth0: { ipp: '::1' } } }), 400, 'management_interfaces.eth0.ipp');
  expect((await made({ management_interfaces: { eth0: { ip: null } }, metadata: null })).status).toBe(201);
});

it('an image that a drive names can be seen, and is not deleted', async () => {
  const image = await done(201, 'POST images/', {
    name: 'cd',
    version: '1',
    default_username: 'u',
    default_password: 'p',
  });
  const cdrom = { image: image.id };
  for (const wrong of [NOTHING, GLOBEX_PRIVATE]) {
    const { id } = await air.simulation();
    const body = { name: 'n', simulation: id, cdrom: { image: wrong } };
    expectRefused(await admin(`POST ${NODES}`, body), 400, 'cdrom.image');
  }
  const node = await air.node({ cdrom });

  expectRefused(await admin(`PATCH ${NODES}${node.id}/`, { cdrom: { image: NOTHING } }), 400, 'cdrom.image');
  expect((await admin(`DELETE images/${image.id}/`)).status).toBe(400);
  await done(200, `PATCH ${NODES}${node.id}/`, { cdrom: { image: null } });
  await done(204, `DELETE images/${image.id}/`);
});

describe('updating', () => {
  it('changes what is given, and never the simulation', async () => {
    const node = await air.node();
    const other = await air.simulation();

    const after = await done(200, `PATCH ${NODES}${node.id}/`, { name: 'new', cpu: 3, simulation: other.id });

    expect({ ...after, modified: '' }).toEqual({ ...node, name: 'new', cpu: 3, modified: '' });
  });

  it.each([
    ['image', NOTHING],
    ['image', GLOBEX_PRIVATE],
    ['image', null],
    ['cpu', 0],
    ['memory', 512],
  ])('a wrong `%s` is refused by its name: %j', async (named, value) => {
    const node = await air.node();

    expectRefused(await admin(`PATCH ${NODES}${node.id}/`, { [named]: value }), 400, named);
    expect(await done(200, `GET ${NODES}${node.id}/`)).toEqual(node);
  });
});

it('deleting a node takes its interfaces, links, services and instructions along, and the other end stays', async () => {
  const node = await air.node();
  const other = await air.node({ simulation: node.simulation });
  const mine = await air.interface({ node: node.id });
  const theirs = await air.interface({ node: other.id });
  const link = await done(201, `POST ${LINKS}`, { interfaces: [mine.id, theirs.id] });
  const service = await done(201, `POST ${SERVICES}`, { interface: mine.id, node_port: 22 });
  const instruction = await done(201, `POST ${INSTRUCTIONS}`, {
    node: node.id,
    executor: 'shell',
    data: { commands: [] },
  });

  await done(204, `DELETE ${NODES}${node.id}/`);

  for (const path of [
    `${NODES}${node.id}`,
    `${INTERFACES}${mine.id}`,
    `${LINKS}${link.id}`,
    `${SERVICES}${service.id}`,
    `${INSTRUCTIONS}${instruction.id}`,
  ]) {
    expectRefused(await admin(`GET ${path}/`), 404);
  }
  await done(200, `GET ${INTERFACES}${theirs.id}/`);
  expect(await air.all(`${NODES}?simulation=${node.simulation}`)).toHaveLength(1);
});

describe('out of a system node', () => {
  it('has what that has, and what is given instead', async () => {
    const { id } = await air.simulation();
    const path = `POST ${NODES}from-system-node/`;

    const plain = await done(201, path, { system_node: SYSTEM_NODE, simulation: id, name: 'server' });
    const large = await done(201, path, { system_node: SYSTEM_NODE, simulation: id, name: 'large', cpu: 16 });

    expect(plain).toMatchObject({ name: 'server', category: 'SERVER', cpu: 2, memory: 2048, storage: 20 });
    expect(plain).toMatchObject({ simulation: id, image: UBUNTU });
    expect(large).toMatchObject({ name: 'large', category: 'SERVER', cpu: 16, memory: 2048 });
    expect(await done(200, `GET ${NODES}${plain.id}/`)).toEqual(plain);
  });

  it.each([
    ['system_node', { system_node: NOTHING }],
    ['simulation', { simulation: GLOBEX_LAB }],
    ['image', { image: NOTHING }],
    ['name', { name: '' }],
  ])('a wrong `%s` is refused by its name', async (named, wrong) => {
    const { id } = await air.simulation();
    const body = { system_node: SYSTEM_NODE, simulation: id, name: 'x', ...wrong };

    expectRefused(await admin(`POST ${NODES}from-system-node/`, body), 400, named);
  });

  it('of another organisation is made as well, because everybody may see them', async () => {
    const body = { system_node: SYSTEM_NODE, simulation: GLOBEX_LAB, name: 'x' };

    expect((await air.globex(`POST ${NODES}from-system-node/`, body)).status).toBe(201);
  });
});

describe.each(['2.0', 'dsx'] as const)('bulk operations of %s', (profile) => {
  const world = servers[profile];
  const isLater = profile === 'dsx';

  async function furnished() {
    const { id } = await world.simulation();
    await world.done(200, `PATCH simulations/${id}/start/`);
    const nodes = [await world.node({ simulation: id }), await world.node({ simulation: id })];
    return { id: id as string, nodes };
  }
  const actions: [action: string, status: number, entry: (id: string) => unknown][] = [
    ['PATCH bulk-reset', 204, (id) => ({ id })],
    ['PATCH bulk-rebuild', 204, (id) => ({ id })],
    ['PATCH bulk-assign', 204, (id) => ({ node: id })],
    ...(isLater
      ? ([
          ['PATCH bulk-delete', 204, (id) => ({ id })],
          ['POST bulk-copy', 200, (id) => ({ id })],
        ] as typeof actions)
      : []),
  ];
  const requestOf = (action: string) => `${action.replace(' ', ` ${NODES}`)}/`;

  it.each(actions)('%s takes nodes of the simulation', async (action, status, entry) => {
    const { id, nodes } = await furnished();

    const answer = await world.admin(requestOf(action), { simulation: id, nodes: idsOf(nodes).map(entry) });

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    if (status === 204) expect(answer.body).toBeUndefined();
    const expected = action.includes('delete') ? 0 : action.includes('copy') ? 4 : 2;
    expect(await world.all(`${NODES}?simulation=${id}`)).toHaveLength(expected);
  });

  it.runIf(isLater)('copies have names that no other node of the simulation has', async () => {
    const { id, nodes } = await furnished();
    const copied = () => world.admin(`POST ${NODES}bulk-copy/`, { simulation: id, nodes: [{ id: nodes[0].id }] });
    await copied();
    await copied();

    const { name } = nodes[0];
    const names = (await world.all(`${NODES}?simulation=${id}`)).map((one: Thing) => one.name);
    expect(names).toEqual(expect.arrayContaining([name, `${name}-copy`, `${name}-copy-2`]));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(actions)('%s leaves all as it was where one node is not to be had', async (action, _status, entry) => {
    const { id, nodes } = await furnished();
    const stranger = await world.node();
    const before = [await world.all(NODES), await world.all(`histories/?model=node&object_id=${nodes[0].id}`)];

    for (const bad of [NOTHING, stranger.id]) {
      const body = { simulation: id, nodes: [...idsOf(nodes), bad].map(entry) };
      expectRefused(await world.admin(requestOf(action), body), 400, 'nodes');
    }

    expect([await world.all(NODES), await world.all(`histories/?model=node&object_id=${nodes[0].id}`)]).toEqual(before);
  });

  it.each(actions)('%s counts a node that is named twice once', async (action, status, entry) => {
    const { id, nodes } = await furnished();
    const before = await world.all(`${NODES}?simulation=${id}`);

    const twice = [nodes[0].id, nodes[0].id].map(entry);
    const answer = await world.admin(requestOf(action), { simulation: id, nodes: twice });

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    const more = action.includes('delete') ? -1 : action.includes('copy') ? 1 : 0;
    expect(await world.all(`${NODES}?simulation=${id}`)).toHaveLength(before.length + more);
  });

  it('bulk-assign refuses different configs for one node', async () => {
    const { id, nodes } = await furnished();
    const config = async () =>
      (await world.done(201, 'POST userconfigs/', { name: 'u', kind: 'cloud-init-user-data', content: '#' })).id;
    const entries = [await config(), await config()].map((user_data) => ({ node: nodes[0].id, user_data }));
    const assign = (...given: readonly object[]) =>
      world.admin(`PATCH ${NODES}bulk-assign/`, { simulation: id, nodes: given });

    expectRefused(await assign(...entries), 400, nodes[0].id, 'user_data');
    expect((await world.done(200, `GET ${NODES}${nodes[0].id}/`)).cloud_init).toBeNull();
    expect((await assign({ node: nodes[0].id, meta_data: null }, entries[0] ?? {})).status).toBe(204);
  });

  it.each(actions)('%s names what is wrong with its body', async (action, _status, entry) => {
    const { id, nodes } = await furnished();
    const request = requestOf(action);

    expectRefused(await world.admin(request, { simulation: NOTHING, nodes: [entry(nodes[0].id)] }), 400, 'simulation');
    expectRefused(
      await world.admin(request, { simulation: GLOBEX_LAB, nodes: [entry(nodes[0].id)] }),
      400,
      'simulation',
    );
    expectRefused(await world.admin(request, { nodes: [entry(nodes[0].id)] }), 400, 'simulation');
    expectRefused(await world.admin(request, { simulation: id, nodes: [] }), 400, 'nodes');
    expectRefused(await world.admin(request, { simulation: id }), 400, 'nodes');
  });

  it.each(['reset', 'rebuild'])('bulk-%s needs a running simulation', async (action) => {
    const { id, nodes } = await furnished();
    await world.done(200, `PATCH simulations/${id}/shutdown/`);
    const body = { simulation: id, nodes: idsOf(nodes).map((one) => ({ id: one })) };

    expectRefused(await world.admin(`PATCH ${NODES}bulk-${action}/`, body), 400, '`INACTIVE`', '`ACTIVE`');
  });

  it('bulk-assign sets user configs, keeps what is absent and takes away what is null', async () => {
    const { id, nodes } = await furnished();
    const config = (kind: string) =>
      world.done(201, 'POST userconfigs/', { name: kind, kind: `cloud-init-${kind}`, content: '#cloud-config' });
    const [user, meta] = [await config('user-data'), await config('meta-data')];
    const [first, second] = idsOf(nodes);
    const assign = (...entries: object[]) =>
      world.done(204, `PATCH ${NODES}bulk-assign/`, { simulation: id, nodes: entries });
    const cloudInit = async () =>
      Promise.all([first, second].map(async (one) => (await world.done(200, `GET ${NODES}${one}/`)).cloud_init));

    await assign({ node: first, user_data: user.id, meta_data: meta.id }, { node: second, user_data: user.id });
    expect(await cloudInit()).toEqual([
      { user_data: user.id, meta_data: meta.id },
      { user_data: user.id, meta_data: null },
    ]);
    await assign({ node: first, user_data: null });
    expect((await cloudInit())[0]).toEqual({ user_data: null, meta_data: meta.id });

    for (const wrong of [NOTHING, user.id]) {
      const entries = [
        { node: second, user_data: null },
        { node: first, meta_data: wrong },
      ];
      expectRefused(
        await world.admin(`PATCH ${NODES}bulk-assign/`, { simulation: id, nodes: entries }),
        400,
        'meta_data',
      );
      expect((await cloudInit())[1]).toEqual({ user_data: user.id, meta_data: null });
    }
  });

  if (isLater) {
    it('bulk-update changes several nodes alike', async () => {
      const { id, nodes } = await furnished();
      const body = { simulation: id, node_ids: idsOf(nodes), cpu: 4, image: ACME_SWITCH, name: 'never' };

      const reported = await world.done(200, `PATCH ${NODES}bulk-update/`, body);

      expect(reported).toMatchObject([
        { cpu: 4, image: ACME_SWITCH },
        { cpu: 4, image: ACME_SWITCH },
      ]);
      expect(reported.map(({ name }: Thing) => name)).toEqual(nodes.map(({ name }) => name));
    });

    it('bulk-update counts a node that is named twice once', async () => {
      const { id, nodes } = await furnished();
      const body = { simulation: id, node_ids: [nodes[0].id, nodes[0].id], cpu: 4 };

      expect(await world.done(200, `PATCH ${NODES}bulk-update/`, body)).toMatchObject([{ cpu: 4 }]);
    });

    it.each<[named: string, wrong: (id: string) => object]>([
      ['image', () => ({ image: NOTHING })],
      ['cpu', () => ({ cpu: 0 })],
      ['node', (id) => ({ node_ids: [id, NOTHING] })],
      ['node_ids', () => ({ node_ids: [] })],
      ['simulation', () => ({ simulation: NOTHING })],
    ])('bulk-update names a wrong `%s`, and changes nothing', async (named, wrong) => {
      const { id, nodes } = await furnished();
      const body = { simulation: id, node_ids: idsOf(nodes), cpu: 9, ...wrong(nodes[0].id) };

      expectRefused(await world.admin(`PATCH ${NODES}bulk-update/`, body), 400, named);
      expect((await world.all(`${NODES}?simulation=${id}`)).map(({ cpu }) => cpu)).toEqual([1, 1]);
    });
  }
});

describe('a node of the later API', () => {
  const later = servers.dsx;

  it.each(['cdrom', ['network', 'hd'], ['cdrom']])('boots from %j', async (boot) => {
    const { id } = await later.node({ advanced: { boot } });
    const order = ['hd', 'network', 'cdrom'];

    expect((await later.done(200, `GET ${NODES}${id}/`)).advanced.boot).toEqual(boot);
    expect((await later.done(200, `PATCH ${NODES}${id}/`, { advanced: { boot: order } })).advanced.boot).toEqual(order);
  });

  it.each(['floppy', [], ['floppy'], ['hd', 'hd', 'hd', 'hd']])('does not boot from %j', async (boot) => {
    const { id: simulation } = await later.simulation();
    const given = { simulation, name: 'odd', advanced: { boot } };
    expectRefused(await later.admin(`POST ${NODES}`, given), 400, 'advanced.boot');
  });

  it.each(['cdrom', ['hd', 'network']])('boots from %j in the later API only', async (boot) => {
    const { id: simulation } = await servers['2.0'].simulation();
    const given = { simulation, name: 'early', advanced: { boot } };
    expectRefused(await servers['2.0'].admin(`POST ${NODES}`, given), 400, 'advanced.boot');
  });

  it('is made of a template with a placement group and addresses, too', async () => {
    const { id: simulation } = await later.simulation();
    const management_interfaces = { eth1: { ip: '192.168.200.9', mac_address: '02:00:00:00:00:09' } };
    const given = { system_node: SYSTEM_NODE, name: 'placed', simulation, placement_group: ' rack-a ' };

    const body = { ...given, management_interfaces };
    expect(await later.done(201, `POST ${NODES}from-system-node/`, body)).toMatchObject({
      placement_group: 'rack-a',
      management_interfaces,
    });
    const long = { ...given, placement_group: 'x'.repeat(65) };
    expectRefused(await later.admin(`POST ${NODES}from-system-node/`, long), 400, 'placement_group');
  });
});
