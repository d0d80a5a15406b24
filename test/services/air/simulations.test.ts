import { describe, expect, it } from 'vitest';
import {
  airServer,
  CHECKPOINTS,
  expectRefused,
  GLOBEX_LAB,
  INSTRUCTIONS,
  INTERFACES,
  idsOf,
  LEAF_SPINE,
  LINKS,
  MINUTELY,
  NODES,
  NOT_FOUND,
  NOTHING,
  RUNNING,
  SERVICES,
  SIMULATIONS,
  type Thing,
} from '../../support/air-client.ts';
import { START } from '../../support/server.ts';

const MINUTE = 60_000;
const air = await airServer();
const { admin, done } = air;
const toIso = (at: number) => new Date(at).toISOString();
const stateOf = async (id: string) => (await done(200, `GET simulations/${id}/`)).state;
const act = (id: string, action: string, body: unknown = {}) => done(200, `PATCH simulations/${id}/${action}/`, body);

describe('creating', () => {
  it('requires only a name and sets defaults for every other field', async () => {
    const created = await done(201, `POST ${SIMULATIONS}`, { name: 'plain' });

    expect(created).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'plain',
      state: 'INACTIVE',
      creator: 'air-admin@acme.test',
      auto_oob_enabled: false,
      auto_netq_enabled: false,
      sleep_at: null,
      expires_at: null,
      documentation: null,
      metadata: null,
      complete_checkpoint_count: 0,
    });
    expect(Date.parse(created.created)).toBe(START);
    expect(created.modified).toBe(created.created);
    expect(created.created).toMatch(/Z$/);
    expect(await done(200, `GET simulations/${created.id}/`)).toEqual(created);
  });

  it('with a service key sets the name of the key as the creator', async () => {
    const caller = await air.withScopes('air:access', 'air:simulation_create');

    const { body } = await caller(`POST ${SIMULATIONS}`, { name: 'robotic' });

    expect(body.creator).toMatch(/^made-\d+@acme$/);
  });

  it('stores every value of the request', async () => {
    const values = {
      name: 'x'.repeat(128),
      sleep_at: toIso(START + MINUTE),
      expires_at: toIso(START + 2 * MINUTE),
      documentation: 'how to',
      metadata: '{"a":1}',
    };

    const created = await done(201, `POST ${SIMULATIONS}`, values);

    expect(created).toMatchObject({ name: values.name, documentation: 'how to', metadata: '{"a":1}' });
    expect(Date.parse(created.sleep_at)).toBe(START + MINUTE);
    expect(Date.parse(created.expires_at)).toBe(START + 2 * MINUTE);
  });

  it.each<[title: string, body: unknown, field: string]>([
    ['a `sleep_at` that is now', { name: 'x', sleep_at: toIso(START) }, 'sleep_at'],
    ['an `expires_at` in the past', { name: 'x', expires_at: toIso(START - 1) }, 'expires_at'],
  ])('with %s returns 400 and names the field', async (_what, body, field) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, body), 400, field);
  });

  it('ignores unknown and read-only members', async () => {
    const created = await done(201, `POST ${SIMULATIONS}`, { name: 'n', state: 'ACTIVE', id: NOTHING, novel: [1] });

    expect(created.state).toBe('INACTIVE');
    expect(created.id).not.toBe(NOTHING);
    expect(created).not.toHaveProperty('novel');
  });
});

describe('updating', () => {
  it('removes a time that is set to null', async () => {
    const { id } = await air.simulation({ sleep_at: toIso(START + MINUTE) });

    expect((await done(200, `PATCH simulations/${id}/`, { sleep_at: null })).sleep_at).toBeNull();
  });

  it.each([
    ['sleep_at', { sleep_at: toIso(START - 1) }],
    ['expires_at', { expires_at: toIso(START) }],
  ])('with an invalid `%s` returns 400 and changes nothing: %j', async (field, body) => {
    const before = await air.simulation();

    expectRefused(await admin(`PATCH simulations/${before.id}/`, body), 400, field);
    expect(await done(200, `GET simulations/${before.id}/`)).toEqual(before);
  });
});

