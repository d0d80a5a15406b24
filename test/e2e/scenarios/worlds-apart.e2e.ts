import { describe, expect, it } from 'vitest';
import { START, testServer } from '../../support/server.ts';
import { claimsOf, DOORS, makeWorld, type TestWorld } from '../../support/worlds.ts';

const MINUTE = 60_000;

/** The settings that differ in each world, so that a response of another world is detected. */
interface Expected {
  readonly world: TestWorld;
  readonly id: string;
  readonly now: number;
  readonly delay: number;
  readonly name: string;
  /** A key with the right to read simulations in every second world. */
  readonly key: string;
  readonly mayRead: boolean;
  readonly admin: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
}

type Call = Awaited<ReturnType<typeof testServer>>['call'];

/** Creates a world with its own clock, propagation mode, objects and key rights. */
async function prepareWorld(server: { readonly call: Call }, index: number): Promise<Expected> {
  const world = await makeWorld(server, { id: `apart-${index}` });
  const { call, cast } = world;
  const mayRead = index % 2 === 0;
  const order = { type: 'service', name: 'apart', services: ['air'] };
  const scopes = mayRead ? ['air:access', 'air:simulation_read'] : ['air:access'];
  const delay = (index + 1) * MINUTE;
  await call('POST /_mock/clock/advance', { body: { by: `${index}m` } });
  const { body: made } = await call('POST /_mock/keys', { body: { ...order, scopes } });
  await call('PUT /_mock/propagation', { body: { mode: 'fixed', delay: `${delay}ms` } });
  const later = { scopes: ['air:access', 'air:simulation_read'] };
  expect((await call(`PATCH /_mock/keys/${made.id}`, { body: later })).status).toBe(200);
  const admin = cast.ngc.keys.find((one: { name: string }) => one.name === 'air-admin').key;
  const name = `of-world-${index}`;
  const { status } = await call('POST /api/v3/simulations/', { token: admin, body: { name } });
  expect(status).toBe(201);
  const client = cast.runai.users[0].accessKey;
  return { world, id: world.id, now: START + index * MINUTE, delay, name, key: made.key, mayRead, admin, client };
}

/** Sends one request of each kind to a world, and expects responses of this world only. */
async function expectOwnAnswers(call: Call, { id, now, delay, name, key, mayRead, admin, client }: Expected) {
  const [list, edited, granted] = await Promise.all([
    call('GET /api/v3/simulations/?search=of-world-', { token: admin }),
    call('GET /api/v3/simulations/', { token: key }),
    call('POST /api/v1/token', { body: { grantType: 'client_credentials', ...client } }),
  ]);
  const { sid, iat } = claimsOf(granted.body.accessToken);
  const seen = {
    names: list.body.results.map((one: { name: string }) => one.name),
    edited: mayRead ? edited.status : [edited.status, edited.decision.reason, edited.decision.pending.effectiveAt],
    token: [sid.endsWith(`.${id}`), iat],
  };

  expect(seen).toEqual({
    names: [name],
    edited: mayRead ? 200 : [403, 'missing_scope', new Date(now + delay).toISOString()],
    token: [true, now / 1000],
  });
}

/** More concurrent requests would exceed the deadline of a database on the same machine. */
const MANY = 200;

describe(`${MANY} concurrent worlds with their own clock, propagation mode, keys and objects`, () => {
  it('respond to twenty rounds of requests by credential, each from its own world', async () => {
    const server = await testServer();
    const worlds = await Promise.all(Array.from({ length: MANY }, (_, index) => prepareWorld(server, index)));
    for (let round = 0; round < 20; round++) {
      await Promise.all(worlds.map((expected) => expectOwnAnswers(server.call, expected)));
    }
    const counts = await Promise.all(
      worlds.map(async ({ world }) => (await world.call('GET /_mock/decisions?limit=1')).status),
    );

    expect(new Set(counts)).toEqual(new Set([200]));
    expect((await server.call('GET /_mock/decisions')).body.decisions).toEqual([]);
  });

  it('respond by prefix, host and header while other worlds are created and deleted', async () => {
    const server = await testServer();
    const worlds = await Promise.all(Array.from({ length: 30 }, (_, index) => prepareWorld(server, index)));
    const createAndDeleteWorlds = async () => {
      for (let made = 0; made < 40; made++) {
        const { id } = await makeWorld(server);
        expect((await server.call(`DELETE /_mock/worlds/${id}`)).status).toBe(204);
      }
    };
    const sendRounds = async () => {
      for (let round = 0; round < 5; round++) {
        const calls = worlds.flatMap((expected) =>
          Object.values(DOORS).map((door) => expectOwnAnswers(door(server, expected.id), expected)),
        );
        await Promise.all(calls);
      }
    };
    await Promise.all([createAndDeleteWorlds(), sendRounds()]);
  });
});
