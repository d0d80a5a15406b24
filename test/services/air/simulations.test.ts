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
const { admin, reader, done } = air;
const iso = (at: number) => new Date(at).toISOString();
const stateOf = async (id: string) => (await done(200, `GET simulations/${id}/`)).state;
const act = (id: string, action: string, body: unknown = {}) => done(200, `PATCH simulations/${id}/${action}/`, body);

it('a list that is asked for again shows what was made, changed and deleted since, and to nobody else', async () => {
  const own = await airServer();
  const names = async () => (await own.all(SIMULATIONS)).map(({ name }) => name).toSorted();
  const seeded = await names();
  const { id } = await own.simulation({ name: 'first' });
  expect(await names()).toEqual([...seeded, 'first'].toSorted());
  await own.done(200, `PATCH simulations/${id}/`, { name: 'second' });
  expect(await names()).toEqual([...seeded, 'second'].toSorted());
  expect(JSON.stringify((await own.globex(`GET ${SIMULATIONS}`)).body)).not.toContain('second');
  await own.done(204, `DELETE simulations/${id}/`);
  expect(await names()).toEqual(seeded);
});

describe('creating', () => {
  it('needs a name only, and everything else has a default', async () => {
    const made = await done(201, `POST ${SIMULATIONS}`, { name: 'plain' });

    expect(made).toMatchObject({
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
    expect(Date.parse(made.created)).toBe(START);
    expect(made.modified).toBe(made.created);
    expect(made.created).toMatch(/Z$/);
    expect(await done(200, `GET simulations/${made.id}/`)).toEqual(made);
  });

  it('by a service key names the key, because there is no person', async () => {
    const caller = await air.withScopes('air:access', 'air:simulation_create');

    const { body } = await caller(`POST ${SIMULATIONS}`, { name: 'robotic' });

    expect(body.creator).toMatch(/^made-\d+@acme$/);
  });

  it('keeps what is given', async () => {
    const given = {
      name: 'x'.repeat(128),
      sleep_at: iso(START + MINUTE),
      expires_at: iso(START + 2 * MINUTE),
      documentation: 'how to',
      metadata: '{"a":1}',
    };

    const made = await done(201, `POST ${SIMULATIONS}`, given);

    expect(made).toMatchObject({ name: given.name, documentation: 'how to', metadata: '{"a":1}' });
    expect(Date.parse(made.sleep_at)).toBe(START + MINUTE);
    expect(Date.parse(made.expires_at)).toBe(START + 2 * MINUTE);
  });

  it.each<[what: string, body: unknown, named: string]>([
    ['no name', {}, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(129) }, 'name'],
    ['a name that is no text', { name: 5 }, 'name'],
    ['a time that is none', { name: 'x', sleep_at: 'tomorrow' }, 'sleep_at'],
    ['a time of sleep that is past', { name: 'x', sleep_at: iso(START - 1) }, 'sleep_at'],
    ['a time of sleep that is now', { name: 'x', sleep_at: iso(START) }, 'sleep_at'],
    ['a time of expiry that is past', { name: 'x', expires_at: iso(START - 1) }, 'expires_at'],
    ['metadata that is no text', { name: 'x', metadata: { a: 1 } }, 'metadata'],
  ])('with %s is refused by its name', async (_what, body, named) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, body), 400, named);
  });

  it('passes over members that it does not know or that are not to be set', async () => {
    const made = await done(201, `POST ${SIMULATIONS}`, { name: 'n', state: 'ACTIVE', id: NOTHING, novel: [1] });

    expect(made.state).toBe('INACTIVE');
    expect(made.id).not.toBe(NOTHING);
    expect(made).not.toHaveProperty('novel');
  });
});

