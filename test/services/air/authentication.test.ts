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

/** A new key of all scopes of simulations. */
async function newKey(world: AirServer, more: object = {}) {
  const scopes = ['air:access', 'air:simulation_read'];
  const order = { type: 'service', name: 'brief', services: ['air'], scopes, ...more };
  const { body, status } = await world.call('POST /_mock/keys', { body: order });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as { id: string; key: string };
}

type Ways = [what: string, request: (world: AirServer) => Promise<Request>][];

const ways: Ways = [
  ['no key', async () => ({})],
  ['an empty header', async () => ({ headers: { authorization: '' } })],
  ['another scheme', async () => ({ headers: { authorization: `Basic ${KEY}` } })],
  ['a key alone', async () => ({ headers: { authorization: KEY } })],
  ['a key in another header only', async () => ({ headers: { 'x-api-key': KEY } })],
  ['a key that is none', async () => ({ token: 'nvapi-short' })],
  ['a token that is no key', async () => ({ token: 'eyJhbGciOiJub25lIn0.e30.' })],
  ['a key that nobody has', async () => ({ token: `${KEY.slice(0, -6)}AAAAAA` })],
  ['a key that no mock minted', async () => ({ token: `nvapi-${'a'.repeat(64)}` })],
  [
    'a disabled key',
    async (world) => {
      const { id, key } = await newKey(world);
      expect((await world.call(`PATCH /_mock/keys/${id}`, { body: { status: 'disabled' } })).status).toBe(200);
      return { token: key };
    },
  ],
  [
    'a deleted key',
    async (world) => {
      const { id, key } = await newKey(world);
      expect((await world.call(`DELETE /_mock/keys/${id}`)).status).toBe(204);
      return { token: key };
    },
  ],
  [
    'an expired key',
    async (world) => {
      const { key } = await newKey(world, { expiresAt: new Date(START + 1000).toISOString() });
      expect((await world.as(key)(`GET ${SIMULATIONS}`)).status).toBe(200);
      world.clock.set(START + 1000);
      return { token: key };
    },
  ],
];

/** The answer to a request that may need a later time, after which it is as early as before. */
async function listedBy(world: AirServer, requestOf: (world: AirServer) => Promise<Request>): Promise<Answer> {
  const answer = await world.call(`GET /api/v3/${SIMULATIONS}`, await requestOf(world));
  world.clock.set(START);
  return answer;
}

