/** Requests to the hosts of the vendors, which a mock in the same process intercepts. */
import { once } from 'node:events';
import http, { Agent } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  EnvHttpProxyAgent,
  getGlobalDispatcher,
  MockAgent,
  ProxyAgent,
  RetryAgent,
  setGlobalDispatcher,
  Agent as UndiciAgent,
  request as undiciRequest,
} from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { decisionOf, type InterceptOptions, type Mock, startMock, type World } from '../../src/index.ts';
import { MANIFESTS } from '../../src/services/index.ts';
import { createDeferred } from '../support/deferred.ts';
import { CLIENTS, sendByNode } from '../support/production.ts';

const NAMES = MANIFESTS.map(({ name }) => `\`${name}\``).join(', ');

const DISCOVERY = '/auth/realms/acme/.well-known/openid-configuration';
const RUNAI_URL = 'https://acme.run.ai';

let mock: Mock;
/** A world that drops all connections. */
let broken: World;
/** A server that is not a mock. */
const otherServer = http.createServer((_request, response) => response.end('other'));
let otherServerUrl: string;

beforeAll(async () => {
  mock = await startMock();
  broken = await mock.world();
  await broken.faults.add({ do: { drop: 'headers' } });
  otherServer.listen(0, '127.0.0.1');
  await once(otherServer, 'listening');
  otherServerUrl = `http://127.0.0.1:${(otherServer.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await mock.stop();
  otherServer.closeAllConnections();
  otherServer.close();
});

const parseIssuer = (text: string) => (JSON.parse(text) as { issuer?: string }).issuer;
const listPaths = async (world: World) => (await world.requests.list()).map(({ path }) => path);
/** Returns the message of an error with those of its causes. */
const collectMessages = (thrown: unknown): string =>
  thrown instanceof Error
    ? `${thrown.message} ${thrown.cause === undefined ? '' : collectMessages(thrown.cause)}`
    : String(thrown);

describe.each(CLIENTS)('%s', (_name, send) => {
  it('reaches the mock at the URL of the vendor, until `restore`', async () => {
    const production = await mock.intercept();
    const { status, text } = await send(`${RUNAI_URL}${DISCOVERY}`);
    await production.restore();

    expect([status, parseIssuer(text)]).toEqual([200, `${RUNAI_URL}/auth/realms/acme`]);
    await expect(send('https://acme.run.ai.invalid/')).rejects.toSatisfy((thrown) =>
      /ENOTFOUND|EAI_AGAIN/.test(collectMessages(thrown)),
    );
  });

  it('is in the journal and in archives with the URL that it called', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    await send('https://integrate.api.nvidia.com/v1/models?a=1');
    await send(`${RUNAI_URL}${DISCOVERY}`);
    const urls = [
      'https://acme.run.ai/auth/realms/acme/.well-known/openid-configuration',
      'https://integrate.api.nvidia.com/v1/models?a=1',
    ];

    expect((await world.requests.list()).map(({ url }) => url)).toEqual(urls);
    const { entries } = (await world.requests.har()).log;
    expect(entries.toReversed()).toMatchObject(urls.map((url) => ({ request: { url } })));
    expect(await world.verifyTraffic()).toMatchObject({ checked: 2, violations: [{ path: '/v1/models' }] });
  });

  it('sends methods, headers and bodies', async () => {
    await using _ = await mock.intercept();
    const credentials = mock.cast.runai.users[0]?.accessKey;
    const { status, text } = await send(`${RUNAI_URL}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grantType: 'client_credentials',
        clientId: credentials?.clientId,
        clientSecret: credentials?.clientSecret,
      }),
    });
    const { accessToken } = JSON.parse(text) as { accessToken: string };
    const users = await send(`${RUNAI_URL}/api/v1/users`, { headers: { authorization: `Bearer ${accessToken}` } });
    const anonymous = await send(`${RUNAI_URL}/api/v1/users`);

    expect([status, users.status, anonymous.status]).toEqual([200, 200, 401]);
    expect(JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).iss).toBe(
      `${RUNAI_URL}/auth/realms/acme`,
    );
  });

  it("passes requests to other hosts, or rejects them with their URL for `others: 'refuse'`", async () => {
    await using _ = await mock.intercept();
    const passed = await send(`${otherServerUrl}/x`);
    await using strict = await mock.intercept({ others: 'refuse' });
    const refused = await send('https://nowhere.invalid:8443/x?token=secret').catch(collectMessages);
    const refusedHere = await send(`${otherServerUrl}/x`).catch(collectMessages);
    const own = await send(`${mock.url}/_mock/health`);
    const named = await send(`${mock.url.replace('127.0.0.1', 'localhost')}/_mock/health`);
    await strict.restore();

    expect(passed).toEqual({ status: 200, text: 'other' });
    expect(refused).toContain(
      'https://nowhere.invalid:8443/x was not called, because an interception refuses all other hosts',
    );
    expect(refused).not.toContain('secret');
    expect(refusedHere).toContain(`${otherServerUrl}/x was not called`);
    expect([own.status, named.status]).toEqual([200, 200]);
    expect((await send(`${otherServerUrl}/x`)).text).toBe('other');
  });

  it('reports a dropped connection as a network error', async () => {
    await using _ = await broken.intercept();

    await expect(send(`${RUNAI_URL}/api/v1/users`)).rejects.toSatisfy((thrown) =>
      /socket hang up|other side closed|ECONNRESET/.test(collectMessages(thrown)),
    );
  });
});