describe('updating', () => {
  it('changes what is given and nothing else', async () => {
    const before = await air.simulation({ documentation: 'old', metadata: '{"a":1}' });

    const after = await done(200, `PATCH simulations/${before.id}/`, { name: 'new', state: 'ACTIVE' });

    expect({ ...after, modified: null }).toEqual({ ...before, name: 'new', modified: null });
    expect(await done(200, `GET simulations/${before.id}/`)).toEqual(after);
  });

  it('without a body changes nothing', async () => {
    const before = await air.simulation();

    expect({ ...(await done(200, `PATCH simulations/${before.id}/`)), modified: null }).toEqual({
      ...before,
      modified: null,
    });
  });

  it('tells when', async () => {
    const moved = await airServer();
    const before = await moved.simulation();
    moved.clock.set(START + MINUTE);

    const after = await moved.done(200, `PATCH simulations/${before.id}/`, { name: 'later' });

    expect([Date.parse(after.created), Date.parse(after.modified)]).toEqual([START, START + MINUTE]);
  });

  it('takes a time away with null', async () => {
    const { id } = await air.simulation({ sleep_at: iso(START + MINUTE) });

    expect((await done(200, `PATCH simulations/${id}/`, { sleep_at: null })).sleep_at).toBeNull();
  });

  it.each([
    ['name', { name: null }],
    ['name', { name: '' }],
    ['sleep_at', { sleep_at: iso(START - 1) }],
    ['expires_at', { expires_at: iso(START) }],
  ])('a wrong `%s` is refused by its name', async (named, body) => {
    const before = await air.simulation();

    expectRefused(await admin(`PATCH simulations/${before.id}/`, body), 400, named);
    expect(await done(200, `GET simulations/${before.id}/`)).toEqual(before);
  });
});

/** A simulation with one of everything. */
async function furnished() {
  const whole = await air.simulation();
  const nodes = [await air.node({ simulation: whole.id }), await air.node({ simulation: whole.id })];
  const ends = [await air.interface({ node: nodes[0].id }), await air.interface({ node: nodes[1].id })];
  const link = await done(201, `POST ${LINKS}`, { interfaces: idsOf(ends), labels: { cable_length: '3m' } });
  const service = await done(201, `POST ${SERVICES}`, { interface: ends[0].id, node_port: 22, service_type: 'SSH' });
  const instruction = await done(201, `POST ${INSTRUCTIONS}`, {
    node: nodes[0].id,
    executor: 'shell',
    data: { commands: ['ls'] },
  });
  await done(201, `POST simulations/${whole.id}/ztp-script/`, { content: '#!/bin/sh' });
  return { id: whole.id as string, nodes, ends, link, service, instruction };
}

