import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type AirServer,
  airServer,
  expectRefused,
  LEAF_SPINE,
  NOT_AUTHENTICATED,
  NOT_FOUND,
  NOT_PERMITTED,
  NOTHING,
  SERVICES,
  SIMULATIONS,
} from '../../support/air-client.ts';
import { emptyFolder } from '../../support/folder.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { type Answer, type Request, START, testServer } from '../../support/server.ts';

const air = await airServer();
const strict = await airServer({ airBadCredentials: 401 });
const KEY = castKey('air-admin').key;

/** Creates a service key that can read simulations. */
async function createKey(world: AirServer, overrides: object = {}) {
  const scopes = ['air:access', 'air:simulation_read'];
  const order = { type: 'service', name: 'brief', services: ['air'], scopes, ...overrides };
  const { body, status } = await world.call('POST /_mock/keys', { body: order });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as { id: string; key: string };
}

type Cases = [title: string, request: (world: AirServer) => Promise<Request>][];

const cases: Cases = [
  ['no key', async () => ({})],
  ['an empty header', async () => ({ headers: { authorization: '' } })],
  ['another scheme', async () => ({ headers: { authorization: `Basic ${KEY}` } })],
  ['a key without a scheme', async () => ({ headers: { authorization: KEY } })],
  ['a key in another header', async () => ({ headers: { 'x-api-key': KEY } })],
  ['a malformed key', async () => ({ token: 'nvapi-short' })],
  ['a JWT', async () => ({ token: 'eyJhbGciOiJub25lIn0.e30.' })],
  ['an unknown key', async () => ({ token: `${KEY.slice(0, -6)}AAAAAA` })],
  ['a key that no mock issued', async () => ({ token: `nvapi-${'a'.repeat(64)}` })],
  [
    'a disabled key',
    async (world) => {
      const { id, key } = await createKey(world);
      expect((await world.call(`PATCH /_mock/keys/${id}`, { body: { status: 'disabled' } })).status).toBe(200);
      return { token: key };
    },
  ],
  [
    'a deleted key',
    async (world) => {
      const { id, key } = await createKey(world);
      expect((await world.call(`DELETE /_mock/keys/${id}`)).status).toBe(204);
      return { token: key };
    },
  ],
  [
    'an expired key',
    async (world) => {
      const { key } = await createKey(world, { expiresAt: new Date(START + 1000).toISOString() });
      expect((await world.as(key)(`GET ${SIMULATIONS}`)).status).toBe(200);
      world.clock.set(START + 1000);
      return { token: key };
    },
  ],
];

/** Lists simulations with a request that may change the clock, and resets the clock. */
async function listWith(world: AirServer, requestOf: (world: AirServer) => Promise<Request>): Promise<Answer> {
  const answer = await world.call(`GET /api/v3/${SIMULATIONS}`, await requestOf(world));
  world.clock.set(START);
  return answer;
}

