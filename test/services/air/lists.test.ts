import { beforeAll, describe, expect, it } from 'vitest';
import {
  airServer,
  CHECKPOINTS,
  expectRefused,
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

/** A simulation with several objects of each kind, and a second simulation. */
const seeded: Record<string, Thing> = {};
/** The ids of the objects of the built-in world. */
const builtIn = new Set<string>();

beforeAll(async () => {
  for (const list of LISTS) for (const id of idsOf(await air.all(list))) builtIn.add(id);
  const alpha = await air.simulation({ name: 'Alpha lab' });
  const beta = await air.simulation({ name: 'beta_lab' });
  air.clock.set(START + 1000);
  const nodes = [];
  for (const name of ['leaf', 'LEAF-2', 'spine%'])
    nodes.push(await air.node({ simulation: alpha.id, name, image: UBUNTU }));
  const betaNode = await air.node({ simulation: beta.id, name: 'stranger' });
  const ends: Thing[] = [];
  for (const [index, node] of [...nodes, betaNode].entries()) {
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
  const createLink = async (a: number, b: number) =>
    done(201, `POST ${LINKS}`, { interfaces: [ends[a].id, ends[b].id] });
  const links = [await createLink(0, 2), await createLink(1, 4), await createLink(6, 7)];
  const createService = (end: number, node_port: number, service_type: string) =>
    done(201, `POST ${SERVICES}`, { interface: ends[end].id, node_port, service_type });
  const services = [
    await createService(0, 22, 'SSH'),
    await createService(0, 2222, 'SSH'),
    await createService(6, 443, 'HTTPS'),
  ];
  const DATA = { shell: { commands: [] }, file: { files: [] }, init: { hostname: 'h' } };
  const createInstruction = (node: string, executor: keyof typeof DATA, run_again_on_rebuild: boolean) =>
    done(201, `POST ${INSTRUCTIONS}`, {
      node,
      executor,
      run_again_on_rebuild,
      name: `do ${executor}`,
      data: DATA[executor],
    });
  const instructions = [
    await createInstruction(nodes[0].id, 'shell', true),
    await createInstruction(nodes[1].id, 'file', false),
    await createInstruction(betaNode.id, 'init', false),
  ];
  for (const { id } of [alpha, alpha, beta]) {
    await done(200, `PATCH simulations/${id}/start/`);
    await done(200, `PATCH simulations/${id}/shutdown/`);
  }
  const checkpoints = await air.all(CHECKPOINTS);
  await done(200, `PATCH ${CHECKPOINTS}${checkpoints[0].id}/`, { favorite: true, name: 'first' });
  Object.assign(seeded, { alpha, beta, nodes, betaNode, ends, links, services, instructions });
});

const LISTS = [SIMULATIONS, NODES, INTERFACES, LINKS, SERVICES, INSTRUCTIONS, CHECKPOINTS, RUNS];

describe.each(LISTS)('%s', (list) => {
  it('can be paged to the end and back', async () => {
    const everything = await air.all(`${list}?ordering=id`);
    expect(everything.length).toBeGreaterThan(2);
    const visited: Thing[] = [];
    let url: string | null = `/api/v3/${list}?limit=2&ordering=id`;
    let last = '';
    while (url !== null) {
      const page: Thing = await done(200, `GET ${url}`);
      expect(page.count).toBe(everything.length);
      visited.push(...page.results);
      last = url;
      if (page.next !== null) expect(page.next).toMatch(/^http:\/\/localhost:6625\/api\/v3\/[a-z/]+\/\?/);
      url = page.next?.replace('http://localhost:6625', '') ?? null;
    }
    expect(visited).toEqual(everything);

    const back: Thing[] = [];
    url = last;
    while (url !== null) {
      const page: Thing = await done(200, `GET ${url}`);
      back.unshift(...page.results);
      url = page.previous?.replace('http://localhost:6625', '') ?? null;
    }
    expect(back).toEqual(everything);
  });
});

describe('a list, such as the list of nodes,', () => {
  const list = NODES;

  it('has an empty page after the end', async () => {
    const page = await done(200, `GET ${list}?offset=1000&limit=5`);

    expect(page).toMatchObject({ results: [], next: null, previous: expect.stringContaining('offset=995') });
    expect(page.count).toBeGreaterThan(0);
    expect((await done(200, `GET ${list}?offset=99999999999999999999`)).results).toEqual([]);
  });

  it('accepts limits of any size', async () => {
    const { count, results, next, previous } = await done(200, `GET ${list}`);
    expect(results).toHaveLength(count);
    expect([next, previous]).toEqual([null, null]);

    for (const limit of ['0', '1000', '2147483647', '99999999999999999999']) {
      const page = await done(200, `GET ${list}?limit=${limit}`);
      expect(page.results, limit).toHaveLength(count);
    }
  });

  it.each(['limit=-1', 'limit=x', 'limit=1.5', 'limit=', 'limit=1e2', 'offset=-1', 'offset=x', 'offset=%201'])(
    'returns 400 for `%s` and names the parameter',
    async (query) => {
      expectRefused(await admin(`GET ${list}?${query}`), 400, query.split('=')[0] ?? '');
    },
  );

  it('returns 400 for an `ordering` that is not a member of the results', async () => {
    for (const order of ['colour', '-colour', '--name', '', 'constructor', 'name,id']) {
      expectRefused(await admin(`GET ${list}?ordering=${order}`), 400, '`ordering`', 'expected one of');
    }
  });
});

it('a list returns 100 objects by default and up to 1000', async () => {
  const large = await airServer();
  const content = {
    nodes: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`n${index}`, { os: 'generic/ubuntu2204' }])),
  };
  const { id } = await large.done(201, 'POST simulations/import/', { format: 'JSON', name: 'large', content });
  const getPage = (query: string) => large.done(200, `GET ${NODES}?simulation=${id}${query}`);

  expect((await getPage('')).results).toHaveLength(100);
  expect((await getPage('&limit=0')).results).toHaveLength(100);
  expect((await getPage('')).next).toContain('offset=100');
  const max = await getPage('&limit=2147483647');
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
  ])('for `%s` matches a part of the name', async (text, names) => {
    const query = `simulation=${seeded['alpha'].id}&ordering=created&search=${encodeURIComponent(text)}`;

    expect((await air.all(`${NODES}?${query}`)).map(({ name }) => name).sort()).toEqual([...names].sort());
  });

  it('matches the names of both nodes of a link', async () => {
    const [first] = seeded['links'];

    expect(idsOf(await air.all(`${LINKS}?search=LEAF-2&simulation=${seeded['alpha'].id}`))).toEqual([first.id]);
    expect(await air.all(`${LINKS}?search=nothing`)).toEqual([]);
  });

  it('matches every text member of objects without documented search members, but no id', async () => {
    const name = 'searched.acme.test';
    const fleet = await done(201, 'POST infra/fleets/', { name: 'searched' });
    const worker = await done(201, 'POST infra/workers/', { fleet: fleet.id, fqdn: name, ip_address: '192.0.2.77' });

    for (const text of ['searched.', '192.0.2.77'])
      expect(idsOf(await air.all(`infra/workers/?search=${text}`)), text).toEqual([worker.id]);
    expect(await air.all(`infra/workers/?search=${worker.id}`)).toEqual([]);
    expect(idsOf(await air.all(`infra/workers/?ordering=-fqdn&search=searched`))).toEqual([worker.id]);
  });

  it('for more than 256 characters returns 400', async () => {
    expect((await admin(`GET ${NODES}?search=${'a'.repeat(256)}`)).status).toBe(200);
    expectRefused(await admin(`GET ${NODES}?search=${'a'.repeat(257)}`), 400, 'search', '256 characters');
  });

  it('matches the end of a long name', async () => {
    const beginning = 'so long a name that an index would not be asked for all of it';
    await air.node({ simulation: seeded['alpha'].id, name: `${beginning}, one` });

    expect(await air.all(`${NODES}?search=${encodeURIComponent(`${beginning}, one`)}`)).toHaveLength(1);
    expect(await air.all(`${NODES}?search=${encodeURIComponent(`${beginning}, two`)}`)).toEqual([]);
  });

  it('keeps its text in the links to other pages', async () => {
    const page = await done(200, `GET ${NODES}?limit=1&search=${encodeURIComponent('l e&a=%f')}`);
    expect(page.count).toBe(0);
    const { next } = await done(200, `GET ${SIMULATIONS}?limit=1&search=lab`);
    expect(new URL(next).searchParams.get('search')).toBe('lab');
  });
});