describe('deleting', () => {
  it('takes everything in it along', async () => {
    const { id, nodes, ends, link, service, instruction } = await furnished();
    await act(id, 'start');
    await act(id, 'shutdown');
    const [checkpoint] = await air.all(`${CHECKPOINTS}?simulation=${id}`);
    const paths = [
      `simulations/${id}/`,
      `simulations/${id}/ztp-script/`,
      ...idsOf(nodes).map((one) => `${NODES}${one}/`),
      ...idsOf(ends).map((one) => `${INTERFACES}${one}/`),
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

  it('leaves others as they are', async () => {
    const kept = await furnished();
    const gone = await furnished();
    const before = await air.all(`${NODES}?simulation=${kept.id}`);

    await done(204, `DELETE simulations/${gone.id}/`);

    expect(await air.all(`${NODES}?simulation=${kept.id}`)).toEqual(before);
    expect(await air.all(`${LINKS}?simulation=${kept.id}`)).toHaveLength(1);
    await done(200, `GET simulations/${kept.id}/ztp-script/`);
  });
});

describe('on its way', () => {
  const ways: [way: string, prepare: string[], action: string, body: unknown, states: string[]][] = [
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

  it.each(ways)('%s: a simulation is in each state from its moment on', async (_way, prepare, action, body, states) => {
    const world = await airServer();
    const { id } = await world.simulation();
    for (const step of prepare) await world.done(200, `PATCH simulations/${id}/${step}/`);
    await world.done(200, `PATCH simulations/${id}/`, { metadata: MINUTELY });
    const first = await world.done(200, `PATCH simulations/${id}/${action}/`, body);
    expect(first.state).toBe(states[0]);

    for (const [index, state] of states.entries()) {
      for (const at of [index * MINUTE, (index + 1) * MINUTE - 1]) {
        world.clock.set(START + at);
        const seen = [
          (await world.done(200, `GET simulations/${id}/`)).state,
          (await world.all(SIMULATIONS)).find((one) => one.id === id).state,
        ];
        expect(seen, `after ${at} ms`).toEqual([state, state]);
      }
    }
    world.clock.set(START + 1000 * MINUTE);
    expect((await world.done(200, `GET simulations/${id}/`)).state).toBe(states.at(-1));
  });

  it.each(ways)(
    '%s: arrives at once unless its metadata says otherwise',
    async (_way, prepare, action, body, states) => {
      const { id } = await air.simulation();
      for (const step of prepare) await act(id, step);

      expect((await act(id, action, body)).state).toBe(states.at(-1));
      expect(await stateOf(id)).toBe(states.at(-1));
    },
  );

  it.each(['{"nv_auth_mock_step_time":5}', '{"nv_auth_mock_step_time":"soon"}', '{', 'null', '[]', ''])(
    'arrives at once where its metadata is `%s`',
    async (metadata) => {
      const { id } = await air.simulation({ metadata });

      expect((await act(id, 'start')).state).toBe('ACTIVE');
    },
  );

  it('a clone is cloning first, and then at rest', async () => {
    const world = await airServer();
    const source = await world.simulation({ metadata: MINUTELY });

    const clone = await world.done(201, 'POST simulations/clone/', { simulation: source.id });

    expect(clone.state).toBe('CLONING');
    world.clock.set(START + MINUTE - 1);
    expect((await world.done(200, `GET simulations/${clone.id}/`)).state).toBe('CLONING');
    world.clock.set(START + MINUTE);
    expect((await world.done(200, `GET simulations/${clone.id}/`)).state).toBe('INACTIVE');
  });

  it('an import is at rest at once, because a file says nothing about time', async () => {
    const content = { nodes: { a: { os: 'generic/ubuntu2204' } } };

    const made = await done(201, 'POST simulations/import/', { format: 'JSON', name: 'i', content });

    expect(made.state).toBe('INACTIVE');
  });

  it('lists by state tell the state of the moment', async () => {
    const world = await airServer();
    const { id } = await world.simulation({ metadata: MINUTELY });
    await world.done(200, `PATCH simulations/${id}/start/`);
    const listed = async (state: string) => idsOf(await world.all(`${SIMULATIONS}?state=${state}`)).includes(id);

    expect([await listed('REQUESTING'), await listed('ACTIVE')]).toEqual([true, false]);
    world.clock.set(START + 2 * MINUTE);
    expect([await listed('BOOTING'), await listed('REQUESTING')]).toEqual([true, false]);
    world.clock.set(START + 3 * MINUTE);
    expect([await listed('ACTIVE'), await listed('BOOTING')]).toEqual([true, false]);
  });

  it('an advance of the clock tells of the arrival', async () => {
    const world = await airServer();
    const { id, name } = await world.simulation({ metadata: MINUTELY });
    await world.done(200, `PATCH simulations/${id}/start/`);
    const advance = async (by: string) => {
      const { body } = await world.call('POST /_mock/clock/advance', { body: { by } });
      return body.events.filter(({ kind }: Thing) => kind === 'simulation.arrived');
    };

    expect(await advance('179s')).toEqual([]);
    expect(await advance('1s')).toEqual([
      { kind: 'simulation.arrived', simulationId: id, name, state: 'ACTIVE', at: iso(START + 3 * MINUTE) },
    ]);
    expect(await advance('10m')).toEqual([]);
  });
});

describe('in the wrong state', () => {
  it.each([
    ['start', RUNNING, 'ACTIVE', 'INACTIVE'],
    ['shutdown', LEAF_SPINE, 'INACTIVE', 'ACTIVE'],
    ['rebuild', LEAF_SPINE, 'INACTIVE', 'ACTIVE'],
  ])('%s is refused, naming the state and the one that is needed', async (action, id, state, needed) => {
    const before = await air.all(`${CHECKPOINTS}?simulation=${id}`);

    expectRefused(await admin(`PATCH simulations/${id}/${action}/`), 400, `\`${state}\``, `\`${needed}\``);
    expect(await stateOf(id)).toBe(state);
    expect(await air.all(`${CHECKPOINTS}?simulation=${id}`)).toEqual(before);
  });

  it('a running simulation cannot be cloned', async () => {
    expectRefused(await admin('POST simulations/clone/', { simulation: RUNNING }), 400, '`ACTIVE`', '`INACTIVE`');
  });

  it.each(['start', 'shutdown', 'rebuild'])(
    '%s is refused on the way, naming the state of the moment',
    async (action) => {
      const { id } = await air.simulation({ metadata: MINUTELY });
      await act(id, 'start');

      expectRefused(await admin(`PATCH simulations/${id}/${action}/`), 400, '`REQUESTING`');
    },
  );

  it('of two starts at once one is refused', async () => {
    const { id } = await air.simulation();

    const both = await Promise.all([admin(`PATCH simulations/${id}/start/`), admin(`PATCH simulations/${id}/start/`)]);

    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });
});

describe('a checkpoint to start from', () => {
  it.each<[action: string, begin: string[]]>([
    ['start', []],
    ['rebuild', ['start']],
  ])('%s takes none, its own, and null', async (action, begin) => {
    for (const which of ['absent', 'own', 'null']) {
      const { id } = await air.simulation();
      await act(id, 'start');
      await act(id, 'shutdown');
      const [checkpoint] = await air.all(`${CHECKPOINTS}?simulation=${id}`);
      for (const step of begin) await act(id, step);
      const body = which === 'absent' ? {} : { checkpoint: which === 'own' ? checkpoint.id : null };

      expect((await act(id, action, body)).state).toBe('ACTIVE');
    }
  });

  it('that does not exist or belongs to another simulation is refused by its name', async () => {
    const other = await air.simulation();
    await act(other.id, 'start');
    await act(other.id, 'shutdown');
    const [foreign] = await air.all(`${CHECKPOINTS}?simulation=${other.id}`);
    const { id } = await air.simulation();

    for (const checkpoint of [NOTHING, foreign.id]) {
      expectRefused(await admin(`PATCH simulations/${id}/start/`, { checkpoint }), 400, 'checkpoint');
    }
    expect(await stateOf(id)).toBe('INACTIVE');
  });
});

describe('a clone', () => {
  /** What is in a simulation, without ids and times, and with nodes and interfaces by their names. */
  async function drawing(id: string) {
    const nodes = await air.all(`${NODES}?simulation=${id}&ordering=name`);
    const interfaces = await air.all(`${INTERFACES}?simulation=${id}&ordering=name`);
    const nameOf = new Map([...nodes, ...interfaces].map((one) => [one.id, one.name]));
    const bare = ({ id: _, created: __, modified: ___, simulation: ____, ...rest }: Thing) => rest;
    const links = await air.all(`${LINKS}?simulation=${id}`);
    return {
      nodes: nodes.map(bare),
      interfaces: interfaces.map((one) => ({ ...bare(one), node: nameOf.get(one.node), split: nameOf.get(one.split) })),
      links: links.map(({ labels, interfaces: ends }) => ({
        labels,
        ends: ends.map((end: Thing) => `${end.node_name}:${end.name}`),
      })),
      services: (await air.all(`${SERVICES}?simulation=${id}`)).map((one) => ({
        ...bare(one),
        interface: nameOf.get(one.interface),
      })),
    };
  }

  const idsIn = async (id: string) =>
    (await Promise.all([NODES, INTERFACES, LINKS, SERVICES].map((list) => air.all(`${list}?simulation=${id}`))))
      .flat()
      .map((one) => one.id);

  it('has everything that its source has, under ids of its own', async () => {
    const { id } = await furnished();

    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    expect(await drawing(clone.id)).toEqual(await drawing(id));
    const before = await idsIn(id);
    const after = await idsIn(clone.id);
    expect(after).toHaveLength(before.length);
    expect(after.filter((one) => before.includes(one))).toEqual([]);
  });

  it('has the ZTP script of its source', async () => {
    const { id } = await furnished();

    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    expect((await done(200, `GET simulations/${clone.id}/ztp-script/`)).content).toBe('#!/bin/sh');
  });

  it('has the instructions of its source', async () => {
    const { id } = await furnished();

    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    expect(await air.all(`${INSTRUCTIONS}?simulation=${clone.id}`)).toMatchObject([{ data: { commands: ['ls'] } }]);
  });

  it('has the out-of-band network of its source', async () => {
    const { id } = await air.simulation();
    await act(id, 'enable-auto-oob');

    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    expect(clone).toMatchObject({ auto_oob_enabled: true, enable_dhcp: true });
  });

  it('of a broken-out interface stands on its own', async () => {
    const { id, ends, service } = await furnished();
    await done(204, `DELETE ${SERVICES}${service.id}/`);
    await done(200, `POST ${INTERFACES}${ends[0].id}/breakout/`, { split_count: 2 });
    const before = await drawing(id);
    const clone = await done(201, 'POST simulations/clone/', { simulation: id });
    expect(await drawing(clone.id)).toEqual(before);
    const whole = (await air.all(`${INTERFACES}?simulation=${clone.id}&name=${ends[0].name}s0`))[0];

    await done(200, `POST ${INTERFACES}${whole.id}/revert-breakout/`);

    expect(await drawing(id)).toEqual(before);
    expect(await air.all(`${INTERFACES}?simulation=${clone.id}`)).toHaveLength(2);
  });

  it('goes its own way', async () => {
    const { id, nodes } = await furnished();
    const clone = await done(201, 'POST simulations/clone/', { simulation: id });

    await done(204, `DELETE simulations/${id}/`);

    expect(await air.all(`${NODES}?simulation=${clone.id}`)).toHaveLength(nodes.length);
  });

  it('has the name that is given, or one that tells what it is a clone of', async () => {
    const source = await air.simulation({ name: 'x'.repeat(128) });

    const named = await done(201, 'POST simulations/clone/', { simulation: source.id, name: 'mine' });
    const unnamed = await done(201, 'POST simulations/clone/', { simulation: source.id });

    expect(named.name).toBe('mine');
    expect(unnamed.name.length).toBeLessThanOrEqual(128);
    expect(unnamed.name).toContain('xxx');
  });

  it('is started where that is asked for, and can be shut down', async () => {
    const source = await air.simulation();

    const clone = await done(201, 'POST simulations/clone/', { simulation: source.id, attempt_start: true });

    expect(clone.state).toBe('ACTIVE');
    expect((await act(clone.id, 'shutdown')).state).toBe('INACTIVE');
  });

  it('is cloned before it is started', async () => {
    const source = await air.simulation({ metadata: MINUTELY });

    const clone = await done(201, 'POST simulations/clone/', { simulation: source.id, attempt_start: true });

    expect(clone.state).toBe('CLONING');
  });

  it.each([
    ['does not exist', NOTHING],
    ['is no id', 'nothing'],
    ['belongs to another organisation', GLOBEX_LAB],
  ])('of a simulation that %s is refused by its name', async (_what, simulation) => {
    expectRefused(await admin('POST simulations/clone/', { simulation }), 400, 'simulation');
  });

  it('from a checkpoint of another simulation is refused by its name', async () => {
    const { id } = await air.simulation();

    expectRefused(await admin('POST simulations/clone/', { simulation: id, checkpoint: NOTHING }), 400, 'checkpoint');
  });
});

describe('switches', () => {
  it('the out-of-band network comes with DHCP unless it is not wanted, and goes', async () => {
    const { id } = await air.simulation();

    expect(await act(id, 'enable-auto-oob')).toMatchObject({ auto_oob_enabled: true, enable_dhcp: true });
    expect(await act(id, 'enable-auto-oob', { enable_dhcp: false })).toMatchObject({
      auto_oob_enabled: true,
      enable_dhcp: false,
    });
    expect(await act(id, 'disable-auto-oob')).toMatchObject({ auto_oob_enabled: false, enable_dhcp: false });
  });

  it('NetQ comes with credentials, and goes with them', async () => {
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

  it('a wrong body is refused by its name', async () => {
    const { id } = await air.simulation();

    expectRefused(await admin(`PATCH simulations/${id}/enable-auto-oob/`, { enable_dhcp: 'yes' }), 400, 'enable_dhcp');
    expectRefused(await admin(`PATCH simulations/${id}/shutdown/`, { create_checkpoint: 1 }), 400, 'create_checkpoint');
  });
});

describe('a ZTP script', () => {
  it('is made, read, changed and taken away', async () => {
    const { id } = await air.simulation();
    const path = `simulations/${id}/ztp-script/`;
    expectRefused(await admin(`GET ${path}`), 404, NOT_FOUND);
    expectRefused(await admin(`PATCH ${path}`, { content: 'x' }), 404);
    expectRefused(await admin(`DELETE ${path}`), 404);

    const made = await done(201, `POST ${path}`, { content: 'first' });
    expect(Object.keys(made).sort()).toEqual(['content', 'created', 'modified']);
    expect(await done(200, `GET ${path}`)).toEqual(made);
    expect((await done(200, `PATCH ${path}`, { content: 'second' })).content).toBe('second');
    expectRefused(await admin(`PATCH ${path}`, {}), 400, 'content');
    await done(204, `DELETE ${path}`);

    expectRefused(await admin(`GET ${path}`), 404);
    await done(201, `POST ${path}`, { content: 'again' });
  });

  it('is one at most', async () => {
    const { id } = await air.simulation();
    await done(201, `POST simulations/${id}/ztp-script/`, { content: 'first' });

    expectRefused(await admin(`POST simulations/${id}/ztp-script/`, { content: 'second' }), 400);
    expect((await done(200, `GET simulations/${id}/ztp-script/`)).content).toBe('first');
  });

  it('needs content', async () => {
    const { id } = await air.simulation();

    for (const body of [{}, { content: '' }, { content: 5 }]) {
      expectRefused(await admin(`POST simulations/${id}/ztp-script/`, body), 400, 'content');
    }
  });

  it('is read with the scope of reading, and changed with that of editing', async () => {
    const path = `simulations/${LEAF_SPINE}/ztp-script/`;

    expectRefused(await reader(`GET ${path}`), 404);
    expectRefused(await reader(`POST ${path}`, { content: 'x' }), 403);
    expectRefused(await reader(`DELETE ${path}`), 403);
  });
});
