import { beforeAll, describe, expect, it } from 'vitest';
import {
  airServer,
  CHECKPOINTS,
  expectRefused,
  GLOBEX_LAB,
  INSTRUCTIONS,
  INTERFACES,
  idsOf,
  LINKS,
  NODES,
  RUNS,
  SERVICES,
  SIMULATIONS,
  type Thing,
  UBUNTU,
} from '../../support/air-client.ts';
import { START } from '../../support/server.ts';

const air = await airServer({ air: 'dsx' });
const { admin, done } = air;

/** A simulation with several of everything, and another one beside it. */
const world: Record<string, Thing> = {};
/** The ids of the objects of the built-in world. */
const builtIn = new Set<string>();

beforeAll(async () => {
  for (const list of LISTS) for (const id of idsOf(await air.all(list))) builtIn.add(id);
  const one = await air.simulation({ name: 'Alpha lab' });
  const other = await air.simulation({ name: 'beta_lab' });
  air.clock.set(START + 1000);
  const nodes = [];
  for (const name of ['leaf', 'LEAF-2', 'spine%'])
    nodes.push(await air.node({ simulation: one.id, name, image: UBUNTU }));
  const stranger = await air.node({ simulation: other.id, name: 'stranger' });
  const ends: Thing[] = [];
  for (const [index, node] of [...nodes, stranger].entries()) {
    for (const name of ['swp1', 'swp2']) {
      ends.push(
        await air.interface({
          node: node.id,
          name,
          outbound: index === 0,
          interface_type: index === 1 ? 'OOB_INTF' : 'DATA_PLANE_INTF',
          mac_address: `02:00:00:00:0${index}:0${name.slice(-1)}`,
        }),
      );
    }
  }
  const link = async (a: number, b: number) => done(201, `POST ${LINKS}`, { interfaces: [ends[a].id, ends[b].id] });
  const links = [await link(0, 2), await link(1, 4), await link(6, 7)];
  const service = (end: number, node_port: number, service_type: string) =>
    done(201, `POST ${SERVICES}`, { interface: ends[end].id, node_port, service_type });
  const services = [await service(0, 22, 'SSH'), await service(0, 2222, 'SSH'), await service(6, 443, 'HTTPS')];
  const DATA = { shell: { commands: [] }, file: { files: [] }, init: { hostname: 'h' } };
  const instruction = (node: string, executor: keyof typeof DATA, run_again_on_rebuild: boolean) =>
    done(201, `POST ${INSTRUCTIONS}`, {
      ...{ node, executor, run_again_on_rebuild, name: `do ${executor}` },
      data: DATA[executor],
    });
  const instructions = [
    await instruction(nodes[0].id, 'shell', true),
    await instruction(nodes[1].id, 'file', false),
    await instruction(stranger.id, 'init', false),
  ];
  for (const { id } of [one, one, other]) {
    await done(200, `PATCH simulations/${id}/start/`);
    await done(200, `PATCH simulations/${id}/shutdown/`);
  }
  const checkpoints = await air.all(CHECKPOINTS);
  await done(200, `PATCH ${CHECKPOINTS}${checkpoints[0].id}/`, { favorite: true, name: 'first' });
  Object.assign(world, { one, other, nodes, stranger, ends, links, services, instructions });
});

const LISTS = [SIMULATIONS, NODES, INTERFACES, LINKS, SERVICES, INSTRUCTIONS, CHECKPOINTS, RUNS];

