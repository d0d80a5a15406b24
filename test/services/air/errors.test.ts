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
const { admin } = air;

describe('a body', () => {
  it('of a PATCH is optional', async () => {
    const { id } = await air.simulation();

    for (const action of ['enable-auto-oob', 'start', 'rebuild', 'shutdown', 'disable-auto-oob']) {
      expect((await admin(`PATCH simulations/${id}/${action}/`)).status, action).toBe(200);
    }
    expect((await admin(`PATCH simulations/${id}/`)).status).toBe(200);
  });
});

describe('a path', () => {
  it.each([NOTHING, 'x', GLOBEX_LAB, 'a'.repeat(300), '%F0%9F%98%80'])(
    'with the unknown id %s returns 404',
    async (id) => {
      for (const request of ['GET', 'PATCH', 'DELETE']) {
        expectRefused(await admin(`${request} simulations/${id}/`, {}), 404, NOT_FOUND);
      }
      for (const action of ['start', 'shutdown', 'rebuild', 'enable-auto-oob']) {
        expectRefused(await admin(`PATCH simulations/${id}/${action}/`), 404, NOT_FOUND);
      }
    },
  );

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
