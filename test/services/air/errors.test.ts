import { describe, expect, it } from 'vitest';
import {
  ACME_SWITCH,
  airServer,
  expectRefused,
  GLOBEX_LAB,
  LEAF_SPINE,
  NODES,
  NOTHING,
  RUNNING,
  SIMULATIONS,
  UBUNTU,
} from '../../support/air-client.ts';

const air = await airServer();
const { admin } = air;

it('every error has a new request id', async () => {
  const answers = [await admin(`GET simulations/${NOTHING}/`), await admin(`GET simulations/${NOTHING}/`)];

  expect(new Set(answers.map(({ body }) => body.request_id)).size).toBe(2);
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
