/** What the journal keeps of many requests, and what it says of those that it no longer has. */
import { beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer();
const other = await makeWorld(server, { id: 'other' });

const newest = async ({ call }: Pick<typeof server, 'call'>) =>
  (await call('GET /_mock/requests?limit=1&bodies=false')).body.requests[0];
/** The request that is refused, which has a decision. */
const refuse = async (world: Pick<typeof server, 'call'>) => {
  await world.call('GET /api/v1/users', { token: 'nonsense' });
  return newest(world);
};

describe('after 3,000 requests that succeed', () => {
  const refusals: Awaited<ReturnType<typeof refuse>>[] = [];
  let grant: Awaited<ReturnType<typeof newest>>;

  beforeAll(async () => {
    const token = await server.tokenOf(admin);
    grant = await newest(server);
    refusals.push(await refuse(server), await refuse(other));
    for (let count = 0; count < 3000; count += 1) await server.call('GET /api/v1/access-keys', { token });
  }, 60_000);

  it('a refusal is there, with its decision and what fixes it', async () => {
    const [{ id, decision }] = refusals;

    expect((await server.call(`GET /_mock/requests/${id}`)).body).toMatchObject({ id, reason: 'malformed_token' });
    const { body } = await server.call(`GET /_mock/decisions/${decision}`);
    expect([body.reason, body.fixes.length > 0]).toEqual(['malformed_token', true]);
    expect((await server.call('GET /_mock/decisions?effect=deny')).body).toMatchObject({ total: 1, dropped: 1000 });
  });

  it('a refusal of another world is there', async () => {
    expect((await other.call(`GET /_mock/requests/${refusals[1].id}`)).status).toBe(200);
  });

  it('the list has all that are kept, and counts the others', async () => {
    const { requests, total, dropped, next } = (await server.call('GET /_mock/requests?bodies=false&limit=4000')).body;

    expect([requests.length, total, dropped, next]).toEqual([2001, 2001, 1001, null]);
    expect(requests.at(-1)).toMatchObject({ status: 401 });
  });

  it('the oldest of them is no longer kept, which its answer tells', async () => {
    const answer = await server.call(`GET /_mock/requests/${grant.id}`);

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toBe(
      'This request is no longer kept (request 1 of 3,002). Send the request again, or pick another one from `GET /_mock/requests`.',
    );
  });
});

it('a decision from before a reset is known as such, also to other worlds', async () => {
  const { decision } = await refuse(other);
  await other.call('POST /_mock/reset');

  expect(problemDocument(await other.call(`GET /_mock/decisions/${decision}`))).toContain('is no longer kept');
  expect(problemDocument(await server.call(`GET /_mock/decisions/${decision}`))).toContain('the world `other`');
});

it.each(['requests', 'decisions'])('an id that never was is none that is no longer kept: in %s', async (list) => {
  const answer = await server.call(`GET /_mock/${list}/abcdef-r1`);

  expect(answer.status).toBe(404);
  expect(problemDocument(answer)).toContain('has this id. Ids change when the server restarts');
});
