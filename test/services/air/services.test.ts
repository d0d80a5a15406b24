import { expect, it } from 'vitest';
import { airServer, expectRefused, NOTHING, SERVICES } from '../../support/air-client.ts';

const air = await airServer();
const { admin, done } = air;

it('a service requires a port and an interface', async () => {
  const { id } = await air.interface();

  const service = await done(201, `POST ${SERVICES}`, { interface: id, node_port: 22 });

  expect(service).toMatchObject({ interface: id, node_port: 22, service_type: 'OTHER', name: expect.any(String) });
  expect(await done(200, `GET ${SERVICES}${service.id}/`)).toEqual(service);
});

it('an interface that is not visible returns 400 and is named', async () => {
  expectRefused(await admin(`POST ${SERVICES}`, { interface: NOTHING, node_port: 22 }), 400, 'interface');
});

it('a service can be deleted but not updated', async () => {
  const { id } = await air.interface();
  const service = await done(201, `POST ${SERVICES}`, { interface: id, node_port: 22 });

  for (const method of ['PATCH', 'PUT']) {
    const refused = await admin(`${method} ${SERVICES}${service.id}/`, { node_port: 23 });
    expectRefused(refused, 405);
    expect(refused.headers['allow']).toMatch(/\bDELETE\b/);
  }
  expect((await done(200, `GET ${SERVICES}${service.id}/`)).node_port).toBe(22);
  await done(204, `DELETE ${SERVICES}${service.id}/`);
  expectRefused(await admin(`GET ${SERVICES}${service.id}/`), 404);
});