describe.each(cases)('%s', (_what, requestOf) => {
  it('returns 403 by default, without a challenge', async () => {
    const answer = await listWith(air, requestOf);

    expectRefused(answer, 403);
    expect(answer.body.detail).toBe(NOT_AUTHENTICATED);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('returns 401 with a challenge if it is configured', async () => {
    const answer = await listWith(strict, requestOf);

    expectRefused(answer, 401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });
});

it('a missing scope returns 403 with any configuration, and another message', async () => {
  for (const world of [air, strict]) {
    const answer = await world.reader(`POST ${SIMULATIONS}`, { name: 'x' });

    expectRefused(answer, 403);
    expect(answer.body.detail).toBe(NOT_PERMITTED);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  }
});

it('a key without a scope of Air and a key for another service return 403', async () => {
  const keyWithoutScopes = await createKey(air, { name: 'bare', scopes: [] });
  const keyOfNvcf = castKey('nvcf-full-access').key;

  for (const key of [keyWithoutScopes.key, keyOfNvcf]) {
    const { status } = await air.as(key)(`GET ${SIMULATIONS}`);
    expect(status).toBe(403);
  }
});

it('the scheme `Bearer` is case-insensitive', async () => {
  const headers = { authorization: `bearer ${KEY}` };

  expect((await air.call(`GET /api/v3/${SIMULATIONS}`, { headers })).status).toBe(200);
});

it('other headers of clients are ignored', async () => {
  const headers = { 'nv-ngc-org': 'somebody', 'x-air-sdk-version': 'unknown', 'user-agent': 'air-sdk/unknown' };

  expect((await air.admin(`GET ${SIMULATIONS}`, {}, headers)).status).toBe(200);
});

describe('the order of checks:', () => {
  const world = air;
  const INVALID_BODY = { name: 5 };

  it.each<[title: string, send: () => Promise<Answer>, status: number, detail: string]>([
    [
      'a missing key precedes every other error',
      () => world.call(`PATCH /api/v3/simulations/${NOTHING}/`, { body: '{' }),
      403,
      NOT_AUTHENTICATED,
    ],
    [
      'a missing scope precedes an unknown id',
      () => world.reader(`DELETE simulations/${NOTHING}/`),
      403,
      NOT_PERMITTED,
    ],
    [
      'a missing scope precedes an invalid body',
      () => world.reader(`POST ${SIMULATIONS}`, INVALID_BODY),
      403,
      NOT_PERMITTED,
    ],
    ['a missing scope precedes invalid JSON', () => world.reader(`POST ${SIMULATIONS}`, '{'), 403, NOT_PERMITTED],
    [
      'an unknown id precedes an invalid body',
      () => world.admin(`PATCH simulations/${NOTHING}/`, INVALID_BODY),
      404,
      NOT_FOUND,
    ],
    ['an unknown id precedes invalid JSON', () => world.admin(`PATCH simulations/${NOTHING}/`, '{'), 404, NOT_FOUND],
    [
      'an object of another organisation returns 404 before the body is validated',
      () => world.globex(`PATCH simulations/${LEAF_SPINE}/`, INVALID_BODY),
      404,
      NOT_FOUND,
    ],
    [
      'an invalid body precedes a wrong state',
      () => world.admin(`PATCH simulations/${LEAF_SPINE}/shutdown/`, { create_checkpoint: 'x' }),
      400,
      'create_checkpoint',
    ],
    ['an invalid id returns 404', () => world.admin('GET simulations/x/'), 404, NOT_FOUND],
  ])('%s', async (_what, send, status, detail) => {
    expectRefused(await send(), status, detail);
  });

  it('a public object of another organisation returns 403 before the body is validated', async () => {
    const publicImage = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001';
    expect((await world.globex(`GET images/${publicImage}/`)).status).toBe(200);

    for (const body of [{ notes: 'x' }, { name: 5 }]) {
      const answer = await world.globex(`PATCH images/${publicImage}/`, body);
      expectRefused(answer, 403, NOT_PERMITTED);
    }
    expectRefused(await world.globex(`DELETE images/${publicImage}/`), 403, NOT_PERMITTED);
  });
});

describe('a method that a path does not support', () => {
  const requests = [`PATCH ${SERVICES}${NOTHING}/`, `PUT ${SIMULATIONS}`, `POST simulations/${LEAF_SPINE}/start/`];

  it.each(requests)('%s returns 405 with the supported methods', async (request) => {
    const answer = await air.reader(request, {});

    expectRefused(answer, 405);
    const allow = String(answer.headers['allow']);
    expect(allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
    expect(allow).not.toContain(request.split(' ')[0]);
  });

  it('PATCH of a service returns 405 with GET and DELETE', async () => {
    const { headers } = await air.admin(`PATCH ${SERVICES}${NOTHING}/`, {});

    expect(String(headers['allow']).split(', ')).toEqual(expect.arrayContaining(['GET', 'DELETE']));
    expect(headers['allow']).not.toContain('PATCH');
  });

  it.each(requests)('%s without a key is rejected like any other request', async (request) => {
    const [method, path] = request.split(' ');
    const answer = await air.call(`${method} /api/v3/${path}`, { body: {} });

    expectRefused(answer, 403, NOT_AUTHENTICATED);
    expect(answer.headers).not.toHaveProperty('allow');
    expectRefused(await strict.call(`${method} /api/v3/${path}`, { body: {} }), 401);
  });

  it('returns 405 without a trailing slash', async () => {
    expectRefused(await air.admin('PUT simulations', {}), 405);
  });
});

it('an organisation without a subscription gets 402 in the format of the gateway', async () => {
  const fixture = (service: string) =>
    JSON.parse(readFileSync(new URL(`../../../fixtures/${service}/cast.json`, import.meta.url), 'utf8'));
  const ngc = fixture('ngc');
  const organizations = ngc.organizations.map((organization: { name: string }) => ({
    ...organization,
    airSubscription: organization.name !== 'globex',
  }));
  const folder = await emptyFolder();
  const file = join(folder, 'seed.json');
  await writeFile(file, JSON.stringify({ ngc: { ...ngc, organizations }, air: fixture('air') }));
  const world = await testServer({ seed: file });
  await rm(folder, { recursive: true });
  const call = (name: string, request: string) => world.call(request, { token: castKey(name).key });

  for (const request of [`GET /api/v3/${SIMULATIONS}`, `PUT /api/v3/${SIMULATIONS}`]) {
    const { status, body } = await call('globex-air', request);
    expect({ status, body }).toEqual({
      status: 402,
      body: {
        requestStatus: {
          statusCode: 'PAYMENT_REQUIRED',
          statusDescription: 'No active subscription for the product found.',
          requestId: expect.any(String),
          serverId: expect.any(String),
        },
      },
    });
  }
  expect((await call('air-admin', `GET /api/v3/${SIMULATIONS}`)).status).toBe(200);
});