describe.each(ways)('%s', (_what, requestOf) => {
  it('is refused with 403 and the text that clients report, and without a challenge', async () => {
    const answer = await listedBy(air, requestOf);

    expectRefused(answer, 403);
    expect(answer.body.detail).toBe(NOT_AUTHENTICATED);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('is refused with 401 and a challenge where that is set', async () => {
    const answer = await listedBy(strict, requestOf);

    expectRefused(answer, 401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });
});

it('a missing scope is 403 whatever the status of unknown keys, and has another text', async () => {
  for (const world of [air, strict]) {
    const answer = await world.reader(`POST ${SIMULATIONS}`, { name: 'x' });

    expectRefused(answer, 403);
    expect(answer.body.detail).toBe(NOT_PERMITTED);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  }
});

it('a key without a scope of Air, and one for another service, are known and may nothing', async () => {
  const without = await newKey(air, { name: 'bare', scopes: [] });
  const elsewhere = castKey('nvcf-full-access').key;

  for (const key of [without.key, elsewhere]) {
    const { status } = await air.as(key)(`GET ${SIMULATIONS}`);
    expect(status).toBe(403);
  }
});

it('`bearer` is read in any case', async () => {
  const headers = { authorization: `bearer ${KEY}` };

  expect((await air.call(`GET /api/v3/${SIMULATIONS}`, { headers })).status).toBe(200);
});

it('what clients send beside the key does not matter', async () => {
  const headers = { 'nv-ngc-org': 'somebody', 'x-air-sdk-version': 'unknown', 'user-agent': 'air-sdk/unknown' };

  expect((await air.admin(`GET ${SIMULATIONS}`, {}, headers)).status).toBe(200);
});

describe('the order of checks:', () => {
  const world = air;
  const bad = { name: 5 };

  it.each<[what: string, ask: () => Promise<Answer>, status: number, detail: string]>([
    [
      'no key beats everything',
      () => world.call(`PATCH /api/v3/simulations/${NOTHING}/`, { body: '{' }),
      403,
      NOT_AUTHENTICATED,
    ],
    ['a missing scope beats an unknown id', () => world.reader(`DELETE simulations/${NOTHING}/`), 403, NOT_PERMITTED],
    ['a missing scope beats a bad body', () => world.reader(`POST ${SIMULATIONS}`, bad), 403, NOT_PERMITTED],
    ['a missing scope beats a broken body', () => world.reader(`POST ${SIMULATIONS}`, '{'), 403, NOT_PERMITTED],
    ['an unknown id beats a bad body', () => world.admin(`PATCH simulations/${NOTHING}/`, bad), 404, NOT_FOUND],
    ['an unknown id beats a broken body', () => world.admin(`PATCH simulations/${NOTHING}/`, '{'), 404, NOT_FOUND],
    [
      'an object of another organisation is as one that is not there, whatever the body',
      () => world.globex(`PATCH simulations/${LEAF_SPINE}/`, bad),
      404,
      NOT_FOUND,
    ],
    [
      'a bad body beats a wrong state',
      () => world.admin(`PATCH simulations/${LEAF_SPINE}/shutdown/`, { create_checkpoint: 'x' }),
      400,
      'create_checkpoint',
    ],
    ['an id that is none is as one that is not there', () => world.admin('GET simulations/x/'), 404, NOT_FOUND],
  ])('%s', async (_what, ask, status, detail) => {
    expectRefused(await ask(), status, detail);
  });

  it('an object that another organisation owns beats a bad body', async () => {
    const publicImage = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001';
    expect((await world.globex(`GET images/${publicImage}/`)).status).toBe(200);

    for (const body of [{ notes: 'x' }, { name: 5 }]) {
      const answer = await world.globex(`PATCH images/${publicImage}/`, body);
      expectRefused(answer, 403, NOT_PERMITTED);
    }
    expectRefused(await world.globex(`DELETE images/${publicImage}/`), 403, NOT_PERMITTED);
  });
});

describe('a method that a path does not have', () => {
  const requests = [`PATCH ${SERVICES}${NOTHING}/`, `PUT ${SIMULATIONS}`, `POST simulations/${LEAF_SPINE}/start/`];

  it.each(requests)('%s is 405 with those that it has', async (request) => {
    const answer = await air.reader(request, {});

    expectRefused(answer, 405);
    const allow = String(answer.headers['allow']);
    expect(allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
    expect(allow).not.toContain(request.split(' ')[0]);
  });

  it('a service can be read and deleted only', async () => {
    const { headers } = await air.admin(`PATCH ${SERVICES}${NOTHING}/`, {});

    expect(String(headers['allow']).split(', ')).toEqual(expect.arrayContaining(['GET', 'DELETE']));
    expect(headers['allow']).not.toContain('PATCH');
  });

  it.each(requests)('%s is refused as any other without a key', async (request) => {
    const [method, path] = request.split(' ');
    const answer = await air.call(`${method} /api/v3/${path}`, { body: {} });

    expectRefused(answer, 403, NOT_AUTHENTICATED);
    expect(answer.headers).not.toHaveProperty('allow');
    expectRefused(await strict.call(`${method} /api/v3/${path}`, { body: {} }), 401);
  });

  it('without the slash at the end is 405 as well', async () => {
    expectRefused(await air.admin('PUT simulations', {}), 405);
  });
});

it('an organisation without a subscription is told so in the form of the gateway, and others are not', async () => {
  const fixture = (service: string) =>
    JSON.parse(readFileSync(new URL(`../../../fixtures/${service}/cast.json`, import.meta.url), 'utf8'));
  const ngc = fixture('ngc');
  const organizations = ngc.organizations.map((one: { name: string }) => ({
    ...one,
    airSubscription: one.name !== 'globex',
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