describe.each(LISTS)('%s', (list) => {
  it('has pages that can be followed to the end and back', async () => {
    const everything = await air.all(`${list}?ordering=id`);
    expect(everything.length).toBeGreaterThan(2);
    const seen: Thing[] = [];
    let url: string | null = `/api/v3/${list}?limit=2&ordering=id`;
    let last = '';
    while (url !== null) {
      const page: Thing = await done(200, `GET ${url}`);
      expect(page.count).toBe(everything.length);
      seen.push(...page.results);
      last = url;
      if (page.next !== null) expect(page.next).toMatch(/^http:\/\/localhost:6625\/api\/v3\/[a-z/]+\/\?/);
      url = page.next?.replace('http://localhost:6625', '') ?? null;
    }
    expect(seen).toEqual(everything);

    const back: Thing[] = [];
    url = last;
    while (url !== null) {
      const page: Thing = await done(200, `GET ${url}`);
      back.unshift(...page.results);
      url = page.previous?.replace('http://localhost:6625', '') ?? null;
    }
    expect(back).toEqual(everything);
  });

  it('shows another organisation nothing', async () => {
    const ids = new Set(idsOf(await air.all(list)));
    const theirs = (await air.globex(`GET ${list}?limit=1000`)).body.results;

    expect(theirs.filter(({ id }: Thing) => ids.has(id))).toEqual([]);
    expectRefused(await air.globex(`GET ${list}${[...ids][0]}/`), 404);
  });
});

describe('every list, as one of them shows,', () => {
  const list = NODES;

  it('has an empty page past its end', async () => {
    const page = await done(200, `GET ${list}?offset=1000&limit=5`);

    expect(page).toMatchObject({ results: [], next: null, previous: expect.stringContaining('offset=995') });
    expect(page.count).toBeGreaterThan(0);
    expect((await done(200, `GET ${list}?offset=99999999999999999999`)).results).toEqual([]);
  });

  it.each(['id', 'created', 'modified'])('is ordered by %s, both ways', async (order) => {
    const key = (one: Thing) => `${one[order]} ${one.id}`;
    const everything = await air.all(list);
    const sorted = [...everything].sort((a, b) => (key(a) < key(b) ? -1 : 1));

    expect(idsOf(await air.all(`${list}?ordering=${order}`))).toEqual(idsOf(sorted));
    expect(idsOf(await air.all(`${list}?ordering=-${order}`))).toEqual(idsOf(sorted.reverse()));
  });

  it('answers with and without the slash at its end', async () => {
    const bare = list.slice(0, -1);

    expect(await done(200, `GET ${bare}?limit=1`)).toEqual(await done(200, `GET ${list}?limit=1`));
    const [{ id }] = await air.all(list);
    expect(await done(200, `GET ${bare}/${id}`)).toEqual(await done(200, `GET ${bare}/${id}/`));
  });

  it('passes over what it does not know, and finds it worth telling', async () => {
    const before = await done(200, `GET ${list}`);

    expect((await done(200, `GET ${list}?novel_filter=1`)).results).toEqual(before.results);

    const { findings } = (await air.call('GET /_mock/findings')).body;
    const messages = findings
      .filter(({ kind }: Thing) => kind === 'undocumented_query')
      .map((one: Thing) => one.message);
    expect(messages.join('\n')).toContain('novel_filter');
  });

  it('takes limits of every size', async () => {
    const { count, results, next, previous } = await done(200, `GET ${list}`);
    expect(results).toHaveLength(count);
    expect([next, previous]).toEqual([null, null]);

    for (const limit of ['0', '1000', '2147483647', '99999999999999999999']) {
      const page = await done(200, `GET ${list}?limit=${limit}`);
      expect(page.results, limit).toHaveLength(count);
    }
  });

  it.each(['limit=-1', 'limit=x', 'limit=1.5', 'limit=', 'limit=1e2', 'offset=-1', 'offset=x', 'offset=%201'])(
    'refuses `%s` by its name',
    async (query) => {
      expectRefused(await admin(`GET ${list}?${query}`), 400, query.split('=')[0] ?? '');
    },
  );

  it('refuses an order by anything but a member of its results', async () => {
    for (const order of ['colour', '-colour', '--name', '', 'constructor', 'name,id']) {
      expectRefused(await admin(`GET ${list}?ordering=${order}`), 400, '`ordering`', 'expected one of');
    }
  });

  it.each(['limit', 'offset', 'ordering', 'search', 'name', 'simulation'])(
    'with `%s` twice is answered, not failed',
    async (name) => {
      const { status } = await admin(`GET ${list}?${name}=1&${name}=2`);

      expect([200, 400]).toContain(status);
    },
  );
});

