import { afterAll, describe, expect as expectPlain, it } from 'vitest';
import { assertReceived, connect, type OperationName, startMock } from '../../src/index.ts';
import { expect } from '../../src/vitest.ts';
import { castKey } from '../support/ngc-cast.ts';

const listening = await startMock();
const mock = await startMock({ listen: false });
afterAll(() => Promise.all([listening.stop(), mock.stop()]));

const catchMessage = (assertion: Promise<unknown>): Promise<string> =>
  assertion.then(
    () => 'it did not fail',
    (thrown: Error) => thrown.message,
  );

describe('the matcher toHaveReceived', () => {
  it('matches the number of requests: exactly, at least, at most, or any', async () => {
    const world = await mock.world();
    await world.getToken();
    await world.getToken('researcher@acme.test');

    await expect(world).toHaveReceived();
    await expect(world).toHaveReceived({ operation: 'grant_token' });
    await expect(world).toHaveReceived({ operation: 'grant_token', times: 2 });
    await expect(world).toHaveReceived({ operation: 'grant_token', atLeast: 1, atMost: 2 });
    await expect(world).toHaveReceived({ principal: 'researcher@acme.test', status: 200, times: 1 });
    await expect(world).toHaveReceived({ body: { grantType: 'client_credentials' }, atMost: 2 });
    await expect(world).toHaveReceived({ operation: 'get_users', times: 0 });
    await expect(world).not.toHaveReceived({ operation: 'get_users' });
    await expect(await mock.world()).not.toHaveReceived();
  });

  it('waits for requests until `within`', async () => {
    const world = await mock.world();
    const [, token] = await Promise.all([
      expect(world).toHaveReceived({ operation: 'grant_token', within: '10s' }),
      world.getToken(),
    ]);

    expectPlain(token).toMatch(/^eyJ/);
  });

  it('accepts a mock, and the result of `connect`', async () => {
    await listening.getToken();

    await expect(listening).toHaveReceived({ operation: 'grant_token' });
    await expect(connect(listening.url)).toHaveReceived({ operation: 'grant_token' });
  });

  it('fails with a stack that starts at the line of the expectation', async () => {
    const world = await mock.world();
    for (const failing of [assertReceived(world), expect(world).toHaveReceived()]) {
      await expectPlain(failing).rejects.toMatchObject({ stack: expectPlain.stringContaining('received.test.ts') });
    }
  });

  it('lists the nearest requests and their differences when there are too few', async () => {
    const world = await mock.world();
    await world.fetch('/api/v1/users');
    const [{ id = '' } = {}] = await world.requests.list();

    const message = await catchMessage(expect(world).toHaveReceived({ operation: 'get_users', status: 200 }));
    expectPlain(message.split('\n')).toEqual([
      'expected at least 1 request with operation `get_users` and status `200`; none came',
      'the nearest others:',
      `  GET /api/v1/users: 401, no_token (request ${id})`,
      '    status is `401`, not `200`',
      '    hint: send one `Authorization: Bearer <token>` header with a token or key of this server',
    ]);
  });

  it('lists the matching requests when there are too many, and the number of those it omits', async () => {
    const world = await mock.world();
    for (let time = 0; time < 12; time += 1) await world.getToken();

    const message = await catchMessage(expect(world).toHaveReceived({ operation: 'grant_token', times: 1 }));
    expectPlain(message).toMatch(
      /^expected exactly 1 request with operation `grant_token`; 12 came, latest first:\n( {2}POST \/api\/v1\/token: 200 for admin@acme.test \(request \S+\)\n){10} {2}and 2 more$/,
    );
  });

  it('lists the matching requests when it fails with `not`', async () => {
    const world = await mock.world();
    await world.faults.next('grant_token', { status: 503 });
    await world.getToken().catch(() => {});
    const [{ id = '', fault = '' } = {}] = await world.requests.list();

    const message = await catchMessage(expect(world).not.toHaveReceived({ operation: 'grant_token', atMost: 3 }));
    expectPlain(message).toBe(
      `expected anything but at most 3 requests with operation \`grant_token\`; 1 came, latest first:\n  POST /api/v1/token: 503 for admin@acme.test, affected by fault ${fault} (request ${id})`,
    );
  });

  it('says that there was no request at all', async () => {
    const world = await mock.world();

    expectPlain(await catchMessage(expect(world).toHaveReceived({ operation: 'get_users', within: '1ms' }))).toBe(
      'expected at least 1 request with operation `get_users` within 1ms; none came, nor did any other request: does the code under test use this URL?',
    );
  });

  it('does not print a secret of an expected body', async () => {
    const world = await mock.world();
    await world.getToken();

    const body = { clientSecret: 'a-secret-that-is-nobodys' };
    const message = await catchMessage(expect(world).toHaveReceived({ body }));
    expectPlain(message).toMatch(/with that body; none came[\s\S]*body\.clientSecret is `"sha256:\w{10}"`/);
    expectPlain(message).not.toContain('a-secret-that-is-nobodys');
  });

  it.each([
    ['an operation', { operation: 'grant_tokn' as OperationName }, 'Did you mean `grant_token`'],
    ['a reason', { reason: 'expired_tokn' as never }, 'Did you mean `expired_token`'],
    ['a member', { time: 1 } as object, 'Did you mean `times`?'],
    ['a number', { times: 1, atMost: 2 }, 'exclude each other'],
    ['a duration', { within: '2h' }, 'up to 60 s'],
  ])('fails, even with `not`, for %s that is invalid', async (_what, expected, message) => {
    const world = await mock.world();

    expectPlain(await catchMessage(expect(world).toHaveReceived(expected))).toContain(message);
    expectPlain(await catchMessage(expect(world).not.toHaveReceived(expected))).toContain(message);
  });

  it.each([[undefined], [null], ['http://localhost'], [new Response()], [{ requests: [] }]])(
    'fails for %o, which has no requests',
    async (received) => {
      expectPlain(await catchMessage(expect(received).not.toHaveReceived())).toContain(
        'a mock, a world, or the result of `connect`',
      );
    },
  );
});

describe('assertReceived', () => {
  it.each([
    [401, 'nonsense'],
    [403, castKey('nvcf-invoker').key],
  ])('matches the body of a request that was refused with %i', async (status, key) => {
    const world = await mock.world();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'translate' });
    const answer = await world.fetch('/v2/nvcf/functions', { method: 'POST', headers, body });
    expectPlain(answer.status).toBe(status);

    await assertReceived(world, { operation: 'createFunction', status, body: { name: 'translate' } });
    await expectPlain(assertReceived(world, { operation: 'createFunction', body: { name: 'other' } })).rejects.toThrow(
      'body.name is `"translate"`, not `"other"`',
    );
  });
});