/** The clients that use undici's global dispatcher. */
const UNDICI_CLIENTS = CLIENTS.filter(([name]) => /fetch|undici/.test(name));
/** No server listens there. */
const PROXY = 'http://127.0.0.1:9';

/** A `MockAgent` that answers for one host, and refuses all others. */
function createMockAgent(): MockAgent {
  const agent = new MockAgent();
  agent.disableNetConnect();
  agent.get('https://stubbed.invalid').intercept({ path: '/x' }).reply(200, 'stubbed').persist();
  return agent;
}

/** Like the one that undici 8 sets for older copies of undici. */
class Dispatcher1Wrapper extends UndiciAgent {
  readonly #inner: UndiciAgent;
  constructor(inner: UndiciAgent) {
    super();
    this.#inner = inner;
  }
  override dispatch(...sent: Parameters<UndiciAgent['dispatch']>) {
    return this.#inner.dispatch(...sent);
  }
  override close(): Promise<void> {
    return this.#inner.close();
  }
}

describe('with a global dispatcher that was set before', () => {
  const before = getGlobalDispatcher();
  afterEach(() => setGlobalDispatcher(before));

  it.each(UNDICI_CLIENTS)(
    'of the class `MockAgent`, %s reaches the mock, and stubs of other hosts',
    async (_, send) => {
      const agent = createMockAgent();
      setGlobalDispatcher(agent);
      const production = await mock.intercept();
      const { status, text } = await send(`${RUNAI_URL}${DISCOVERY}`);
      const stubbed = await send('https://stubbed.invalid/x');
      const other = await send('https://nowhere.invalid/x').catch(collectMessages);
      await production.restore();

      expect([status, parseIssuer(text), stubbed.text]).toEqual([200, `${RUNAI_URL}/auth/realms/acme`, 'stubbed']);
      expect(other).toContain('net.connect disabled');
      expect(getGlobalDispatcher()).toBe(agent);
      expect(await send(`${RUNAI_URL}${DISCOVERY}`).catch(collectMessages)).toContain('net.connect disabled');
    },
  );

  it.each<[string, () => UndiciAgent | MockAgent | ProxyAgent | EnvHttpProxyAgent | RetryAgent]>([
    ['an agent', () => new UndiciAgent()],
    [
      'a composed agent',
      () => new UndiciAgent().compose((dispatch) => (options, handler) => dispatch(options, handler)) as UndiciAgent,
    ],
    [
      'a composed `MockAgent`',
      () => createMockAgent().compose((dispatch) => (options, handler) => dispatch(options, handler)) as MockAgent,
    ],
    ['a `ProxyAgent`', () => new ProxyAgent(PROXY)],
    ['a `ProxyAgent` in a `MockAgent`', () => new MockAgent({ agent: new ProxyAgent(PROXY) })],
    ['an `EnvHttpProxyAgent`', () => new EnvHttpProxyAgent({ httpProxy: PROXY, httpsProxy: PROXY })],
    ['a `RetryAgent`', () => new RetryAgent(new UndiciAgent())],
    [
      'an agent that forbids all requests',
      () =>
        new (class extends UndiciAgent {
          override dispatch(): never {
            throw new Error('forbidden');
          }
        })(),
    ],
  ])('reaches the mock past %s', async (_, create) => {
    setGlobalDispatcher(create());
    await using _production = await mock.intercept();

    for (const [, send] of UNDICI_CLIENTS) expect((await send(`${RUNAI_URL}/api/v1/users`)).status).toBe(401);
  });

  it('keeps the retries of a `RetryAgent`', async () => {
    setGlobalDispatcher(new RetryAgent(new UndiciAgent(), { minTimeout: 1, statusCodes: [503] }));
    await using world = await mock.world();
    await using _ = await world.intercept();
    await world.faults.add({ do: { status: 503, offDocument: true }, times: 1 });

    expect((await undiciRequest(`${RUNAI_URL}/api/v1/users`)).statusCode).toBe(401);
  });

  it('reaches the mock past the wrapper that undici 8 sets for older copies', async () => {
    const [legacy, current] = [1, 2].map((version) => Symbol.for(`undici.globalDispatcher.${version}`));
    const holder = globalThis as unknown as Record<symbol, unknown>;
    const agent = createMockAgent();
    setGlobalDispatcher(agent);
    holder[legacy as symbol] = new Dispatcher1Wrapper(agent as unknown as UndiciAgent);
    await using _ = await mock.intercept();

    expect(holder[current as symbol]).toBeInstanceOf(MockAgent);
    expect((await fetch(`${RUNAI_URL}/api/v1/users`)).status).toBe(401);
  });

  it('is still open at the end, even inside that wrapper', async () => {
    const holder = globalThis as unknown as Record<symbol, unknown>;
    const agent = new UndiciAgent();
    setGlobalDispatcher(agent);
    holder[Symbol.for('undici.globalDispatcher.1')] = new Dispatcher1Wrapper(agent);
    const production = await mock.intercept();
    expect((await fetch(`${RUNAI_URL}/api/v1/users`)).status).toBe(401);
    await production.restore();

    expect((await fetch(otherServerUrl)).status).toBe(200);
  });

  it('leaves its methods and members as they are', async () => {
    const agent = createMockAgent();
    setGlobalDispatcher(agent);
    await using _ = await mock.intercept();
    const during = getGlobalDispatcher() as MockAgent;
    during.get('https://later.invalid').intercept({ path: '/' }).reply(200, 'later');
    during.enableNetConnect();

    expect(during).toBeInstanceOf(MockAgent);
    expect(await (await fetch('https://later.invalid')).text()).toBe('later');
    expect((await fetch(otherServerUrl)).status).toBe(200);
    expect(agent.pendingInterceptors()).toHaveLength(1);
  });

  it('leaves a dispatcher that was set afterwards', async () => {
    const production = await mock.intercept();
    const later = createMockAgent();
    setGlobalDispatcher(later);
    await production.restore();

    expect(getGlobalDispatcher()).toBe(later);
  });
});

