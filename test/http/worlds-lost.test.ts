/** A client that drops the path of its base URL cannot name a world by its prefix. */

import { expect, it } from 'vitest';
import { listHints } from '../support/hints.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const SIMULATIONS = 'GET /api/v3/simulations/';
const SDK = { 'user-agent': 'air-sdk/unknown' };
const token = castKey('air-admin').key;

async function startServer() {
  const server = await testServer();
  const alice = await makeWorld(server, { id: 'alice', credentials: 'cast' });
  const findLost = async (world = '') =>
    (await listHints(server, world)).filter(({ code }: { code: string }) => code === 'lost_world');
  return { server, alice, findLost };
}

it("a request of Air's SDK with a key of several worlds is reported, with ways to name the world", async () => {
  const { server, findLost } = await startServer();
  await server.call(SIMULATIONS, { token, headers: SDK });
  await server.call(SIMULATIONS, { token, headers: SDK });
  const [hint, ...others] = await findLost();

  expect(others).toEqual([]);
  expect(hint).toMatchObject({ code: 'lost_world' });
  expect(hint.text).toMatch(
    /^NVIDIA's Air SDK \(`AirApi`\) .* worlds `\w+`, `\w+` .*`default` answered.*`\/w\/alice`.*`hostUrl`.*`x-mock-world: alice`/,
  );
});

it.each([
  ['another client', {}, {}],
  ['the header of a world', { 'x-mock-world': 'alice' }, SDK],
  ['the host name of a world', { host: 'alice.localhost' }, SDK],
])('no such hint is reported with %s', async (_what, headers, client) => {
  const { server, findLost } = await startServer();
  expect((await server.call(SIMULATIONS, { token, headers: { ...headers, ...client } })).status).toBe(200);

  expect([...(await findLost()), ...(await findLost('/w/alice'))]).toEqual([]);
});

it('the hint names at most three worlds', async () => {
  const { server, findLost } = await startServer();
  for (const id of ['bob', 'carol']) await makeWorld(server, { id, credentials: 'cast' });
  await server.call(SIMULATIONS, { token, headers: SDK });
  const [hint] = await findLost();

  expect(hint.text).toMatch(/ worlds `\w+`, `\w+`, `\w+` without naming a world/);
});

it('no hint is reported if the key alone selects the world, or only the default world has it', async () => {
  const server = await testServer();
  const { cast } = await makeWorld(server, { id: 'bob' });
  const own = cast.ngc.keys.find(({ name }: { name: string }) => name === 'air-admin');
  for (const key of [own.key, token]) {
    expect((await server.call(SIMULATIONS, { token: key, headers: SDK })).status).toBe(200);
  }

  expect(await listHints(server)).toEqual([]);
  expect(await listHints(server, '/w/bob')).toEqual([]);
});
