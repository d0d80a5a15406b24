/** Requests and decisions that the journal keeps and drops. */
import { beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer();
const other = await makeWorld(server, { id: 'other' });

const readNewestRequest = async ({ call }: Pick<typeof server, 'call'>) =>
  (await call('GET /_mock/requests?limit=1&bodies=false')).body.requests[0];
/** Sends a request that is rejected and returns its record. */
const sendRejected = async (world: Pick<typeof server, 'call'>) => {
  await world.call('GET /api/v1/users', { token: 'nonsense' });
  return readNewestRequest(world);
};

describe('after 3,000 successful requests', () => {
  let refusal: Awaited<ReturnType<typeof sendRejected>>;
  let grant: Awaited<ReturnType<typeof readNewestRequest>>;

  beforeAll(async () => {
    const token = await server.tokenOf(admin);
    grant = await readNewestRequest(server);
    refusal = await sendRejected(server);
    for (let count = 0; count < 3000; count += 1) await server.call('GET /api/v1/access-keys', { token });
  });

  it('a refusal is kept with its decision and fixes', async () => {
    const { id, decision } = refusal;

    expect((await server.call(`GET /_mock/requests/${id}`)).body).toMatchObject({ id, reason: 'malformed_token' });
    const { body } = await server.call(`GET /_mock/decisions/${decision}`);
    expect([body.reason, body.fixes.length > 0]).toEqual(['malformed_token', true]);
    expect((await server.call('GET /_mock/decisions?effect=deny')).body).toMatchObject({ total: 1, dropped: 1000 });
  });

  it('a dropped request returns 404 with its number', async () => {
    const answer = await server.call(`GET /_mock/requests/${grant.id}`);

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toBe(
      'This request is no longer kept (request 1 of 3,002). Send the request again, or pick another one from `GET /_mock/requests`.',
    );
  });
});

it('a decision from before a reset is reported as dropped, in every world', async () => {
  const { decision } = await sendRejected(other);
  await other.call('POST /_mock/reset');

  expect(problemDocument(await other.call(`GET /_mock/decisions/${decision}`))).toContain('is no longer kept');
  expect(problemDocument(await server.call(`GET /_mock/decisions/${decision}`))).toContain('the world `other`');
});

it.each(['requests', 'decisions'])('an unknown id is not reported as dropped: in %s', async (list) => {
  const answer = await server.call(`GET /_mock/${list}/abcdef-r1`);

  expect(answer.status).toBe(404);
  expect(problemDocument(answer)).toContain('has this id. Ids change when the server restarts');
});
