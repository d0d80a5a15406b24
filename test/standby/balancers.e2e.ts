/** The balancers of the compose examples, in front of servers of this process. */
import { once } from 'node:events';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MockServer } from '../../src/app/server.ts';
import { ask, balance, configurationOf, type Headers, hasHaproxy } from '../support/balancer.ts';
import { listeningServer } from '../support/listening.ts';

/** Callbacks that stop the servers of tests. */
const ends: (() => unknown)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const FUNCTION = '9a4a2b6e-6a4c-4b6f-8d7e-1f2a3b4c5d6e';
const WORLDS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy', 'run-17', '4'];

describe.runIf(hasHaproxy)('the balancer of shards.yaml', () => {
  const servers: (MockServer & { readonly url: string })[] = [];
  let port: number;
  beforeAll(async () => {
    for (let shard = 1; shard <= 3; shard += 1) {
      servers.push(await listeningServer({ alias: ['mock'], world: [] }));
    }
    for (const { url } of servers) {
      for (const id of WORLDS) {
        const headers = { 'content-type': 'application/json' };
        await fetch(`${url}/_mock/worlds`, { method: 'POST', headers, body: JSON.stringify({ id }) });
      }
    }
    port = await balance((own) =>
      servers.reduce(
        (configuration, { url }, index) => configuration.replace(`shard-${index + 1}:6625`, new URL(url).host),
        configurationOf('shards.yaml', own),
      ),
    );
  });
  /** Finds the backend of a world by its path. */
  const findBackend = async (world: string) => (await ask(port, `/w/${world}/_mock/info`)).backend;

  it('distributes the worlds over the processes, always in the same way', async () => {
    const backends = await Promise.all(WORLDS.map(findBackend));

    expect(new Set(backends)).toEqual(new Set(['shard-1', 'shard-2', 'shard-3']));
    expect(await Promise.all(WORLDS.map(findBackend))).toEqual(backends);
  });

  it('finds a world by its path, host and header, as the mock does', async () => {
    for (const world of WORLDS) {
      const requests: readonly [path: string, headers: Headers][] = [
        [`/w/${world}/_mock/cast`, {}],
        [`/w/${world}/_mock/cast`, { 'x-mock-world': 'alice' }],
        ['/_mock/cast', { host: `${world}.mock` }],
        ['/_mock/cast', { host: `${world.toUpperCase()}.LocalHost:6625`, 'x-mock-world': 'alice' }],
        ['/_mock/cast', { 'x-mock-world': world }],
        ['/_mock/cast', { 'x-mock-world': world, host: '127.0.0.1:6625' }],
      ];
      const answers = await Promise.all(requests.map(([path, headers]) => ask(port, path, headers)));
      const backend = await findBackend(world);

      expect(answers.map((answer) => [answer.status, answer.backend])).toEqual(requests.map(() => [200, backend]));
      // Client ids end with the world.
      expect(answers.map((answer) => JSON.parse(answer.text).runai.users[0].accessKey.clientId)).toEqual(
        requests.map(() => expect.stringMatching(new RegExp(`-${world}$`))),
      );
    }
  });

  it('finds a world by the host name of a service, and ignores paths on the host of a function', async () => {
    const alices = await findBackend('alice');
    for (const world of WORLDS) {
      const ofFunction = `${FUNCTION}.invocation.${world}.mock`;
      const others = [`api-keys.${world}.mock`, `llm.${world}.localhost:6625`, `llm.invocation.${world}.mock`];
      const findBackends = async (path: string, hosts: readonly string[]) =>
        Promise.all(hosts.map(async (host) => (await ask(port, path, { host })).backend));
      const own = await findBackend(world);

      expect(await findBackends('/w/alice/x', [ofFunction, ...others])).toEqual([own, alices, alices, alices]);
      expect(await findBackends('/x', [ofFunction, ...others])).toEqual([own, own, own, own]);
    }
  });

  it('sends a request that creates a world to the process of its header', async () => {
    for (const id of ['new-1', 'new-2', 'new-3', 'new-4']) {
      const headers = { 'content-type': 'application/json', 'x-mock-world': id };
      const { backend } = await ask(port, '/_mock/worlds', headers, 'POST', JSON.stringify({ id }));

      expect(backend).toBe(await findBackend(id));
    }
  });

  it('sends requests without a world, or for the default world, to the first process', async () => {
    const requests: readonly [path: string, headers?: Headers][] = [
      ['/_mock/info'],
      ['/w/default/_mock/info'],
      ['/_mock/info', { 'x-mock-world': 'default' }],
      ['/_mock/info', { host: 'default.mock' }],
      ['/_mock/info', { host: '[::1]:6625' }],
      ['/_mock/info', { host: 'api-keys.mock' }],
      ['/_mock/info', { host: 'x.invocation.mock' }],
      ['/_mock/info?world=/w/alice', { host: 'alice.example' }],
    ];
    const answers = await Promise.all(requests.map(([path, headers]) => ask(port, path, headers)));

    expect(answers.map(({ backend }) => backend)).toEqual(requests.map(() => 'shard-1'));
  });

  it('answers 503 for the worlds of a stopped process', async () => {
    const before = await Promise.all(WORLDS.map(findBackend));
    await servers[1]?.close();
    const after = await Promise.all(WORLDS.map((world) => ask(port, `/w/${world}/_mock/info`)));

    expect(after.map(({ status }) => status)).toEqual(before.map((backend) => (backend === 'shard-2' ? 503 : 200)));
    expect(after.map(({ backend }) => backend)).toEqual(before.map((name) => (name === 'shard-2' ? '' : name)));

    // A client that reuses its connection is answered as well.
    const [away, here] = ['shard-2', 'shard-1'].map((name) => WORLDS[before.indexOf(name)]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    for (const world of [here, away, here, away, away]) {
      const [answer] = await once(get({ host: '127.0.0.1', port, path: `/w/${world}/_mock/info`, agent }), 'response');
      statuses.push(answer.statusCode);
      await once(answer.resume(), 'end');
    }
    agent.destroy();
    expect(statuses).toEqual([200, 503, 200, 503, 503]);
  });
});

/** Starts a server that answers as an active process or a standby does. */
async function startMockProcess(name: string) {
  const state = { isActive: false };
  const server: Server = createServer(({ url }, answer) => {
    const isRefused = !state.isActive && url !== '/_mock/health';
    answer.writeHead(isRefused ? 503 : 200, { connection: 'close' }).end(`${name} ${isRefused ? 'waits' : 'answers'}`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => server.close());
  return { state, server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.runIf(hasHaproxy)('the balancer of standby.yaml', () => {
  it('sends requests to the active process, also after it changes', async () => {
    const [first, second] = [await startMockProcess('first'), await startMockProcess('second')];
    first.state.isActive = true;
    const lines = [first, second].map(({ address }, index) => `server s${index} ${address}`).join('\n  ');
    const port = await balance((own) =>
      configurationOf('standby.yaml', own).replaceAll('server-template server 4 server:6625', lines),
    );
    const readText = async () => (await ask(port, '/')).text;
    await expect.poll(readText).toBe('first answers');
    first.state.isActive = false;
    await expect.poll(readText).toBe('first waits');
    await expect.poll(async () => (await ask(port, '/')).backend).toBe('living');
    second.state.isActive = true;
    await expect.poll(readText).toBe('second answers');

    // No request fails while a process stops.
    setTimeout(() => {
      first.state.isActive = true;
    }, 300);
    second.server.close();
    const statuses: number[] = [];
    for (let sent = 0; sent < 20; sent += 1) statuses.push((await ask(port, '/')).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await readText()).toBe('first answers');
  });
});
