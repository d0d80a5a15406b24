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
import { listHints } from '../../support/hints.ts';

const air = await airServer();
const dsx = await airServer({ air: 'dsx' });
const { admin, done } = air;

describe('a body', () => {
  it.each(['{', '[', 'x', '{"name":}', '"'])('that is not JSON returns 400: %s', async (body) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, body), 400);
  });

  it.each(['[]', '5', '"x"', 'null', 'true'])('that is not an object returns 400: %s', async (body) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, body), 400);
  });

  it('without a required member returns 400 and names it', async () => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, '{}'), 400, 'name');
    expectRefused(await admin(`POST ${SIMULATIONS}`), 400);
  });

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x'])(
    'of type %s returns 415',
    async (type) => {
      expectRefused(await admin(`POST ${SIMULATIONS}`, '{"name":"x"}', { 'content-type': type }), 415);
    },
  );

  it('of a PATCH is optional', async () => {
    const { id } = await air.simulation();

    for (const action of ['enable-auto-oob', 'start', 'rebuild', 'shutdown', 'disable-auto-oob']) {
      expect((await admin(`PATCH simulations/${id}/${action}/`)).status, action).toBe(200);
    }
    expect((await admin(`PATCH simulations/${id}/`)).status).toBe(200);
  });

  it.each(['__proto__', 'constructor'])('with the member `%s` returns 400', async (member) => {
    expectRefused(await admin(`POST ${SIMULATIONS}`, `{"name":"x","${member}":{}}`), 400);
  });

  it('with unknown members is accepted', async () => {
    const { id } = await air.simulation();

    expect((await admin(`PATCH simulations/${id}/`, { novel: 1 })).status).toBe(200);
    expect((await admin(`PATCH simulations/${id}/start/`, { novel: 1 })).status).toBe(200);
    expect((await admin(`DELETE simulations/${id}/`, { novel: 1 })).status).toBe(204);
  });
});

describe('a path', () => {
  it.each([
    'GET nothing/',
    'GET simulations/x/y/z/',
    `GET simulations/${LEAF_SPINE}/explode/`,
    'GET /api/v3',
    'GET /api/v3/',
  ])('%s returns 404', async (request) => {
    expectRefused(await admin(request), 404);
  });

  it.each([NOTHING, 'x', '%20', 'null', GLOBEX_LAB, 'a'.repeat(300), '%F0%9F%98%80'])(
    'with an id that does not exist returns 404: %s',
    async (id) => {
      for (const request of ['GET', 'PATCH', 'DELETE']) {
        expectRefused(await admin(`${request} simulations/${id}/`, {}), 404, NOT_FOUND);
      }
      for (const action of ['start', 'shutdown', 'rebuild', 'enable-auto-oob']) {
        expectRefused(await admin(`PATCH simulations/${id}/${action}/`), 404, NOT_FOUND);
      }
    },
  );

  it('that cannot be decoded returns 400', async () => {
    expectRefused(await admin('GET simulations/%E0%A4%A/'), 400);
  });

  it('returns a new request id with every error', async () => {
    const ids = new Set<string>();
    for (let time = 0; time < 5; time++) ids.add((await admin(`GET simulations/${NOTHING}/`)).body.request_id);

    expect(ids.size).toBe(5);
  });
});

describe('an operation of another version of the API', () => {
  const requests: [request: string, supported: 'dsx' | '2.0'][] = [
    [`GET simulations/${LEAF_SPINE}/history/`, 'dsx'],
    ['GET simulations/runs/', 'dsx'],
    [`PATCH ${NODES}bulk-delete/`, 'dsx'],
    [`PATCH simulations/${LEAF_SPINE}/enable-auto-netq/`, '2.0'],
  ];

  const servers = { '2.0': air, dsx };
  const resetServer = async (version: keyof typeof servers) => {
    await servers[version].call('POST /_mock/reset');
    return servers[version];
  };

  it.each(requests)('%s returns 404 except in %s, and is reported as a hint', async (request, supported) => {
    const world = await resetServer(supported === 'dsx' ? '2.0' : 'dsx');

    const answer = await world.admin(request, {});

    // In this version, the path of another version can look like the path of an object.
    expect([404, 405]).toContain(answer.status);
    if (answer.status === 404) expectRefused(answer, 404);
    const hints = await listHints(world);
    const otherVersion = hints.filter(({ code }: Thing) => code === 'path_of_other_version');
    expect(otherVersion).toHaveLength(1);
    expect(otherVersion[0].text).toContain(supported);
  });

  it.each(requests)('%s is not reported in %s', async (request, supported) => {
    const world = await resetServer(supported);

    await world.admin(request, {});

    const hints = await listHints(world);
    expect(hints.filter(({ code }: Thing) => code === 'path_of_other_version')).toEqual([]);
  });

  it('is not reported if no version has the operation', async () => {
    const world = await resetServer('2.0');
    await world.admin('GET novel/');

    expect(JSON.stringify(await listHints(world))).not.toContain('other_version');
  });
});

describe('an image in use', () => {
  it('cannot be deleted, with the error type `PROTECTED`', async () => {
    const world = await airServer();
    const node = await world.node({ image: ACME_SWITCH });

    const refused = await world.admin(`DELETE images/${ACME_SWITCH}/`);

    expectRefused(refused, 400, node.id, 'image');
    expect(refused.body.type).toBe('PROTECTED');
    await world.done(200, `GET images/${ACME_SWITCH}/`);

    await world.done(204, `DELETE ${NODES}${node.id}/`);
    await world.done(204, `DELETE images/${ACME_SWITCH}/`);
  });

  it('cannot be deleted while another organisation uses it', async () => {
    const world = await airServer();
    for (const id of [LEAF_SPINE, RUNNING]) await world.done(204, `DELETE simulations/${id}/`);
    const body = { name: 'theirs', simulation: GLOBEX_LAB, image: UBUNTU };
    const node = await world.globex(`POST ${NODES}`, body);
    expect(node.status).toBe(201);

    const refused = await world.admin(`DELETE images/${UBUNTU}/`);

    expect(refused.status).toBe(400);
    expect(refused.body.type).toBe('PROTECTED');
    expect(refused.body.detail).not.toContain(node.body.id);
  });

  it('has another error type than invalid requests', async () => {
    expect((await admin(`POST ${SIMULATIONS}`, {})).body.type).toBe('VALIDATION');
    expect((await admin(`PATCH simulations/${RUNNING}/start/`)).body.type).toBe('VALIDATION');
  });
});

it('a successful deletion has no body', async () => {
  const { id } = await air.simulation();

  expect(await done(204, `DELETE simulations/${id}/`, {})).toBeUndefined();
});
