import { afterAll, describe, expect as expectPlain, it } from 'vitest';
import {
  assertCalledOnlyDocumentedOperations,
  assertGaveUpAfterForbidden,
  assertRespectedRetryAfter,
  assertTokenFetchedOnce,
  assertTokenSentWithEveryRequest,
  connect,
  startMock,
  type World,
} from '../../src/index.ts';
import { expect } from '../../src/vitest.ts';

const mock = await startMock({ listen: false });
afterAll(() => mock.stop());

type Client = (world: World) => Promise<unknown>;

const deploy: Client = (world) =>
  world.fetch('/v2/nvcf/functions', {
    method: 'POST',
    headers: { authorization: `Bearer ${world.key('nvcf-invoker')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'translate' }),
  });

const meetLimit: Client = async (world) => {
  await world.faults.next('grant_token', { status: 503, retryAfter: 30 });
  await world.getToken().catch(() => {});
};

const listUsers: Client = async (world) =>
  world.fetch('/api/v1/users', { headers: { authorization: `Bearer ${await world.getToken()}` } });

interface Assertion {
  readonly matcher: string;
  readonly assert: (world: World) => Promise<void>;
  readonly match: (world: World) => Promise<void>;
  readonly matchNot: (world: World) => Promise<void>;
  readonly correct: Client;
  /** The call with which an incorrect client continues. */
  readonly mistake: Client;
  readonly message: RegExp;
}

const ASSERTIONS: readonly Assertion[] = [
  {
    matcher: 'toFetchTokenOnce',
    assert: assertTokenFetchedOnce,
    match: (world) => expect(world).toFetchTokenOnce(),
    matchNot: (world) => expect(world).not.toFetchTokenOnce(),
    correct: (world) => world.getToken(),
    mistake: (world) => world.getToken(),
    message: /^( {2}POST \/api\/v1\/token: 200 for admin@acme.test \(request \S+\)\n?){2}$/m,
  },
  {
    matcher: 'toSendTokenWithEveryRequest',
    assert: assertTokenSentWithEveryRequest,
    match: (world) => expect(world).toSendTokenWithEveryRequest(),
    matchNot: (world) => expect(world).not.toSendTokenWithEveryRequest(),
    correct: listUsers,
    mistake: (world) => world.fetch('/api/v1/users'),
    message: /^ {2}GET \/api\/v1\/users: 401, no_token \(request \S+\)$/m,
  },
  {
    matcher: 'toGiveUpAfterForbidden',
    assert: assertGaveUpAfterForbidden,
    match: (world) => expect(world).toGiveUpAfterForbidden(),
    matchNot: (world) => expect(world).not.toGiveUpAfterForbidden(),
    correct: deploy,
    mistake: deploy,
    message: /^( {2}POST \/v2\/nvcf\/functions: 403 for nvcf-invoker, missing_scope \(request \S+\)\n?){2}$/m,
  },
  {
    matcher: 'toRespectRetryAfter',
    assert: assertRespectedRetryAfter,
    match: (world) => expect(world).toRespectRetryAfter(),
    matchNot: (world) => expect(world).not.toRespectRetryAfter(),
    correct: meetLimit,
    mistake: (world) => world.getToken(),
    message: /^ {2}POST \/api\/v1\/token: 503 .*affected by fault .*\n {2}POST \/api\/v1\/token: 200 .*$/m,
  },
  {
    matcher: 'toCallOnlyDocumentedOperations',
    assert: assertCalledOnlyDocumentedOperations,
    match: (world) => expect(world).toCallOnlyDocumentedOperations(),
    matchNot: (world) => expect(world).not.toCallOnlyDocumentedOperations(),
    correct: listUsers,
    mistake: (world) => world.fetch('/api/v1/userz'),
    message: /^ {2}GET \/api\/v1\/userz: 404 \(request \S+\)$/m,
  },
];

describe.each(ASSERTIONS)('$matcher and its function', ({ assert, match, matchNot, correct, mistake, message }) => {
  it('pass for a correct client and fail with `not`', async () => {
    const world = await mock.world();
    await correct(world);

    await assert(world);
    await match(world);
    await expectPlain(matchNot(world)).rejects.toThrow('expected a mistake');
  });

  it('fail for an incorrect client with its requests in the message, and pass with `not`', async () => {
    const world = await mock.world();
    await correct(world);
    await mistake(world);

    for (const judge of [assert, match]) {
      await expectPlain(judge(world)).rejects.toThrow(/Expected none.* a correct client /);
      await expectPlain(judge(world)).rejects.toThrow(message);
    }
    await matchNot(world);
  });

  it('fail, even with `not`, if no request could have shown the mistake', async () => {
    const world = await mock.world();

    for (const judge of [assert, match, matchNot]) {
      await expectPlain(judge(world)).rejects.toMatchObject({ name: 'MockError', status: 409 });
    }
  });

  it('fail, even with `not`, for a value without requests', async () => {
    const given = new Response() as unknown as World;

    for (const judge of [assert, match, matchNot]) {
      await expectPlain(judge(given)).rejects.toThrow('a mock, a world, or the result of `connect`');
    }
  });
});

describe('an assertion about a client', () => {
  it('accepts a mock, and the result of `connect`', async () => {
    await using listening = await startMock();
    await listening.getToken();

    await expect(listening).toFetchTokenOnce();
    await assertTokenFetchedOnce(connect(listening.url));
  });

  it('fails with a stack that starts at the line of the assertion', async () => {
    const world = await mock.world();
    for (let time = 0; time < 2; time += 1) await world.getToken();

    for (const failing of [assertTokenFetchedOnce(world), expect(world).toFetchTokenOnce()]) {
      await expectPlain(failing).rejects.toMatchObject({ stack: expectPlain.stringContaining('assertions.test.ts') });
    }
  });

  it('is also available by its control API name', async () => {
    const world = await mock.world();
    await world.getToken();

    expectPlain(await world.requests.judge('token-fetched-once')).toMatchObject({ passed: true, requests: [] });
  });
});