describe('the intercepted hosts', () => {
  it('include Air, Cloud Functions, its tasks and function hosts, and NGC keys', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept({ others: 'refuse' });
    const [echo] = world.cast.nvcf.functions;
    const authorize = (name: string) => ({ headers: { authorization: `Bearer ${world.key(name)}` } });
    const responses = await Promise.all([
      fetch('https://api.air-ngc.nvidia.com/api/v3/simulations/', authorize('air-admin')),
      fetch('https://api.dsx-air.nvidia.com/api/v3/simulations/', authorize('air-admin')),
      fetch('https://api.nvcf.nvidia.com/v2/nvcf/functions', authorize('nvcf-deployer')),
      fetch('https://api.ngc.nvidia.com/v2/orgs/acme/nvcf/functions', authorize('nvcf-deployer')),
      sendByNode(`https://${echo?.functionId}.invocation.api.nvcf.nvidia.com/echo`, {
        ...authorize('nvcf-full-access'),
        method: 'POST',
        body: 'hello',
      }),
      sendByNode(`https://${echo?.functionId}.invocation.nvcf.nvidia.com/echo`, {
        ...authorize('nvcf-full-access'),
        method: 'POST',
        body: 'hello',
      }),
      fetch('https://api.nvct.nvidia.com/v1/nvct/tasks', authorize('nvct-cli')),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200]);
  });

  it('include hosts of the option `hosts`, with wildcards for subdomains', async () => {
    await using _ = await mock.intercept({ hosts: { 'RunAI.acme.com': 'runai', '*.lab.acme.com': 'air' } });
    const issuers = ['https://runai.acme.com:8443', 'http://runai.acme.com'].map(async (url) =>
      parseIssuer((await sendByNode(`${url}${DISCOVERY}`)).text),
    );
    const air = await sendByNode('https://one.lab.acme.com/api/v3/simulations/');

    expect(await Promise.all(issuers)).toEqual([
      'https://runai.acme.com:8443/auth/realms/acme',
      'http://runai.acme.com/auth/realms/acme',
    ]);
    expect(air.status).toBe(403);
  });

  it.each(CLIENTS)('serve only their own services: %s', async (_name, send) => {
    await using world = await mock.world();
    await using _ = await world.intercept({ hosts: { 'runai.acme.com': 'runai', 'api.nvct.nvidia.com': 'air' } });
    const statuses = [
      `${RUNAI_URL}/v2/nvcf/functions`,
      'https://api.nvcf.nvidia.com/api/v1/users',
      'https://runai.acme.com/v2/nvcf/functions',
      'https://api.nvct.nvidia.com/v1/nvct/tasks',
    ].map(async (url) => (await send(url)).status);

    expect(await Promise.all(statuses)).toEqual([404, 404, 404, 404]);
  });

  it('match with a trailing dot and in capitals', async () => {
    await using _ = await mock.intercept();

    for (const [, send] of CLIENTS)
      for (const host of ['acme.run.ai.', 'ACME.Run.AI'])
        expect((await send(`https://${host}/api/v1/users`)).status).toBe(401);
  });

  it('include hosts with a kept-alive connection, until `restore`', async () => {
    const agent = new Agent({ keepAlive: true });
    const send = () => sendByNode(`${otherServerUrl}${DISCOVERY}`, { agent });
    const before = await send();
    const production = await mock.intercept({ hosts: { '127.0.0.1': 'runai' } });
    const during = await send();
    await production.restore();
    const after = await send();
    agent.destroy();

    expect([before.text, parseIssuer(during.text), after.text]).toEqual([
      'other',
      `${otherServerUrl}/auth/realms/acme`,
      'other',
    ]);
  });

  it.each<[unknown, RegExp]>([
    [
      { hosts: { 'https://runai.acme.com': 'runai' } },
      /"https:\/\/runai.acme.com" in `hosts` is not a host name\. Remove/,
    ],
    [{ hosts: { 'runai.acme.com:443': 'runai' } }, /`hosts` is not a host name/],
    [{ hosts: { '*': 'runai' } }, /`hosts` is not a host name/],
    [
      { hosts: { 'runai.acme.com': 'runia' } },
      new RegExp(`is "runia"\\. Did you mean \`runai\`\\? Expected one of ${NAMES}\\.$`),
    ],
    [{ hosts: { 'runai.acme.com': undefined } }, new RegExp(`is undefined\\. Expected one of ${NAMES}\\.$`)],
    [{ hosts: ['runai.acme.com'] }, /`hosts` takes an object, such as `\{ 'runai.acme.com': 'runai' \}`/],
    [{ others: 'deny' }, /`others` is "deny"\. Expected `pass` or `refuse`/],
    [{ other: 'refuse' }, /option `other`.*Did you mean `others`\?/],
    ['refuse', /takes an object/],
  ])('are rejected with a helpful message for the options %j', async (options, message) => {
    await expect(mock.intercept(options as InterceptOptions)).rejects.toThrow(message);
    await expect(broken.intercept(options as InterceptOptions)).rejects.toThrow(TypeError);
    await expect(sendByNode('https://nowhere.invalid')).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('an interception', () => {
  it('lets Node throw for an invalid request to another host', async () => {
    await using _ = await mock.intercept();

    expect(() => http.get({ host: '127.0.0.1', port: 99_999 })).toThrow(
      expect.objectContaining({ code: 'ERR_SOCKET_BAD_PORT' }),
    );
  });

  it('restores every patched function', async () => {
    const before = [fetch, http.request, https.get, Request, Headers];
    const { addRequest } = Agent.prototype as unknown as { addRequest: unknown };
    const dispatcher = getGlobalDispatcher();
    const first = await mock.intercept();
    const second = await mock.intercept();
    await first.restore();
    await first.restore();
    expect(getGlobalDispatcher()).not.toBe(dispatcher);
    await second.restore();

    expect([fetch, http.request, https.get, Request, Headers]).toEqual(before);
    expect(Agent.prototype).toHaveProperty('addRequest', addRequest);
    expect(getGlobalDispatcher()).toBe(dispatcher);
  });

  it('names the URL in the error of a rejected request', async () => {
    await using _ = await mock.intercept({ others: 'refuse' });
    const refused = fetch('https://nowhere.invalid/x');

    await expect(refused).rejects.toThrow(
      'fetch failed: https://nowhere.invalid/x was not called, because an interception refuses',
    );
    await expect(refused).rejects.toBeInstanceOf(TypeError);
    await expect(fetch('no URL')).rejects.toThrow(/Failed to parse URL|Invalid URL/);
  });

  it('takes precedence over an older one until it is restored', async () => {
    const [first, second] = await Promise.all([mock.world(), mock.world()]);
    await using _ = await first.intercept();
    const newer = await second.intercept();
    await fetch(`${RUNAI_URL}/api/v1/me/second`);
    await newer.restore();
    await fetch(`${RUNAI_URL}/api/v1/me/first`);

    expect(await Promise.all([first, second].map(listPaths))).toEqual([['/api/v1/me/first'], ['/api/v1/me/second']]);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('stays active when an older one is restored', async () => {
    await using world = await mock.world();
    const older = await mock.intercept();
    const middle = await mock.intercept();
    await using _ = await world.intercept();
    await older.restore();
    await middle.restore();

    expect((await fetch(`${RUNAI_URL}/api/v1/users`)).status).toBe(401);
    expect(await listPaths(world)).toEqual(['/api/v1/users']);
  });

  it('of a world ends with the world, and of a mock with the mock', async () => {
    const second = await startMock({ listen: false });
    const world = await second.world();
    await second.intercept();
    await world.intercept();
    await fetch(`${RUNAI_URL}/api/v1/users`);
    const seen = await listPaths(world);
    await world.stop();
    const { status } = await fetch(`${RUNAI_URL}/api/v1/users`);
    const seenByMock = await listPaths(second);
    await second.stop();

    await expect(second.intercept()).rejects.toThrow('The mock has been stopped.');
    expect([seen, status, seenByMock]).toEqual([['/api/v1/users'], 401, ['/api/v1/users']]);
    await expect(sendByNode('https://nowhere.invalid')).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  });

  it.each([{ listen: false }, { tls: true }, { tls: true, httpPort: 0 }])(
    'works for a mock with %j',
    async (options) => {
      await using second = await startMock(options);
      await using _ = await second.intercept();
      const issuers = ['https', 'http'].map(async (scheme) =>
        parseIssuer(await (await fetch(`${scheme}://acme.run.ai${DISCOVERY}`)).text()),
      );

      expect(await Promise.all(issuers)).toEqual(
        ['https', 'http'].map((scheme) => `${scheme}://acme.run.ai/auth/realms/acme`),
      );
    },
  );

  it('lets pending requests finish', async () => {
    await using world = await mock.world();
    const production = await world.intercept();
    await world.faults.add({ do: { delay: '200ms' } });
    const running = [fetch(`${RUNAI_URL}/api/v1/users`), sendByNode(`${RUNAI_URL}/api/v1/users`)];
    await expect.poll(async () => (await world.faults.list())[0]?.fired).toBe(2);
    await production.restore();

    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([401, 401]);
  });
});

describe('concurrent interceptions of worlds', () => {
  it('in separate contexts record the requests of every client in their own world only', async () => {
    const interceptAll = async (name: string) => {
      await using world = await mock.world();
      await pause(5);
      await using _ = await world.intercept({ others: 'refuse' });
      for (const [, send] of CLIENTS) {
        await pause(1);
        await send(`${RUNAI_URL}/api/v1/${name}`);
      }
      await new Promise<void>((resolve) =>
        setImmediate(async () => resolve(void (await fetch(`${RUNAI_URL}/api/v1/${name}`)))),
      );
      return await listPaths(world);
    };
    const names = ['of-one', 'of-other'];

    expect(await Promise.all(names.map(interceptAll))).toEqual(
      names.map((name) => Array(CLIENTS.length + 1).fill(`/api/v1/${name}`)),
    );
    expect((await listPaths(mock)).filter((path) => path.includes('/of-'))).toEqual([]);
  });

  it('reject requests from a context without an interception', async () => {
    await using world = await mock.world();
    const isOver = createDeferred();
    const isReady = createDeferred();
    const outside = isReady.promise.then(async () => {
      const failed = await Promise.all(
        CLIENTS.map(([, send]) => send(`${RUNAI_URL}/api/v1/users`).catch(collectMessages)),
      );
      const passed = await sendByNode(otherServerUrl);
      return { failed, passed };
    });
    const inside = (async () => {
      await pause(1);
      await using _ = await world.intercept({ others: 'refuse' });
      isReady.resolve();
      await isOver.promise;
    })();
    const { failed, passed } = await outside;
    isOver.resolve();
    await inside;

    for (const message of failed)
      expect(message).toContain(
        `${RUNAI_URL}/api/v1/users was not called, because this host is intercepted for another test.`,
      );
    expect(passed.text).toBe('other');
    expect(await listPaths(world)).toEqual([]);
  });

  it('coexist with that of the mock, which receives all other requests', async () => {
    await using world = await mock.world();
    await using _ = await mock.intercept();
    const inside = async () => {
      await pause(1);
      await using __ = await world.intercept();
      await pause(20);
      await fetch(`${RUNAI_URL}/api/v1/inside`);
    };
    const [, outside] = await Promise.all([inside(), pause(10).then(() => fetch(`${RUNAI_URL}/api/v1/outside`))]);

    expect(outside.status).toBe(404);
    expect(await listPaths(world)).toEqual(['/api/v1/inside']);
  });
});

describe('an intercepted request', () => {
  it('streams its body, and receives `100 Continue` first if it expects it', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    const body = JSON.stringify({ grantType: 'client_credentials', clientId: 'nobody', clientSecret: 'x' });
    const headers = { 'content-type': 'application/json' };
    const continued = vi.fn();
    const streamed = await sendByNode(`${RUNAI_URL}/api/v1/token`, { method: 'POST', headers }, (request) => {
      request.write(body.slice(0, 10));
      setTimeout(() => request.end(body.slice(10)), 20);
    });
    const waited = await sendByNode(
      `${RUNAI_URL}/api/v1/token`,
      { method: 'POST', headers: { ...headers, expect: '100-continue' } },
      (request) => {
        request.flushHeaders();
        request.on('continue', () => {
          continued();
          request.end(body);
        });
      },
    );
    const chunks = async function* () {
      yield Buffer.from(body.slice(0, 10));
      await pause(20);
      yield Buffer.from(body.slice(10));
    };
    const fetched = await fetch(`${RUNAI_URL}/api/v1/token`, {
      method: 'POST',
      headers,
      body: ReadableStream.from(chunks()),
      duplex: 'half',
    });

    expect(continued).toHaveBeenCalledOnce();
    expect([streamed.status, waited.status, fetched.status]).toEqual([400, 400, 400]);
    expect((await world.requests.list()).map(({ request }) => request?.size)).toEqual([
      body.length,
      body.length,
      body.length,
    ]);
  });

  it('can be rejected before its body ends', async () => {
    await using _ = await mock.intercept();
    const open = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{')) });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const url = `${RUNAI_URL}/api/v1/access-keys`;
    const responses = await Promise.all([
      fetch(url, { ...init, body: open, duplex: 'half' }),
      sendByNode(url, init, (request) => void request.write('{')),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('can be aborted, and can time out', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    await world.faults.add({ do: { delay: '30s' } });
    const url = `${RUNAI_URL}/api/v1/users`;
    const controller = new AbortController();
    const aborted = fetch(url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);

    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    await expect(
      sendByNode(url, {}, (request) => {
        request.end();
        setTimeout(() => request.destroy(new Error('mine')), 50);
      }),
    ).rejects.toThrow('mine');
    await expect(
      sendByNode(url, {}, (request) => {
        request.setTimeout(50, () => request.destroy(new Error('too slow'))).end();
      }),
    ).rejects.toThrow('too slow');
  });

  it('follows redirects to the intercepted host of `location`', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    const location = 'https://api.nvcf.nvidia.com/health';
    await world.faults.add({
      match: { path: '/api/v1/users' },
      do: { answer: { status: 302, headers: { location } }, offDocument: true },
    });
    const followed = await fetch(`${RUNAI_URL}/api/v1/users`);
    const manual = await fetch(`${RUNAI_URL}/api/v1/users`, { redirect: 'manual' });

    expect([followed.url, followed.redirected, followed.status]).toEqual([location, true, 200]);
    expect([manual.status, manual.headers.get('location')]).toEqual([302, location]);
  });

  it('keeps its connection alive if its agent does', async () => {
    await using _ = await mock.intercept();
    const isSocketReused = async (agent: https.Agent) => {
      const reused: boolean[] = [];
      for (let index = 0; index < 2; index += 1) {
        await sendByNode(`${RUNAI_URL}/api/v1/users`, { agent }, (request) => {
          request.on('response', () => reused.push(request.reusedSocket)).end();
        });
        await pause(1);
      }
      return reused;
    };

    expect(await isSocketReused(new https.Agent({ keepAlive: true }))).toEqual([false, true]);
    expect(await isSocketReused(new https.Agent({ keepAlive: false }))).toEqual([false, false]);
  });

  it('has the headers of its caller, and only `x-mock-world` in addition', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    await sendByNode(`${RUNAI_URL}/api/v1/users`, { headers: { 'x-mine': 'yes' } });
    const [{ request } = {}] = await world.requests.list();

    expect(request?.headers).toEqual({
      host: 'acme.run.ai',
      'x-mine': 'yes',
      'x-mock-world': world.id,
      connection: expect.any(String),
    });
  });

  it('accepts headers in each form of undici, with the `host` that they name', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    const forms = [
      ['x-mine', 'yes'],
      new Map([['x-mine', 'yes']]),
      new Headers({ 'x-mine': 'yes' }),
      { 'x-mine': 'yes', Host: 'globex.run.ai' },
      ['x-mine', 'yes', 'host', 'globex.run.ai'],
    ];
    for (const headers of forms) await undiciRequest(`${RUNAI_URL}/api/v1/users`, { headers: headers as string[] });
    await undiciRequest(`${RUNAI_URL}/api/v1/users`);
    const seen = (await world.requests.list()).map(({ request }) => [
      request?.headers['host'],
      request?.headers['x-mine'],
    ]);

    expect(seen.reverse()).toEqual([
      ['acme.run.ai', 'yes'],
      ['acme.run.ai', 'yes'],
      ['acme.run.ai', 'yes'],
      ['globex.run.ai', 'yes'],
      ['globex.run.ai', 'yes'],
      ['acme.run.ai', undefined],
    ]);
  });

  it('reaches the world that its header or path names', async () => {
    const [first, second] = await Promise.all([mock.world(), mock.world()]);
    await using _ = await first.intercept();
    const refused = await fetch(`${RUNAI_URL}/api/v1/users`, { headers: { 'x-mock-world': second.id } });
    await fetch(`${RUNAI_URL}/w/${second.id}/api/v1/roles`);

    const { id, see } = decisionOf(refused) ?? {};
    expect(see).toBe(`${second.url}/#/requests?decision=${id}`);
    expect(await listPaths(first)).toEqual([]);
    expect(await listPaths(second)).toEqual(['/api/v1/roles', '/api/v1/users']);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('does not include a request to a Unix socket', async () => {
    await using _ = await mock.intercept({ others: 'refuse' });
    const remote = sendByNode(`${RUNAI_URL}/`, {}, (request) => void request.end());
    const localError = new Promise((resolve) => {
      http.get({ socketPath: '/nowhere.sock', host: 'acme.run.ai' }).on('error', resolve);
    });

    expect((await remote).status).toBeLessThan(500);
    expect(await localError).toMatchObject({ code: 'ENOENT' });
  });
});
