/** A client that drops the path of its base URL cannot name a world by its prefix. */
import { expect, it } from 'vitest';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const SIMULATIONS = 'GET /api/v3/simulations/';
const SDK = { 'user-agent': 'air-sdk/unknown' };
const token = castKey('air-admin').key;

async function served() {
  const server = await testServer();
  const alice = await makeWorld(server, { id: 'alice', credentials: 'cast' });
  const lost = async () =>
    (await server.call('GET /_mock/findings')).body.findings.filter(
      ({ kind }: { kind: string }) => kind === 'lost_world',
    );
  return { server, alice, lost };
}

it("a request of Air's SDK with a key of several worlds is a finding, which says how to name the world", async () => {
  const { server, lost } = await served();
  await server.call(SIMULATIONS, { token, headers: SDK });
  await server.call(SIMULATIONS, { token, headers: SDK });
  const [finding, ...others] = await lost();

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
])('there is no such finding with %s', async (_what, headers, client) => {
  const { server, lost } = await served();
  expect((await server.call(SIMULATIONS, { token, headers: { ...headers, ...client } })).status).toBe(200);

  expect(await lost()).toEqual([]);
});

it("there is none where the key alone leads to the SDK's world, or belongs to the default world alone", async () => {
  const server = await testServer();
  const { cast } = await makeWorld(server, { id: 'bob' });
  const own = cast.ngc.keys.find(({ name }: { name: string }) => name === 'air-admin');
  for (const key of [own.key, token]) {
    expect((await server.call(SIMULATIONS, { token: key, headers: SDK })).status).toBe(200);
  }

  expect((await server.call('GET /_mock/findings')).body.findings).toEqual([]);
  expect((await server.call('GET /w/bob/_mock/findings')).body.findings).toEqual([]);
});