/** Creates a simulation with two nodes, two interfaces, a link, a service, an instruction and a ZTP script. */
async function createFurnished() {
  const simulation = await air.simulation();
  const nodes = [await air.node({ simulation: simulation.id }), await air.node({ simulation: simulation.id })];
  const ends = [await air.interface({ node: nodes[0].id }), await air.interface({ node: nodes[1].id })];
  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends), labels: { cable_length: '3m' } });
  const service = await done(201, `POST ${SERVICES}`, { interface: ends[0].id, node_port: 22, service_type: 'SSH' });
  const instruction = await done(201, `POST ${INSTRUCTIONS}`, {
    node: nodes[0].id,
    executor: 'shell',
    data: { commands: ['ls'] },
  });
  await done(201, `POST simulations/${simulation.id}/ztp-script/`, { content: '#!/bin/sh' });
  return { id: simulation.id as string, nodes, ends, link, service, instruction };
}

describe('deleting', () => {
  it('removes everything that belongs to the simulation', async () => {
    const { id, nodes, ends, link, service, instruction } = await createFurnished();
    await act(id, 'start');
    await act(id, 'shutdown');
    const [checkpoint] = await air.all(`${CHECKPOINTS}?simulation=${id}`);
    const paths = [
      `simulations/${id}/`,
      `simulations/${id}/ztp-script/`,
      ...idsOf(nodes).map((id) => `${NODES}${id}/`),
      ...idsOf(ends).map((id) => `${INTERFACES}${id}/`),
      `${LINKS}${link.id}/`,
      `${SERVICES}${service.id}/`,
      `${INSTRUCTIONS}${instruction.id}/`,
      `${CHECKPOINTS}${checkpoint.id}/`,
    ];
    for (const path of paths) await done(200, `GET ${path}`);

    const { status, body } = await admin(`DELETE simulations/${id}/`, {});

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    for (const path of paths) expectRefused(await admin(`GET ${path}`), 404, NOT_FOUND);
    for (const list of [NODES, INTERFACES, LINKS, SERVICES, INSTRUCTIONS, CHECKPOINTS]) {
      expect(await air.all(`${list}?simulation=${id}`), list).toEqual([]);
    }
    expectRefused(await admin(`DELETE simulations/${id}/`), 404);
    expectRefused(await admin(`GET histories/?model=simulation&object_id=${id}`), 404);
  });

  it('does not change other simulations', async () => {
    const kept = await createFurnished();
    const deleted = await createFurnished();
    const before = await air.all(`${NODES}?simulation=${kept.id}`);

    await done(204, `DELETE simulations/${deleted.id}/`);

    expect(await air.all(`${NODES}?simulation=${kept.id}`)).toEqual(before);
    expect(await air.all(`${LINKS}?simulation=${kept.id}`)).toHaveLength(1);
    await done(200, `GET simulations/${kept.id}/ztp-script/`);
  });
});

