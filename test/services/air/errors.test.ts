import { describe, expect, it } from 'vitest';
import {
  ACME_SWITCH,
  airServer,
  expectRefused,
  GLOBEX_LAB,
  LEAF_SPINE,
  NODES,
  NOT_FOUND,
  NOTHING,
  RUNNING,
  SIMULATIONS,
  type Thing,
  UBUNTU,
} from '../../support/air-client.ts';

const air = await airServer();
const later = await airServer({ air: 'dsx' });
const { admin, done } = air;

describe('bodies', () => {
  it.each(['{', '[', 'x', '{"name":}', '"'])('that are no JSON are 400: %s', async (body) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, body), 400);
  });

  it.each(['[]', '5', '"x"', 'null', 'true'])('that are no object are 400: %s', async (body) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, body), 400);
  });

  it('that have to be there are 400 where they are not, naming what is missing', async () => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, '{}'), 400, 'name');
    expectRefused(await admin(`POST ${SIMULATIONS}`), 400);
  });

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x'])('of type %s are 415', async (type) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, '{"name":"x"}', { 'content-type': type }), 415);
  });

  it('of a PATCH may be left out, and count as empty', async () => {
    const { id } = await air.simulation();

    for (const action of ['enable-auto-oob', 'start', 'rebuild', 'shutdown', 'disable-auto-oob']) {
      expect((await admin(`PATCH simulations/${id}/${action}/`)).status, action).toBe(200);
    }
    expect((await admin(`PATCH simulations/${id}/`)).status).toBe(200);
  });

  it.each(['__proto__', 'constructor'])('with a member `%s` are 400', async (member) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, `{"name":"x","${member}":{}}`), 400);
  });

  it('with members that nobody knows are taken', async () => {
    const { id } = await air.simulation();

    expect((await admin(`PATCH simulations/${id}/`, { novel: 1 })).status).toBe(200);
    expect((await admin(`PATCH simulations/${id}/start/`, { novel: 1 })).status).toBe(200);
    expect((await admin(`DELETE simulations/${id}/`, { novel: 1 })).status).toBe(204);
  });
});

describe('paths', () => {
  it.each([
    'GET nothing/',
    'GET simulations/x/y/z/',
    `GET simulations/${LEAF_SPINE}/explode/`,
    'GET /api/v3',
    'GET /api/v3/',
  ])('%s is 404', async (request) => {
    expectRefused(await admin(request), 404);
  });

  it.each([NOTHING, 'x', '%20', 'null', GLOBEX_LAB, 'a'.repeat(300), '%F0%9F%98%80'])(
    'an id that stands for nothing is 404: %s',
    async (id) => {
      for (const request of ['GET', 'PATCH', 'DELETE']) {
        expectRefused(await admin(`${request} simulations/${id}/`, {}), 404, NOT_FOUND);
      }
      for (const action of ['start', 'shutdown', 'rebuild', 'enable-auto-oob']) {
        expectRefused(await admin(`PATCH simulations/${id}/${action}/`), 404, NOT_FOUND);
      }
    },
  );

  it('an undecodable one is 400', async () => {
    expectRefused(await admin('GET simulations/%E0%A4%A/'), 400);
  });

  it('every refusal has an id of its own', async () => {
    const ids = new Set<string>();
    for (let time = 0; time < 5; time++) ids.add((await admin(`GET simulations/${NOTHING}/`)).body.request_id);

    expect(ids.size).toBe(5);
  });
});

describe('another version of the API', () => {
  const elsewhere: [request: string, has: 'dsx' | '2.0'][] = [
    [`GET simulations/${LEAF_SPINE}/history/`, 'dsx'],
    ['GET simulations/runs/', 'dsx'],
    [`PATCH ${NODES}bulk-delete/`, 'dsx'],
    [`PATCH simulations/${LEAF_SPINE}/enable-auto-netq/`, '2.0'],
  ];

  const servers = { '2.0': air, dsx: later };
  const asNew = async (version: keyof typeof servers) => {
    await servers[version].call('POST /_mock/reset');
    return servers[version];
  };

  it.each(elsewhere)('%s is 404 elsewhere than in %s, and a finding says so', async (request, has) => {
    const world = await asNew(has === 'dsx' ? '2.0' : 'dsx');

    const answer = await world.admin(request, {});

    // A path of the other version may look like one object of this one.
    expect([404, 405]).toContain(answer.status);
    if (answer.status === 404) expectRefused(answer, 404);
    const { findings } = (await world.call('GET /_mock/findings')).body;
    const found = findings.filter(({ kind }: Thing) => kind === 'other_version');
    expect(found).toHaveLength(1);
    expect(found[0].message).toContain(has);
  });

  it.each(elsewhere)('%s is none in %s', async (request, has) => {
    const world = await asNew(has);

    await world.admin(request, {});

    const { findings } = (await world.call('GET /_mock/findings')).body;
    expect(findings.filter(({ kind }: Thing) => kind === 'other_version')).toEqual([]);
  });

  it('what no version has is no finding', async () => {
    const world = await asNew('2.0');
    await world.admin('GET novel/');

    expect(JSON.stringify((await world.call('GET /_mock/findings')).body)).not.toContain('other_version');
  });
});

describe('an image that something needs', () => {
  it('cannot be deleted, which has a type of its own', async () => {
    const world = await airServer();
    const node = await world.node({ image: ACME_SWITCH });

    const refused = await world.admin(`DELETE images/${ACME_SWITCH}/`);

    expectRefused(refused, 400, node.id, 'image');
    expect(refused.body.type).toBe('PROTECTED');
    await world.done(200, `GET images/${ACME_SWITCH}/`);

    await world.done(204, `DELETE ${NODES}${node.id}/`);
    await world.done(204, `DELETE images/${ACME_SWITCH}/`);
  });

  it('cannot be deleted either where another organisation is the one that needs it', async () => {
    const world = await airServer();
    for (const id of [LEAF_SPINE, RUNNING]) await world.done(204, `DELETE simulations/${id}/`);
    const body = { name: 'theirs', simulation: GLOBEX_LAB, image: UBUNTU };
    const made = await world.globex(`POST ${NODES}`, body);
    expect(made.status).toBe(201);

    const refused = await world.admin(`DELETE images/${UBUNTU}/`);

    expect(refused.status).toBe(400);
    expect(refused.body.type).toBe('PROTECTED');
    expect(refused.body.detail).not.toContain(made.body.id);
  });

  it('other faults are of another type', async () => {
    expect((await admin(`POST ${SIMULATIONS}`, {})).body.type).toBe('VALIDATION');
    expect((await admin(`PATCH simulations/${RUNNING}/start/`)).body.type).toBe('VALIDATION');
  });
});

it('a successful deletion has no body', async () => {
  const { id } = await air.simulation();

  expect(await done(204, `DELETE simulations/${id}/`, {})).toBeUndefined();
});