it('a list without a limit has a hundred, and none more than a thousand', async () => {
  const large = await airServer();
  const content = {
    nodes: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`n${index}`, { os: 'generic/ubuntu2204' }])),
  };
  const { id } = await large.done(201, 'POST simulations/import/', { format: 'JSON', name: 'large', content });
  const page = (query: string) => large.done(200, `GET ${NODES}?simulation=${id}${query}`);

  expect((await page('')).results).toHaveLength(100);
  expect((await page('&limit=0')).results).toHaveLength(100);
  expect((await page('')).next).toContain('offset=100');
  const max = await page('&limit=2147483647');
  expect(max.results).toHaveLength(1000);
  expect(max.next).toContain('limit=1000&offset=1000');
  expect((await large.done(200, `GET ${max.next.replace('http://localhost:6625', '')}`)).results).toHaveLength(1);
});

describe('search', () => {
  it.each([
    ['LEAF', ['leaf', 'LEAF-2']],
    ['%', ['spine%']],
    ['_', []],
    ['pine', ['spine%']],
  ])('for `%s` looks for a part of the name', async (text, names) => {
    const query = `simulation=${world['one'].id}&ordering=created&search=${encodeURIComponent(text)}`;

    expect((await air.all(`${NODES}?${query}`)).map(({ name }) => name).sort()).toEqual([...names].sort());
  });

  it('looks in the names of both ends of a link', async () => {
    const [first] = world['links'];

    expect(idsOf(await air.all(`${LINKS}?search=LEAF-2&simulation=${world['one'].id}`))).toEqual([first.id]);
    expect(await air.all(`${LINKS}?search=nothing`)).toEqual([]);
  });

  it('looks in all texts where no members are published, and in no id', async () => {
    const name = 'searched.acme.test';
    const fleet = await done(201, 'POST infra/fleets/', { name: 'searched' });
    const worker = await done(201, 'POST infra/workers/', { fleet: fleet.id, fqdn: name, ip_address: '192.0.2.77' });

    for (const text of ['searched.', '192.0.2.77'])
      expect(idsOf(await air.all(`infra/workers/?search=${text}`)), text).toEqual([worker.id]);
    expect(await air.all(`infra/workers/?search=${worker.id}`)).toEqual([]);
    expect(idsOf(await air.all(`infra/workers/?ordering=-fqdn&search=searched`))).toEqual([worker.id]);
  });

  it('for more than 256 characters is refused', async () => {
    expect((await admin(`GET ${NODES}?search=${'a'.repeat(256)}`)).status).toBe(200);
    expectRefused(await admin(`GET ${NODES}?search=${'a'.repeat(257)}`), 400, 'search', '256 characters');
  });

  it('finds the end of a long name, and not another end', async () => {
    const beginning = 'so long a name that an index would not be asked for all of it';
    await air.node({ simulation: world['one'].id, name: `${beginning}, one` });

    expect(await air.all(`${NODES}?search=${encodeURIComponent(`${beginning}, one`)}`)).toHaveLength(1);
    expect(await air.all(`${NODES}?search=${encodeURIComponent(`${beginning}, two`)}`)).toEqual([]);
  });

  it('for nothing finds everything', async () => {
    expect(await air.all(`${NODES}?search=`)).toEqual(await air.all(NODES));
  });

  it('keeps its text in the links of the pages', async () => {
    const page = await done(200, `GET ${NODES}?limit=1&search=${encodeURIComponent('l e&a=%f')}`);
    expect(page.count).toBe(0);
    const { next } = await done(200, `GET ${SIMULATIONS}?limit=1&search=lab`);
    expect(new URL(next).searchParams.get('search')).toBe('lab');
  });
});