describe('changing state with a step time', () => {
  const ways: [title: string, prepare: string[], action: string, body: unknown, states: string[]][] = [
    ['start', [], 'start', {}, ['REQUESTING', 'PROVISIONING', 'BOOTING', 'ACTIVE']],
    ['shutdown', ['start'], 'shutdown', {}, ['PREPARE_SHUTDOWN', 'SHUTTING_DOWN', 'SAVING', 'INACTIVE']],
    [
      'shutdown without a checkpoint',
      ['start'],
      'shutdown',
      { create_checkpoint: false },
      ['PREPARE_PURGE', 'PURGING', 'INACTIVE'],
    ],
    ['rebuild', ['start'], 'rebuild', {}, ['PREPARE_REBUILD', 'REBUILDING', 'ACTIVE']],
  ];

  it.each(ways)('%s passes through each state in order', async (_way, prepare, action, body, states) => {
    const world = await airServer();
    const { id } = await world.simulation();
    for (const step of prepare) await world.done(200, `PATCH simulations/${id}/${step}/`);
    await world.done(200, `PATCH simulations/${id}/`, { metadata: MINUTELY });
    const first = await world.done(200, `PATCH simulations/${id}/${action}/`, body);
    expect(first.state).toBe(states[0]);

    for (const [index, state] of states.entries()) {
      for (const at of [index * MINUTE, (index + 1) * MINUTE - 1]) {
        world.clock.set(START + at);
        const observed = [
          (await world.done(200, `GET simulations/${id}/`)).state,
          (await world.all(SIMULATIONS)).find((simulation) => simulation.id === id).state,
        ];
        expect(observed, `after ${at} ms`).toEqual([state, state]);
      }
    }
    world.clock.set(START + 1000 * MINUTE);
    expect((await world.done(200, `GET simulations/${id}/`)).state).toBe(states.at(-1));
  });

  it.each(['{"nv_auth_mock_step_time":5}', '{"nv_auth_mock_step_time":"soon"}', '{', 'null', '[]', ''])(
    'reaches its final state at once if the metadata is `%s`',
    async (metadata) => {
      const { id } = await air.simulation({ metadata });

      expect((await act(id, 'start')).state).toBe('ACTIVE');
    },
  );

  it('a clone is first `CLONING` and then `INACTIVE`', async () => {
    const world = await airServer();
    const source = await world.simulation({ metadata: MINUTELY });

    const clone = await world.done(201, 'POST simulations/clone/', { simulation: source.id });

    expect(clone.state).toBe('CLONING');
    world.clock.set(START + MINUTE - 1);
    expect((await world.done(200, `GET simulations/${clone.id}/`)).state).toBe('CLONING');
    world.clock.set(START + MINUTE);
    expect((await world.done(200, `GET simulations/${clone.id}/`)).state).toBe('INACTIVE');
  });

  it('a filter by state uses the current state', async () => {
    const world = await airServer();
    const { id } = await world.simulation({ metadata: MINUTELY });
    await world.done(200, `PATCH simulations/${id}/start/`);
    const isListed = async (state: string) => idsOf(await world.all(`${SIMULATIONS}?state=${state}`)).includes(id);

    expect([await isListed('REQUESTING'), await isListed('ACTIVE')]).toEqual([true, false]);
    world.clock.set(START + 2 * MINUTE);
    expect([await isListed('BOOTING'), await isListed('REQUESTING')]).toEqual([true, false]);
    world.clock.set(START + 3 * MINUTE);
    expect([await isListed('ACTIVE'), await isListed('BOOTING')]).toEqual([true, false]);
  });

  it('an advance of the clock reports the arrival at the final state', async () => {
    const world = await airServer();
    const { id, name } = await world.simulation({ metadata: MINUTELY });
    await world.done(200, `PATCH simulations/${id}/start/`);
    const advance = async (by: string) => {
      const { body } = await world.call('POST /_mock/clock/advance', { body: { by } });
      return body.events.filter(({ kind }: Thing) => kind === 'simulation.arrived');
    };

    expect(await advance('179s')).toEqual([]);
    expect(await advance('1s')).toEqual([
      { kind: 'simulation.arrived', simulationId: id, name, state: 'ACTIVE', at: toIso(START + 3 * MINUTE) },
    ]);
    expect(await advance('10m')).toEqual([]);
  });
});

describe('actions in the wrong state', () => {
  it.each([
    ['start', RUNNING, 'ACTIVE', 'INACTIVE'],
    ['shutdown', LEAF_SPINE, 'INACTIVE', 'ACTIVE'],
    ['rebuild', LEAF_SPINE, 'INACTIVE', 'ACTIVE'],
  ])('%s returns 400 and names the current and the required state', async (action, id, state, needed) => {
    const before = await air.all(`${CHECKPOINTS}?simulation=${id}`);

    expectRefused(await admin(`PATCH simulations/${id}/${action}/`), 400, `\`${state}\``, `\`${needed}\``);
    expect(await stateOf(id)).toBe(state);
    expect(await air.all(`${CHECKPOINTS}?simulation=${id}`)).toEqual(before);
  });

  it('cloning a running simulation returns 400', async () => {
    expectRefused(await admin('POST simulations/clone/', { simulation: RUNNING }), 400, '`ACTIVE`', '`INACTIVE`');
  });

  it.each(['start', 'shutdown', 'rebuild'])('%s returns 400 while the simulation starts', async (action) => {
    const { id } = await air.simulation({ metadata: MINUTELY });
    await act(id, 'start');

    expectRefused(await admin(`PATCH simulations/${id}/${action}/`), 400, '`REQUESTING`');
  });

  it('one of two simultaneous starts returns 400', async () => {
    const { id } = await air.simulation();

    const both = await Promise.all([admin(`PATCH simulations/${id}/start/`), admin(`PATCH simulations/${id}/start/`)]);

    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });
});

