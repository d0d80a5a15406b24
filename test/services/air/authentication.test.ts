import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
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
import { castKey } from '../../support/ngc-cast.ts';
import { type Answer, type Request, testServer } from '../../support/server.ts';

const air = await airServer();
const strict = await airServer({ airBadCredentials: 401 });
const KEY = castKey('air-admin').key;

/** The reasons of keys are in `test/services/ngc-keys/key-bearer.test.ts`. */
const CASES: [title: string, request: Request][] = [
  ['no key', {}],
  ['another scheme', { headers: { authorization: `Basic ${KEY}` } }],
  ['a key without a scheme', { headers: { authorization: KEY } }],
  ['a malformed key', { token: 'nvapi-short' }],
  ['a JWT', { token: 'eyJhbGciOiJub25lIn0.e30.' }],
  ['an unknown key', { token: `${KEY.slice(0, -6)}AAAAAA` }],
];

it.each(CASES)('%s returns 403, or 401 with a challenge if configured', async (_what, request) => {
  const byDefault = await air.call(`GET /api/v3/${SIMULATIONS}`, request);
  const configured = await strict.call(`GET /api/v3/${SIMULATIONS}`, request);

  expectRefused(byDefault, 403);
  expect(byDefault.body.detail).toBe(NOT_AUTHENTICATED);
  expect(byDefault.headers).not.toHaveProperty('www-authenticate');
  expectRefused(configured, 401);
  expect(configured.headers['www-authenticate']).toBe('Bearer');
});

it('a missing scope returns 403 with any configuration, and another message', async () => {
  for (const world of [air, strict]) {
    const answer = await world.reader(`POST ${SIMULATIONS}`, { name: 'x' });

    expectRefused(answer, 403);
    expect(answer.body.detail).toBe(NOT_PERMITTED);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  }
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
});

it('an organisation without a subscription gets 402 in the format of the gateway', async () => {
  const fixture = (service: string) =>
    JSON.parse(readFileSync(new URL(`../../../fixtures/${service}/cast.json`, import.meta.url), 'utf8'));
  const ngc = fixture('ngc');
  const organizations = ngc.organizations.map((organization: { name: string }) => ({
    ...organization,
    airSubscription: organization.name !== 'globex',
  }));
  const world = await testServer({}, { seed: { ngc: { ...ngc, organizations }, air: fixture('air') } });
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
