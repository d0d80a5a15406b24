import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_FOUND, UUID } from '../../support/air-images.ts';
import { START } from '../../support/server.ts';

const server = await airImagesServer();
const { acme, globex } = server;
const FLEETS = 'infra/fleets/';
const WORKERS = 'infra/workers/';
const CERTIFICATES = 'infra/workers/certificates/';

const createFleet = async (name = 'lab') => {
  const { status, body } = await acme(`POST ${FLEETS}`, { name });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const createWorker = async (overrides: object = {}) => {
  const body = { fleet: (await createFleet()).id, fqdn: 'w1.acme.test', ip_address: '192.0.2.1', ...overrides };
  const answer = await acme(`POST ${WORKERS}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const certificateOf = async (id: string) => (await acme(`GET ${CERTIFICATES}?worker=${id}`)).body.results[0];

describe('a fleet', () => {
  it('is created, renamed and deleted', async () => {
    const body = await createFleet('first');
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      name: 'first',
      created: expect.any(String),
      modified: expect.any(String),
    });
    expect((await acme(`GET ${FLEETS}${body.id}/`)).body).toEqual(body);
    expect((await acme(`PATCH ${FLEETS}${body.id}/`, { name: 'second' })).body).toMatchObject({ name: 'second' });
    expect((await acme(`GET ${FLEETS}?name=second`)).body.count).toBe(1);
    expect((await acme(`DELETE ${FLEETS}${body.id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`GET ${FLEETS}${body.id}/`), 404, NOT_FOUND);
  });

  it('cannot be deleted while it has workers', async () => {
    const { id, fleet: fleetId } = await createWorker();
    const refused = await acme(`DELETE ${FLEETS}${fleetId}/`, {});

    expectRefusal(refused, 400, new RegExp(id));
    expect(refused.body.type).toBe('PROTECTED');
    expect((await acme(`GET ${FLEETS}${fleetId}/`)).status).toBe(200);
    expect((await acme(`DELETE ${WORKERS}${id}/`, {})).status).toBe(204);
    expect((await acme(`DELETE ${FLEETS}${fleetId}/`, {})).status).toBe(204);
  });
});

describe('a worker', () => {
  it('returns the registration token only when it is created', async () => {
    const { registration_token, ...rest } = await createWorker();

    expect(registration_token).toMatch(/^\S{20,}$/);
    expect(rest).toMatchObject({
      id: expect.stringMatching(UUID),
      fqdn: 'w1.acme.test',
      ip_address: '192.0.2.1',
      cpu_arch: 'x86',
      available: expect.any(Boolean),
      cpu: expect.any(Number),
      memory: expect.any(Number),
      storage: expect.any(Number),
    });
    const responses = await Promise.all([
      acme(`GET ${WORKERS}${rest.id}/`),
      acme(`GET ${WORKERS}`),
      acme(`PATCH ${WORKERS}${rest.id}/`, { available: false }),
    ]);
    for (const { status, body } of responses) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(registration_token);
    }
    expect(responses[2]?.body).toMatchObject({ ...rest, available: false, modified: expect.any(String) });
  });

  it('cannot be in a fleet of another organisation', async () => {
    const { body } = await globex(`POST ${FLEETS}`, { name: 'theirs' });
    const { id, fleet } = await createWorker();
    const order = { fleet: body.id, fqdn: 'w.acme.test', ip_address: '192.0.2.2' };

    expectRefusal(await acme(`POST ${WORKERS}`, order), 400, /`fleet`/);
    // The SDK cannot change the fleet of a worker.
    expect((await acme(`PATCH ${WORKERS}${id}/`, { fleet: body.id })).body.fleet).toBe(fleet);
  });
});

describe('a certificate of a worker', () => {
  it('is returned with a private key once', async () => {
    const { id } = await createWorker();
    const { status, body } = await acme(`POST ${WORKERS}${id}/issue-certificate/`);

    expect(status).toBe(201);
    expect(body).toEqual({
      certificate: expect.stringContaining('BEGIN CERTIFICATE'),
      private_key: expect.stringContaining('BEGIN PRIVATE KEY'),
    });
    const listed = await acme(`GET ${CERTIFICATES}?worker=${id}`);
    expect(listed.body.results).toEqual([
      {
        id: expect.stringMatching(UUID),
        worker: id,
        worker_fqdn: 'w1.acme.test',
        usable: true,
        expires: expect.any(String),
        fingerprint: expect.any(String),
        last_used: null,
        revoked: false,
      },
    ]);
    expect(JSON.stringify(listed.body)).not.toMatch(/PRIVATE|BEGIN/);
  });

  it('is usable until it expires', async () => {
    const { id } = await createWorker();
    await acme(`POST ${WORKERS}${id}/issue-certificate/`, {});
    const expires = Date.parse((await certificateOf(id)).expires);
    expect(expires).toBeGreaterThan(START);

    server.clock.set(expires - 1);
    expect((await certificateOf(id)).usable).toBe(true);
    server.clock.set(expires);
    expect((await certificateOf(id)).usable).toBe(false);
    server.clock.set(START);
  });

  it('is revoked once', async () => {
    const { id } = await createWorker();
    await acme(`POST ${WORKERS}${id}/issue-certificate/`, {});
    const certificate = await certificateOf(id);
    const { status, body } = await acme(`PATCH ${CERTIFICATES}${certificate.id}/revoke/`);

    expect(status).toBe(200);
    expect(body).toEqual({ ...certificate, revoked: true, usable: false });
    expect(await certificateOf(id)).toEqual(body);
    // The SDK refreshes the certificate with this request.
    expect((await acme(`GET ${CERTIFICATES}${certificate.id}/`)).body).toEqual(body);
    expectRefusal(await acme(`PATCH ${CERTIFICATES}${certificate.id}/revoke/`, {}), 400, /already/);
    expect((await acme(`GET ${CERTIFICATES}?worker=${id}&revoked=false`)).body.count).toBe(0);
    expect((await acme(`GET ${CERTIFICATES}?worker=${id}&revoked=true`)).body.count).toBe(1);
  });

  it('is deleted with its worker', async () => {
    const { id } = await createWorker();
    await acme(`POST ${WORKERS}${id}/issue-certificate/`, {});
    const certificate = await certificateOf(id);

    expect((await acme(`DELETE ${WORKERS}${id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`PATCH ${CERTIFICATES}${certificate.id}/revoke/`, {}), 404, NOT_FOUND);
  });
});