describe('starting from a checkpoint', () => {
  it.each<[action: string, begin: string[]]>([
    ['start', []],
    ['rebuild', ['start']],
  ])('%s accepts no checkpoint, a checkpoint of the simulation, and null', async (action, begin) => {
    for (const option of ['absent', 'own', 'null']) {
      const { id } = await air.simulation();
      await act(id, 'start');
      await act(id, 'shutdown');
      const [checkpoint] = await air.all(`${CHECKPOINTS}?simulation=${id}`);
      for (const step of begin) await act(id, step);
      const body = option === 'absent' ? {} : { checkpoint: option === 'own' ? checkpoint.id : null };

      expect((await act(id, action, body)).state).toBe('ACTIVE');
    }
  });

  it('returns 400 if the checkpoint does not exist or belongs to another simulation', async () => {
    const otherSimulation = await air.simulation();
    await act(otherSimulation.id, 'start');
    await act(otherSimulation.id, 'shutdown');
    const [foreign] = await air.all(`${CHECKPOINTS}?simulation=${otherSimulation.id}`);
    const { id } = await air.simulation();

    for (const checkpoint of [NOTHING, foreign.id]) {
      expectRefused(await admin(`PATCH simulations/${id}/start/`, { checkpoint }), 400, 'checkpoint');
    }
    expect(await stateOf(id)).toBe('INACTIVE');
  });
});

describe('a clone', () => {
  /** Reads the contents of a simulation without ids and times, with nodes and interfaces by name. */
  async function describeTopology(id: string) {
    const nodes = await air.all(`${NODES}?simulation=${id}&ordering=name`);
    const interfaces = await air.all(`${INTERFACES}?simulation=${id}&ordering=name`);
    const nameOf = new Map([...nodes, ...interfaces].map((object) => [object.id, object.name]));
    const omitIds = ({ id: _, created: __, modified: ___, simulation: ____, ...rest }: Thing) => rest;
    const links = await air.all(`${LINKS}?simulation=${id}`);
    return {
      nodes: nodes.map(omitIds),
      interfaces: interfaces.map((item) => ({
        ...omitIds(item),
        node: nameOf.get(item.node),
        split: nameOf.get(item.split),
      })),
      links: links.map(({ labels, interfaces: ends }) => ({
        labels,
        ends: ends.map((end: Thing) => `${end.node_name}:${end.name}`),
      })),
      services: (await air.all(`${SERVICES}?simulation=${id}`)).map((service) => ({
        ...omitIds(service),
        interface: nameOf.get(service.interface),
      })),
    };
  }

  const listIds = async (id: string) =>
    (await Promise.all([NODES, INTERFACES, LINKS, SERVICES].map((list) => air.all(`${list}?simulation=${id}`))))
      .flat()
      .map((object) => object.id);

  it('has the same contents as its source, with new ids', async () => {
    const { id } = await createFurnished();

    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    expect(await describeTopology(clone.id)).toEqual(await describeTopology(id));
    const before = await listIds(id);
    const after = await listIds(clone.id);
    expect(after).toHaveLength(before.length);
    expect(after.filter((objectId) => before.includes(objectId))).toEqual([]);
    expect((await done(200, `GET simulations/${clone.id}/ztp-script/`)).content).toBe('#!/bin/sh');
    expect(await air.all(`${INSTRUCTIONS}?simulation=${clone.id}`)).toMatchObject([{ data: { commands: ['ls'] } }]);
  });

  it('has the out-of-band network of its source', async () => {
    const { id } = await air.simulation();
    await act(id, 'enable-auto-oob');

    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    expect(clone).toMatchObject({ auto_oob_enabled: true, enable_dhcp: true });
  });

  it('remains if its source is deleted', async () => {
    const { id, nodes } = await createFurnished();
    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    await done(204, `DELETE simulations/${id}/`);

    expect(await air.all(`${NODES}?simulation=${clone.id}`)).toHaveLength(nodes.length);
  });

  it('has the requested name, or else the name of its source with a suffix', async () => {
    const source = await air.simulation({ name: 'x'.repeat(128) });

    const field = await done(201, 'POST simulations/clone/', { simulation: source.id, name: 'mine' });
    const unnamed = await done(201, 'POST simulations/clone/', { simulation: source.id });

    expect(field.name).toBe('mine');
    expect(unnamed.name.length).toBeLessThanOrEqual(128);
    expect(unnamed.name).toContain('xxx');
  });

  it('is started with `attempt_start` and can be shut down', async () => {
    const source = await air.simulation();

    const clone = await done(201, 'POST simulations/clone/', { simulation: source.id, attempt_start: true });

    expect(clone.state).toBe('ACTIVE');
    expect((await act(clone.id, 'shutdown')).state).toBe('INACTIVE');
  });

  it('of a simulation of another organisation returns 400 and names `simulation`', async () => {
    expectRefused(await admin('POST simulations/clone/', { simulation: GLOBEX_LAB }), 400, 'simulation');
  });
});

