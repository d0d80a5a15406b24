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
  it('requires a name and a simulation, and uses the first image by default', async () => {
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

  it('stores every value of the request', async () => {
    const body = {
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

    expect(await air.node(body)).toMatchObject(body);
  });

  it.each<[field: string, body: object]>([
    ['image', { image: NOTHING }],
    ['image', { image: GLOBEX_PRIVATE }],
    ['simulation', { simulation: GLOBEX_LAB }],
  ])('with an invalid `%s` returns 400 and names it: %j', async (field, body) => {
    const { id } = await air.simulation();

    expectRefused(await admin(`POST ${NODES}`, { name: 'n', simulation: id, ...body }), 400, field);
    expect(await air.all(`${NODES}?simulation=${id}`)).toEqual([]);
  });
});

it('a strict server validates the entries of maps', async () => {
  const strict = await airServer({ strict: true });
  const { id } = await strict.simulation();
  const create = (eth0: object) =>
    strict.admin(`POST ${NODES}`, { name: 'n', simulation: id, management_interfaces: { eth0 } });

  expectRefused(await create({ ipp: '::1' }), 400, 'management_interfaces.eth0.ipp');
  expect((await create({ ip: null })).status).toBe(201);
});

it('the image of a drive must be visible and cannot be deleted', async () => {
  const image = await done(201, 'POST images/', {
    name: 'cd',
    version: '1',
    default_username: 'u',
    default_password: 'p',
  });
  const cdrom = { image: image.id };
  for (const invalidImage of [NOTHING, GLOBEX_PRIVATE]) {
    const { id } = await air.simulation();
    const body = { name: 'n', simulation: id, cdrom: { image: invalidImage } };
    expectRefused(await admin(`POST ${NODES}`, body), 400, 'cdrom.image');
  }
  const node = await air.node({ cdrom });

  expectRefused(await admin(`PATCH ${NODES}${node.id}/`, { cdrom: { image: NOTHING } }), 400, 'cdrom.image');
  expect((await admin(`DELETE images/${image.id}/`)).status).toBe(400);
  await done(200, `PATCH ${NODES}${node.id}/`, { cdrom: { image: null } });
  await done(204, `DELETE images/${image.id}/`);
});

describe('updating', () => {
  it('changes only the members of the request, and never the simulation', async () => {
    const node = await air.node();
    const target = await air.simulation();

    const after = await done(200, `PATCH ${NODES}${node.id}/`, { name: 'new', cpu: 3, simulation: target.id });

    expect({ ...after, modified: '' }).toEqual({ ...node, name: 'new', cpu: 3, modified: '' });
  });

  it('with an invalid `image` returns 400 and names it', async () => {
    const node = await air.node();

    expectRefused(await admin(`PATCH ${NODES}${node.id}/`, { image: GLOBEX_PRIVATE }), 400, 'image');
    expect(await done(200, `GET ${NODES}${node.id}/`)).toEqual(node);
  });
});

it('deleting a node deletes its interfaces, links, services and instructions, and keeps the other end of a link', async () => {
  const node = await air.node();
  const peer = await air.node({ simulation: node.simulation });
  const ownInterface = await air.interface({ node: node.id });
  const peerInterface = await air.interface({ node: peer.id });
  const link = await done(201, `POST ${LINKS}`, { interfaces: [ownInterface.id, peerInterface.id] });
  const service = await done(201, `POST ${SERVICES}`, { interface: ownInterface.id, node_port: 22 });
  const instruction = await done(201, `POST ${INSTRUCTIONS}`, {
    node: node.id,
    executor: 'shell',
    data: { commands: [] },
  });

  await done(204, `DELETE ${NODES}${node.id}/`);

  for (const path of [
    `${NODES}${node.id}`,
    `${INTERFACES}${ownInterface.id}`,
    `${LINKS}${link.id}`,
    `${SERVICES}${service.id}`,
    `${INSTRUCTIONS}${instruction.id}`,
  ]) {
    expectRefused(await admin(`GET ${path}/`), 404);
  }
  await done(200, `GET ${INTERFACES}${peerInterface.id}/`);
  expect(await air.all(`${NODES}?simulation=${node.simulation}`)).toHaveLength(1);
});

describe('creating from a system node', () => {
  it('copies the system node and applies the values of the request', async () => {
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
  ])('with an invalid `%s` returns 400 and names it', async (field, overrides) => {
    const { id } = await air.simulation();
    const body = { system_node: SYSTEM_NODE, simulation: id, name: 'x', ...overrides };

    expectRefused(await admin(`POST ${NODES}from-system-node/`, body), 400, field);
  });
});

describe('bulk operations', () => {
  const world = servers.dsx;

  async function createFurnished() {
    const { id } = await world.simulation();
    await world.done(200, `PATCH simulations/${id}/start/`);
    const nodes = [await world.node({ simulation: id }), await world.node({ simulation: id })];
    return { id: id as string, nodes };
  }
  const actions: [action: string, status: number, entry: (id: string) => unknown][] = [
    ['PATCH bulk-reset', 204, (id) => ({ id })],
    ['PATCH bulk-rebuild', 204, (id) => ({ id })],
    ['PATCH bulk-assign', 204, (id) => ({ node: id })],
    ['PATCH bulk-delete', 204, (id) => ({ id })],
    ['POST bulk-copy', 200, (id) => ({ id })],
  ];
  /** Only nodes of an INACTIVE simulation can be copied. */
  const prepare = async (action: string, id: string) => {
    if (action.includes('copy')) await world.done(200, `PATCH simulations/${id}/shutdown/`, {});
  };
  const requestOf = (action: string) => `${action.replace(' ', ` ${NODES}`)}/`;

  it.each(actions)('%s accepts nodes of the simulation', async (action, status, entry) => {
    const { id, nodes } = await createFurnished();
    await prepare(action, id);

    const answer = await world.admin(requestOf(action), { simulation: id, nodes: idsOf(nodes).map(entry) });

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    if (status === 204) expect(answer.body).toBeUndefined();
    const expected = action.includes('delete') ? 0 : action.includes('copy') ? 4 : 2;
    expect(await world.all(`${NODES}?simulation=${id}`)).toHaveLength(expected);
  });

  it('copies have unique names in the simulation', async () => {
    const { id, nodes } = await createFurnished();
    const copy = () => world.admin(`POST ${NODES}bulk-copy/`, { simulation: id, nodes: [{ id: nodes[0].id }] });
    expectRefused(await copy(), 400, 'ACTIVE', 'INACTIVE');
    await prepare('copy', id);
    await copy();
    await copy();

    const { name } = nodes[0];
    const names = (await world.all(`${NODES}?simulation=${id}`)).map((node: Thing) => node.name);
    expect(names).toEqual(expect.arrayContaining([name, `${name}-copy`, `${name}-copy-2`]));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(actions)('%s changes nothing if a node is not in the simulation', async (action, _status, entry) => {
    const { id, nodes } = await createFurnished();
    const foreignNode = await world.node();
    const before = [await world.all(NODES), await world.all(`histories/?model=node&object_id=${nodes[0].id}`)];

    for (const foreignId of [NOTHING, foreignNode.id]) {
      const body = { simulation: id, nodes: [...idsOf(nodes), foreignId].map(entry) };
      expectRefused(await world.admin(requestOf(action), body), 400, 'nodes');
    }

    expect([await world.all(NODES), await world.all(`histories/?model=node&object_id=${nodes[0].id}`)]).toEqual(before);
  });

  it.each(actions)('%s applies once to a repeated node', async (action, status, entry) => {
    const { id, nodes } = await createFurnished();
    await prepare(action, id);
    const before = await world.all(`${NODES}?simulation=${id}`);

    const twice = [nodes[0].id, nodes[0].id].map(entry);
    const answer = await world.admin(requestOf(action), { simulation: id, nodes: twice });

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    const change = action.includes('delete') ? -1 : action.includes('copy') ? 1 : 0;
    expect(await world.all(`${NODES}?simulation=${id}`)).toHaveLength(before.length + change);
  });

  it('bulk-assign rejects different configs for one node', async () => {
    const { id, nodes } = await createFurnished();
    const createConfig = async () =>
      (await world.done(201, 'POST userconfigs/', { name: 'u', kind: 'cloud-init-user-data', content: '#' })).id;
    const entries = [await createConfig(), await createConfig()].map((user_data) => ({ node: nodes[0].id, user_data }));
    const assign = (...assignments: readonly object[]) =>
      world.admin(`PATCH ${NODES}bulk-assign/`, { simulation: id, nodes: assignments });

    expectRefused(await assign(...entries), 400, nodes[0].id, 'user_data');
    expect((await world.done(200, `GET ${NODES}${nodes[0].id}/`)).cloud_init).toBeNull();
    expect((await assign({ node: nodes[0].id, meta_data: null }, entries[0] ?? {})).status).toBe(204);
  });

  it.each(actions)('%s names the invalid member of the body', async (action, _status, entry) => {
    const { nodes } = await createFurnished();

    const body = { simulation: GLOBEX_LAB, nodes: [entry(nodes[0].id)] };
    expectRefused(await world.admin(requestOf(action), body), 400, 'simulation');
  });

  it.each(['reset', 'rebuild'])('bulk-%s requires a running simulation', async (action) => {
    const { id, nodes } = await createFurnished();
    await world.done(200, `PATCH simulations/${id}/shutdown/`);
    const body = { simulation: id, nodes: idsOf(nodes).map((nodeId) => ({ id: nodeId })) };

    expectRefused(await world.admin(`PATCH ${NODES}bulk-${action}/`, body), 400, '`INACTIVE`', '`ACTIVE`');
  });

  it('bulk-assign sets user configs, keeps absent members and removes null members', async () => {
    const { id, nodes } = await createFurnished();
    const createConfig = (kind: string) =>
      world.done(201, 'POST userconfigs/', { name: kind, kind: `cloud-init-${kind}`, content: '#cloud-config' });
    const [user, meta] = [await createConfig('user-data'), await createConfig('meta-data')];
    const [first, second] = idsOf(nodes);
    const assign = (...entries: object[]) =>
      world.done(204, `PATCH ${NODES}bulk-assign/`, { simulation: id, nodes: entries });
    const readCloudInit = async () =>
      Promise.all([first, second].map(async (nodeId) => (await world.done(200, `GET ${NODES}${nodeId}/`)).cloud_init));

    await assign({ node: first, user_data: user.id, meta_data: meta.id }, { node: second, user_data: user.id });
    expect(await readCloudInit()).toEqual([
      { user_data: user.id, meta_data: meta.id },
      { user_data: user.id, meta_data: null },
    ]);
    await assign({ node: first, user_data: null });
    expect((await readCloudInit())[0]).toEqual({ user_data: null, meta_data: meta.id });

    for (const userConfig of [NOTHING, user.id]) {
      const entries = [
        { node: second, user_data: null },
        { node: first, meta_data: userConfig },
      ];
      expectRefused(
        await world.admin(`PATCH ${NODES}bulk-assign/`, { simulation: id, nodes: entries }),
        400,
        'meta_data',
      );
      expect((await readCloudInit())[1]).toEqual({ user_data: user.id, meta_data: null });
    }
  });

  it('bulk-update changes several nodes', async () => {
    const { id, nodes } = await createFurnished();
    const body = { simulation: id, node_ids: idsOf(nodes), cpu: 4, image: ACME_SWITCH, name: 'never' };

    const updated = await world.done(200, `PATCH ${NODES}bulk-update/`, body);

    expect(updated).toMatchObject([
      { cpu: 4, image: ACME_SWITCH },
      { cpu: 4, image: ACME_SWITCH },
    ]);
    expect(updated.map(({ name }: Thing) => name)).toEqual(nodes.map(({ name }) => name));
  });

  it.each<[field: string, overridesOf: (id: string) => object]>([
    ['image', () => ({ image: NOTHING })],
    ['node', (id) => ({ node_ids: [id, NOTHING] })],
    ['simulation', () => ({ simulation: NOTHING })],
  ])('bulk-update with an invalid `%s` returns 400 and changes nothing', async (field, overridesOf) => {
    const { id, nodes } = await createFurnished();
    const body = { simulation: id, node_ids: idsOf(nodes), cpu: 9, ...overridesOf(nodes[0].id) };

    expectRefused(await world.admin(`PATCH ${NODES}bulk-update/`, body), 400, field);
    expect((await world.all(`${NODES}?simulation=${id}`)).map(({ cpu }) => cpu)).toEqual([1, 1]);
  });
});

describe('a node in dsx', () => {
  const dsx = servers.dsx;

  it('boots from a list of devices, unlike a node in 2.0', async () => {
    const advanced = { boot: ['network', 'hd'] };
    const { id } = await dsx.node({ advanced });
    const { id: simulation } = await servers['2.0'].simulation();

    expect((await dsx.done(200, `GET ${NODES}${id}/`)).advanced.boot).toEqual(advanced.boot);
    const body = { simulation, name: 'early', advanced };
    expectRefused(await servers['2.0'].admin(`POST ${NODES}`, body), 400, 'advanced.boot');
  });

  it('is created from a system node with a placement group and addresses', async () => {
    const { id: simulation } = await dsx.simulation();
    const management_interfaces = { eth1: { ip: '192.168.200.9', mac_address: '02:00:00:00:00:09' } };
    const template = { system_node: SYSTEM_NODE, name: 'placed', simulation, placement_group: ' rack-a ' };

    const body = { ...template, management_interfaces };
    expect(await dsx.done(201, `POST ${NODES}from-system-node/`, body)).toMatchObject({
      placement_group: 'rack-a',
      management_interfaces,
    });
  });
});
