/** Hints on successful requests: a client that does not cache its token. */
import { describe, expect, it } from 'vitest';
import { type EventCount, TokenUsage } from '../../../../src/decisions/explaining/hints/token-usage.ts';
import { createSharedCache } from '../../../../src/lib/memory.ts';
import { admin } from '../../../support/cast.ts';
import { testServer } from '../../../support/server.ts';
import { makeWorld, type TestWorld } from '../../../support/worlds.ts';

const server = await testServer();

const readNewest = async ({ call }: Pick<TestWorld, 'call'>) =>
  (await call('GET /_mock/requests?limit=1')).body.requests[0];
const grant = async (world: TestWorld, index = 0) => {
  const { clientId, clientSecret } = world.cast.runai.users[index].accessKey;
  const body = { grantType: 'client_credentials', clientId, clientSecret };
  const answer = await world.call('POST /api/v1/token', { body });
  expect(answer.status).toBe(200);
  const { hints } = await readNewest(world);
  expect(answer.headers['x-mock-hint']).toBe(hints[0]?.text);
  return { token: answer.body.accessToken, codes: hints.map(({ code }: { code: string }) => code), hints };
};

describe('a client that requests a third token while the first is young', () => {
  it('gets a hint to cache it, in its own world only', async () => {
    const [world, other] = [await makeWorld(server), await makeWorld(server)];
    const codes = [(await grant(world)).codes, (await grant(other)).codes, (await grant(world)).codes];
    const third = await grant(world);

    expect(codes).toEqual([[], [], []]);
    expect(third.codes).toEqual(['token_renewed_early']);
    expect(third.hints[0].text).toMatch(/requested 3 tokens.* half of its 3600 s.*Cache the token/);
    expect((await grant(world, 1)).codes).toEqual([]);
    expect((await grant(other)).codes).toEqual([]);
  });

  it('gets no hint after half of the lifetime', async () => {
    const world = await makeWorld(server);
    await grant(world);
    await grant(world);
    await world.call('POST /_mock/clock/advance', { body: { by: '30m' } });

    expect((await grant(world)).codes).toEqual([]);
  });

  it('gets no hint if its token was rejected in between', async () => {
    const world = await makeWorld(server);
    await grant(world);
    const { token } = await grant(world);
    await world.call('GET /api/v1/access-keys', { token: `${token}x` });

    expect((await grant(world)).codes).toEqual([]);
  });

  it('gets no hint if a fault rejected its token in between', async () => {
    const world = await makeWorld(server);
    await grant(world);
    const { token } = await grant(world);
    const fault = { match: { operation: 'get_access_keys' }, do: { status: 401 }, times: 1 };
    expect((await world.call('POST /_mock/faults', { body: fault })).status).toBe(201);
    expect((await world.call('GET /api/v1/access-keys', { token })).status).toBe(401);

    expect((await grant(world)).codes).toEqual([]);
  });

  it.each(['reset', 'restore'])('gets no hint after a %s', async (how) => {
    const world = await makeWorld(server);
    const { body: snapshot } = await world.call('POST /_mock/snapshots');
    await grant(world);
    await grant(world);
    await world.call(how === 'reset' ? 'POST /_mock/reset' : `POST /_mock/snapshots/${snapshot.id}/restore`);

    expect((await grant(world)).codes).toEqual([]);
  });

  it('gets no hint for rejected requests', async () => {
    const world = await makeWorld(server);
    const { clientId } = admin.accessKey;
    for (let time = 0; time < 3; time += 1) {
      await world.call('POST /api/v1/token', {
        body: { grantType: 'client_credentials', clientId, clientSecret: 'wrong' },
      });
    }

    expect((await grant(world)).codes).toEqual([]);
  });
});

it('the usage of tokens is bounded, and cleared by a reset', () => {
  const shared = createSharedCache<EventCount>(10_000);
  const usage = new TokenUsage(shared);
  for (let client = 0; client < 10_000; client += 1) {
    usage.countGrant(`${client}${'x'.repeat(client % 5000)}`, 0, 1000);
    usage.countRefusal(`${client}`, `${client}`, 0);
  }
  usage.countGrant('ada', 0, 1000);
  expect([shared.calculatedSize <= 10_000, usage.countGrant('ada', 0, 1000)]).toEqual([true, 2]);

  usage.reset(5, 7);
  expect([usage.countGrant('ada', 0, 1000), usage.resetAt, usage.clockBeforeReset]).toEqual([1, 5, 7]);
});