describe('a filter', () => {
  const filtered = (list: string, query: string) => air.all(`${list}?${query}`);

  it.each<[list: string, filters: string[]]>([
    [SIMULATIONS, ['id', 'name', 'state', 'creator', 'auto_oob_enabled']],
    [NODES, ['name', 'simulation', 'image', 'category', 'state']],
    [INTERFACES, ['name', 'node', 'outbound', 'interface_type', 'mac_address']],
    [SERVICES, ['name', 'interface', 'service_type', 'node_port', 'worker_port', 'worker_fqdn']],
    [INSTRUCTIONS, ['name', 'node', 'state', 'run_again_on_rebuild']],
    [CHECKPOINTS, ['name', 'run', 'favorite', 'state']],
    [RUNS, ['name', 'simulation']],
  ])('of %s keeps what has its value', async (list, filters) => {
    const everything = await air.all(list);
    for (const filter of filters) {
      for (const value of [...new Set(everything.map((one) => String(one[filter])))].slice(0, 3)) {
        const expected = everything.filter((one) => String(one[filter]) === value);
        if (value === '') continue;
        const found = await filtered(list, `${filter}=${encodeURIComponent(value)}`);
        expect(idsOf(found), `${filter}=${value}`).toEqual(idsOf(expected));
      }
      if (!['outbound', 'favorite', 'run_again_on_rebuild', 'auto_oob_enabled'].includes(filter)) {
        const none = await admin(`GET ${list}?${filter}=nothing-has-this`);
        if (none.status !== 400) expect(none.body.results, `${filter}=nothing-has-this`).toEqual([]);
      }
    }
  });

  it.each([INTERFACES, LINKS, SERVICES, INSTRUCTIONS, CHECKPOINTS])(
    'by the simulation that it belongs to: %s',
    async (list) => {
      const made = (await air.all(list)).filter(({ id }) => !builtIn.has(id));
      const [ofOne, ofOther] = await Promise.all(
        [world['one'], world['other']].map(({ id }) => filtered(list, `simulation=${id}`)),
      );

      expect(ofOne?.length).toBeGreaterThan(0);
      expect(ofOther?.length).toBeGreaterThan(0);
      expect([...idsOf(ofOne ?? []), ...idsOf(ofOther ?? [])].sort()).toEqual(idsOf(made).sort());
    },
  );

  it('by the node that it belongs to: links and services', async () => {
    const [first] = world['nodes'];

    const found = async (list: string) => idsOf(await filtered(list, `node=${first.id}`)).sort();

    expect(await found(SERVICES)).toEqual(idsOf(world['services'].slice(0, 2)).sort());
    expect(await found(LINKS)).toEqual(idsOf(world['links'].slice(0, 2)).sort());
  });

  it('by one of its interfaces: links', async () => {
    const found = await filtered(LINKS, `interface=${world['ends'][4].id}`);

    expect(idsOf(found)).toEqual([world['links'][1].id]);
  });

  it('by who created them: instructions', async () => {
    const mine = await filtered(INSTRUCTIONS, 'created_by_client=True');
    const all = await air.all(INSTRUCTIONS);

    expect(idsOf(mine).sort()).toEqual(idsOf(all.filter(({ id }) => !builtIn.has(id))).sort());
    expect(idsOf(await filtered(INSTRUCTIONS, 'created_by_client=false')).sort()).toEqual(
      idsOf(all.filter(({ id }) => builtIn.has(id))).sort(),
    );
    expect(await filtered(INSTRUCTIONS, 'created_by_client=true&executor=file')).toHaveLength(1);
  });

  it('by a label: system nodes', async () => {
    const everything = await air.all('systems/nodes/');
    expect(everything.length).toBeGreaterThan(0);
    const models = new Set(everything.map(({ labels }) => labels?.model).filter(Boolean));

    for (const model of models) {
      const expected = everything.filter(({ labels }) => labels?.model === model);
      expect(idsOf(await filtered('systems/nodes/', `labels__model=${model}`))).toEqual(idsOf(expected));
    }
    expect(await filtered('systems/nodes/', 'labels__model=none')).toEqual([]);
  });

  it('by a boolean in any case, and by each of several tags', async () => {
    const outbound = (await air.all(INTERFACES)).filter((one) => one.outbound);

    expect(idsOf(await filtered(INTERFACES, 'outbound=True'))).toEqual(idsOf(outbound));
    const { id: simulation } = await air.simulation({ name: 'to show' });
    const tags = ['first', 'second'];
    const demo = await done(201, 'POST marketplace/demos/', { name: 'tagged', tags, simulation });
    const found = (query: string) => filtered('marketplace/demos/', query).then(idsOf);
    expect(await found('tags=first&tags=second')).toEqual([demo.id]);
    expect(await found('tags=first&tags=third')).toEqual([]);
    expect(await found('tags=first&liked_by_client=true')).toEqual([]);
    expect(await found('tags=first&liked_by_client=false')).toEqual([demo.id]);
  });

  it('by the status of uploads, in either spelling: images', async () => {
    const complete = await filtered('images/', 'upload_status=COMPLETE');

    expect(complete.length).toBeGreaterThan(0);
    expect(await filtered('images/', 'upload_status=COMPLETED')).toEqual(complete);
  });

  it('by the executor: instructions', async () => {
    expect(idsOf(await filtered(INSTRUCTIONS, 'executor=file'))).toEqual([world['instructions'][1].id]);
  });

  it('by several at once', async () => {
    const [first] = world['nodes'];

    expect(await filtered(INTERFACES, `node=${first.id}&name=swp2`)).toHaveLength(1);
    expect(await filtered(INTERFACES, `node=${first.id}&name=swp9`)).toEqual([]);
  });

  it('never finds what another organisation has', async () => {
    expect(await filtered(SIMULATIONS, `id=${GLOBEX_LAB}`)).toEqual([]);
    expect(await filtered(SIMULATIONS, 'name=globex-lab')).toEqual([]);
    expect(await filtered(NODES, `simulation=${GLOBEX_LAB}`)).toEqual([]);
  });
});