describe('a filter', () => {
  const filterBy = (list: string, query: string) => air.all(`${list}?${query}`);

  it.each<[list: string, filters: string[]]>([
    [SIMULATIONS, ['id', 'name', 'state', 'creator', 'auto_oob_enabled']],
    [NODES, ['name', 'simulation', 'image', 'category', 'state']],
    [INTERFACES, ['name', 'node', 'outbound', 'interface_type', 'mac_address']],
    [SERVICES, ['name', 'interface', 'service_type', 'node_port', 'worker_port', 'worker_fqdn']],
    [INSTRUCTIONS, ['name', 'node', 'state', 'run_again_on_rebuild']],
    [CHECKPOINTS, ['name', 'run', 'favorite', 'state']],
    [RUNS, ['name', 'simulation']],
    ['images/', ['name', 'version', 'cpu_arch', 'provider', 'includes_air_agent', 'published', 'upload_status']],
  ])('of %s returns the objects with its value', async (list, filters) => {
    const everything = await air.all(list);
    for (const filter of filters) {
      for (const value of [...new Set(everything.map((item) => String(item[filter])))].slice(0, 3)) {
        const expected = everything.filter((item) => String(item[filter]) === value);
        if (value === '') continue;
        const result = await filterBy(list, `${filter}=${encodeURIComponent(value)}`);
        expect(idsOf(result), `${filter}=${value}`).toEqual(idsOf(expected));
      }
      if (typeof everything[0][filter] !== 'boolean') {
        const response = await admin(`GET ${list}?${filter}=nothing-has-this`);
        if (response.status !== 400) expect(response.body.results, `${filter}=nothing-has-this`).toEqual([]);
      }
    }
  });

  it.each([INTERFACES, LINKS, SERVICES, INSTRUCTIONS, CHECKPOINTS])('by simulation: %s', async (list) => {
    const created = (await air.all(list)).filter(({ id }) => !builtIn.has(id));
    const [ofAlpha, ofBeta] = await Promise.all(
      [seeded['alpha'], seeded['beta']].map(({ id }) => filterBy(list, `simulation=${id}`)),
    );

    expect(ofAlpha?.length).toBeGreaterThan(0);
    expect(ofBeta?.length).toBeGreaterThan(0);
    expect([...idsOf(ofAlpha ?? []), ...idsOf(ofBeta ?? [])].sort()).toEqual(idsOf(created).sort());
  });

  it('by node: links and services', async () => {
    const [first] = seeded['nodes'];

    const listIds = async (list: string) => idsOf(await filterBy(list, `node=${first.id}`)).sort();

    expect(await listIds(SERVICES)).toEqual(idsOf(seeded['services'].slice(0, 2)).sort());
    expect(await listIds(LINKS)).toEqual(idsOf(seeded['links'].slice(0, 2)).sort());
  });

  it('by interface: links', async () => {
    const result = await filterBy(LINKS, `interface=${seeded['ends'][4].id}`);

    expect(idsOf(result)).toEqual([seeded['links'][1].id]);
  });

  it('by creator: instructions', async () => {
    const createdByClient = await filterBy(INSTRUCTIONS, 'created_by_client=True');
    const all = await air.all(INSTRUCTIONS);

    expect(idsOf(createdByClient).sort()).toEqual(idsOf(all.filter(({ id }) => !builtIn.has(id))).sort());
    expect(idsOf(await filterBy(INSTRUCTIONS, 'created_by_client=false')).sort()).toEqual(
      idsOf(all.filter(({ id }) => builtIn.has(id))).sort(),
    );
    expect(await filterBy(INSTRUCTIONS, 'created_by_client=true&executor=file')).toHaveLength(1);
  });

  it('by label: system nodes', async () => {
    const everything = await air.all('systems/nodes/');
    expect(everything.length).toBeGreaterThan(0);
    const models = new Set(everything.map(({ labels }) => labels?.model).filter(Boolean));

    for (const model of models) {
      const expected = everything.filter(({ labels }) => labels?.model === model);
      expect(idsOf(await filterBy('systems/nodes/', `labels__model=${model}`))).toEqual(idsOf(expected));
    }
    expect(await filterBy('systems/nodes/', 'labels__model=none')).toEqual([]);
  });

  it('by boolean in any case, and by each of several tags', async () => {
    const outbound = (await air.all(INTERFACES)).filter((item) => item.outbound);

    expect(idsOf(await filterBy(INTERFACES, 'outbound=True'))).toEqual(idsOf(outbound));
    const { id: simulation } = await air.simulation({ name: 'to show' });
    const tags = ['first', 'second'];
    const demo = await done(201, 'POST marketplace/demos/', { name: 'tagged', tags, simulation });
    const listIds = (query: string) => filterBy('marketplace/demos/', query).then(idsOf);
    expect(await listIds('tags=first&tags=second')).toEqual([demo.id]);
    expect(await listIds('tags=first&tags=third')).toEqual([]);
    expect(await listIds('tags=first&liked_by_client=true')).toEqual([]);
    expect(await listIds('tags=first&liked_by_client=false')).toEqual([demo.id]);
  });

  it('by upload status in either spelling: images', async () => {
    const complete = await filterBy('images/', 'upload_status=COMPLETE');

    expect(complete.length).toBeGreaterThan(0);
    expect(await filterBy('images/', 'upload_status=COMPLETED')).toEqual(complete);
  });

  it('by several values at once', async () => {
    const [first] = seeded['nodes'];

    expect(await filterBy(INTERFACES, `node=${first.id}&name=swp2`)).toHaveLength(1);
    expect(await filterBy(INTERFACES, `node=${first.id}&name=swp9`)).toEqual([]);
  });
});

it('a page of large objects is shorter, and its link leads to the rest', async () => {
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
