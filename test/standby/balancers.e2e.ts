/** The balancers of the compose examples, in front of servers of this process. */
import { once } from 'node:events';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MockServer } from '../../src/app/server.ts';
import { ask, balance, configurationOf, type Headers, hasHaproxy } from '../support/balancer.ts';
import { listeningServer } from '../support/listening.ts';

/** Ends what a test has started. */
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
  /** The backend of a world, by its path. */
  const backendOf = async (world: string) => (await ask(port, `/w/${world}/_mock/info`)).backend;

  it('gives each process some of the worlds, always the same ones', async () => {
    const backends = await Promise.all(WORLDS.map(backendOf));

    expect(new Set(backends)).toEqual(new Set(['shard-1', 'shard-2', 'shard-3']));
    expect(await Promise.all(WORLDS.map(backendOf))).toEqual(backends);
  });

  it('finds a world by its path, its host and its header, as the mock does', async () => {
    for (const world of WORLDS) {
      const named: readonly [path: string, headers: Headers][] = [
        [`/w/${world}/_mock/cast`, {}],
        [`/w/${world}/_mock/cast`, { 'x-mock-world': 'alice' }],
        ['/_mock/cast', { host: `${world}.mock` }],
        ['/_mock/cast', { host: `${world.toUpperCase()}.LocalHost:6625`, 'x-mock-world': 'alice' }],
        ['/_mock/cast', { 'x-mock-world': world }],
        ['/_mock/cast', { 'x-mock-world': world, host: '127.0.0.1:6625' }],
      ];
      const answers = await Promise.all(named.map(([path, headers]) => ask(port, path, headers)));
      const backend = await backendOf(world);

      expect(answers.map((answer) => [answer.status, answer.backend])).toEqual(named.map(() => [200, backend]));
      // Client ids end with the world.
      expect(answers.map((answer) => JSON.parse(answer.text).runai.users[0].accessKey.clientId)).toEqual(
        named.map(() => expect.stringMatching(new RegExp(`-${world}$`))),
      );
    }
  });

  it('finds a world behind the host name of a service; all paths on the host of a function belong to the function', async () => {
    const alices = await backendOf('alice');
    for (const world of WORLDS) {
      const ofFunction = `${FUNCTION}.invocation.${world}.mock`;
      const others = [`api-keys.${world}.mock`, `llm.${world}.localhost:6625`, `llm.invocation.${world}.mock`];
      const backendsOf = async (path: string, hosts: readonly string[]) =>
        Promise.all(hosts.map(async (host) => (await ask(port, path, { host })).backend));
      const own = await backendOf(world);

      expect(await backendsOf('/w/alice/x', [ofFunction, ...others])).toEqual([own, alices, alices, alices]);
      expect(await backendsOf('/x', [ofFunction, ...others])).toEqual([own, own, own, own]);
    }
  });

  it('sends the request that makes a world where its header leads', async () => {
    for (const id of ['new-1', 'new-2', 'new-3', 'new-4']) {
      const headers = { 'content-type': 'application/json', 'x-mock-world': id };
      const { backend } = await ask(port, '/_mock/worlds', headers, 'POST', JSON.stringify({ id }));

      expect(backend).toBe(await backendOf(id));
    }
  });

  it('sends every request that names no world, or the default one, to the first process', async () => {
    const named: readonly [path: string, headers?: Headers][] = [
      ['/_mock/info'],
      ['/w/default/_mock/info'],
      ['/_mock/info', { 'x-mock-world': 'default' }],
      ['/_mock/info', { host: 'default.mock' }],
      ['/_mock/info', { host: '[::1]:6625' }],
      ['/_mock/info', { host: 'api-keys.mock' }],
      ['/_mock/info', { host: 'x.invocation.mock' }],
      ['/_mock/info?world=/w/alice', { host: 'alice.example' }],
    ];
    const answers = await Promise.all(named.map(([path, headers]) => ask(port, path, headers)));

    expect(answers.map(({ backend }) => backend)).toEqual(named.map(() => 'shard-1'));
  });

  it('gives the worlds of a process that is away to no other', async () => {
    const before = await Promise.all(WORLDS.map(backendOf));
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

/** What answers as a process does that is active or a standby. */
async function mockProcess(name: string) {
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
  it('asks the active process, and the other one once that is active', async () => {
    const [first, second] = [await mockProcess('first'), await mockProcess('second')];
    first.state.isActive = true;
    const lines = [first, second].map(({ address }, index) => `server s${index} ${address}`).join('\n  ');
    const port = await balance((own) =>
      configurationOf('standby.yaml', own).replaceAll('server-template server 4 server:6625', lines),
    );
    const said = async () => (await ask(port, '/')).text;
    await expect.poll(said).toBe('first answers');
    first.state.isActive = false;
    await expect.poll(said).toBe('first waits');
    await expect.poll(async () => (await ask(port, '/')).backend).toBe('living');
    second.state.isActive = true;
    await expect.poll(said).toBe('second answers');

    // A process that ends: no request is refused meanwhile.
    setTimeout(() => {
      first.state.isActive = true;
    }, 300);
    second.server.close();
    const statuses: number[] = [];
    for (let sent = 0; sent < 20; sent += 1) statuses.push((await ask(port, '/')).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await said()).toBe('first answers');
  });
});
