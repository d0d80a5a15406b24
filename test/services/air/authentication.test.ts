import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  airServer,
  expectRefused,
  LEAF_SPINE,
  NOT_AUTHENTICATED,
  NOT_FOUND,
  NOT_PERMITTED,
  NOTHING,
  SIMULATIONS,
  UBUNTU,
} from '../../support/air-client.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { type Request, testServer } from '../../support/server.ts';

const air = await airServer();
const strict = await airServer({ airBadCredentials: 401 });
const KEY = castKey('air-admin').key;

/** The reasons of keys are in `test/services/ngc-keys/key-bearer.test.ts`. */
const CASES: [title: string, request: Request][] = [
  ['no key', {}],
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
  const answer = await strict.reader(`POST ${SIMULATIONS}`, { name: 'x' });

  expectRefused(answer, 403);
  expect(answer.body.detail).toBe(NOT_PERMITTED);
  expect(answer.headers).not.toHaveProperty('www-authenticate');
});

it('an object that the caller cannot see or change precedes its body', async () => {
  expectRefused(await air.admin(`PATCH simulations/${NOTHING}/`, '{'), 404, NOT_FOUND);
  expectRefused(await air.globex(`PATCH simulations/${LEAF_SPINE}/`, { name: 5 }), 404, NOT_FOUND);
  expectRefused(await air.globex(`PATCH images/${UBUNTU}/`, { name: 5 }), 403, NOT_PERMITTED);
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