it('making something works without the slash at the end of the path', async () => {
  const { body, status } = await admin('POST simulations', { name: 'bare' });

  expect(status).toBe(201);
  expect((await admin(`PATCH simulations/${body.id}`, { name: 'renamed' })).body.name).toBe('renamed');
  expect((await admin(`PATCH simulations/${body.id}/start`)).body.state).toBe('ACTIVE');
  expect((await admin(`DELETE simulations/${body.id}`)).status).toBe(204);
});

it('names that repeat one letter do not make a search slow, whoever has them', async () => {
  const crowded = await airServer();
  const nodes = Object.fromEntries(
    Array.from({ length: 1000 }, (_, n) => [`${'a'.repeat(250)}${n}`, { os: 'generic/ubuntu2204' }]),
  );
  await crowded.done(201, 'POST simulations/import/', { format: 'JSON', name: 'many', content: { nodes } });
  const time = async (call: typeof crowded.admin, text: string) => {
    const start = performance.now();
    expect((await call(`GET ${NODES}?limit=1&search=${text}`)).status).toBe(200);
    return performance.now() - start;
  };

  for (const call of [crowded.admin, crowded.globex]) {
    await time(call, 'warm');
    const times = [];
    for (const length of [64, 128, 256]) times.push(await time(call, 'a'.repeat(length)));

    expect(Math.max(...times)).toBeLessThan(1000);
  }
});

it('a page of large objects ends early, and its link leads to the rest', async () => {
  const big = await airServer({ air: 'dsx' });
  const content = 'x'.repeat(65_000);
  for (let count = 0; count < 140; count++)
    await big.done(201, 'POST userconfigs/', { name: `big-${count}`, kind: 'cloud-init-user-data', content });
  const names: string[] = [];
  const sizes: number[] = [];
  let url: string | null = '/api/v3/userconfigs/?limit=1000&search=big-';
  while (url !== null) {
    const page = await big.done(200, `GET ${url}`);
    expect(page.count).toBe(140);
    names.push(...page.results.map(({ name }: Thing) => name));
    sizes.push(page.results.length);
    url = page.next?.replace('http://localhost:6625', '') ?? null;
  }

  expect(sizes).toEqual([128, 12]);
  expect(new Set(names).size).toBe(140);
});