describe('optional networks', () => {
  it('the out-of-band network is enabled with or without DHCP, and disabled', async () => {
    const { id } = await air.simulation();

    expect(await act(id, 'enable-auto-oob')).toMatchObject({ auto_oob_enabled: true, enable_dhcp: true });
    expect(await act(id, 'enable-auto-oob', { enable_dhcp: false })).toMatchObject({
      auto_oob_enabled: true,
      enable_dhcp: false,
    });
    expect(await act(id, 'disable-auto-oob')).toMatchObject({ auto_oob_enabled: false, enable_dhcp: false });
  });

  it('NetQ is enabled with credentials, which are removed when it is disabled', async () => {
    const { id } = await air.simulation();

    expect(await act(id, 'enable-auto-netq')).toMatchObject({
      auto_netq_enabled: true,
      netq_username: expect.any(String),
      netq_password: expect.any(String),
    });
    expect(await act(id, 'disable-auto-netq')).toMatchObject({
      auto_netq_enabled: false,
      netq_username: null,
      netq_password: null,
    });
  });
});

describe('a ZTP script', () => {
  it('is created, read, updated, deleted and created again', async () => {
    const { id } = await air.simulation();
    const path = `simulations/${id}/ztp-script/`;
    expectRefused(await admin(`GET ${path}`), 404, NOT_FOUND);
    expectRefused(await admin(`PATCH ${path}`, { content: 'x' }), 404);
    expectRefused(await admin(`DELETE ${path}`), 404);

    const script = await done(201, `POST ${path}`, { content: 'first' });
    expect(Object.keys(script).sort()).toEqual(['content', 'created', 'modified']);
    expect(await done(200, `GET ${path}`)).toEqual(script);
    expect((await done(200, `PATCH ${path}`, { content: 'second' })).content).toBe('second');
    await done(204, `DELETE ${path}`);

    expectRefused(await admin(`GET ${path}`), 404);
    await done(201, `POST ${path}`, { content: 'again' });
  });

  it('cannot be created twice', async () => {
    const { id } = await air.simulation();
    await done(201, `POST simulations/${id}/ztp-script/`, { content: 'first' });

    expectRefused(await admin(`POST simulations/${id}/ztp-script/`, { content: 'second' }), 400);
    expect((await done(200, `GET simulations/${id}/ztp-script/`)).content).toBe('first');
  });
});
