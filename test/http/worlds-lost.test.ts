/** A client that drops the path of its base URL cannot name a world by its prefix. */
import { expect, it } from 'vitest';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const SIMULATIONS = 'GET /api/v3/simulations/';
const SDK = { 'user-agent': 'air-sdk/unknown' };
const token = castKey('air-admin').key;

async function startServer() {
  const server = await testServer();
  const alice = await makeWorld(server, { id: 'alice', credentials: 'cast' });
  const findLost = async () =>
    (await server.call('GET /_mock/findings')).body.findings.filter(
      ({ kind }: { kind: string }) => kind === 'lost_world',
    );
  return { server, alice, findLost };
}

it("a request of Air's SDK with a key of several worlds is reported, with ways to name the world", async () => {
  const { server, findLost } = await startServer();
  await server.call(SIMULATIONS, { token, headers: SDK });
  await server.call(SIMULATIONS, { token, headers: SDK });
  const [finding, ...others] = await findLost();

  expect(others).toEqual([]);
  expect(finding).toMatchObject({ count: 2, kind: 'lost_world' });
  expect(finding.message).toMatch(
    /^NVIDIA's Air SDK \(`AirApi`\) .* worlds `\w+`, `\w+` .*`default` answered.*`\/w\/alice`.*`hostUrl`.*`x-mock-world: alice`/,
  );
});

it.each([
  ['another client', {}, {}],
  ['the header of a world', { 'x-mock-world': 'alice' }, SDK],
  ['the host name of a world', { host: 'alice.localhost' }, SDK],
])('no such finding is reported with %s', async (_what, headers, client) => {
  const { server, findLost } = await startServer();
  expect((await server.call(SIMULATIONS, { token, headers: { ...headers, ...client } })).status).toBe(200);

  expect(await findLost()).toEqual([]);
});

it('no finding is reported if the key alone selects the world, or only the default world has it', async () => {
  const server = await testServer();
  const { cast } = await makeWorld(server, { id: 'bob' });
  const own = cast.ngc.keys.find(({ name }: { name: string }) => name === 'air-admin');
  for (const key of [own.key, token]) {
    expect((await server.call(SIMULATIONS, { token: key, headers: SDK })).status).toBe(200);
  }

  expect((await server.call('GET /_mock/findings')).body.findings).toEqual([]);
  expect((await server.call('GET /w/bob/_mock/findings')).body.findings).toEqual([]);
});
