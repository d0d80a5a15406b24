/** Requests to the vendors' hosts, which a mock in the same process answers. */
import { once } from 'node:events';
import http, { Agent } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { getGlobalDispatcher, request as undiciRequest } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type InterceptOptions, type Mock, startMock, type World } from '../../src/index.ts';
import { MANIFESTS } from '../../src/services/index.ts';
import { byNode, CLIENTS } from '../support/production.ts';

const NAMES = MANIFESTS.map(({ name }) => `\`${name}\``).join(', ');

const DISCOVERY = '/auth/realms/acme/.well-known/openid-configuration';
const PLANE = 'https://acme.run.ai';

let mock: Mock;
/** A world whose connections break. */
let broken: World;
/** A server that is no mock. */
const other = http.createServer((_request, response) => response.end('other'));
let otherUrl: string;

beforeAll(async () => {
  mock = await startMock();
  broken = await mock.world();
  await broken.faults.add({ do: { drop: 'headers' } });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await mock.stop();
  other.closeAllConnections();
  other.close();
});

const issuerIn = (text: string) => (JSON.parse(text) as { issuer?: string }).issuer;
const pathsIn = async (world: World) => (await world.requests.list()).map(({ path }) => path);
/** What failed, with its causes. */
const said = (thrown: unknown): string =>
  thrown instanceof Error
    ? `${thrown.message} ${thrown.cause === undefined ? '' : said(thrown.cause)}`
    : String(thrown);

describe.each(CLIENTS)('%s', (_name, ask) => {
  it('reaches the mock under the URL of the vendor, and nothing after it was restored', async () => {
    const production = await mock.intercept();
    const { status, text } = await ask(`${PLANE}${DISCOVERY}`);
    await production.restore();

    expect([status, issuerIn(text)]).toEqual([200, `${PLANE}/auth/realms/acme`]);
    await expect(ask('https://acme.run.ai.invalid/')).rejects.toSatisfy((thrown) =>
      /ENOTFOUND|EAI_AGAIN/.test(said(thrown)),
    );
  });

  it('sends methods, headers and bodies', async () => {
    await using _ = await mock.intercept();
    const credentials = mock.cast.runai.users[0]?.accessKey;
    const { status, text } = await ask(`${PLANE}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grantType: 'client_credentials',
        clientId: credentials?.clientId,
        clientSecret: credentials?.clientSecret,
      }),
    });
    const { accessToken } = JSON.parse(text) as { accessToken: string };
    const users = await ask(`${PLANE}/api/v1/users`, { headers: { authorization: `Bearer ${accessToken}` } });
    const anonymous = await ask(`${PLANE}/api/v1/users`);

    expect([status, users.status, anonymous.status]).toEqual([200, 200, 401]);
    expect(JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).iss).toBe(
      `${PLANE}/auth/realms/acme`,
    );
  });

  it("passes others' requests, or refuses them with their URL", async () => {
    await using _ = await mock.intercept();
    const passed = await ask(`${otherUrl}/x`);
    await using strict = await mock.intercept({ others: 'refuse' });
    const refused = await ask('https://nowhere.invalid:8443/x?token=secret').catch(said);
    const refusedHere = await ask(`${otherUrl}/x`).catch(said);
    const own = await ask(`${mock.url}/_mock/health`);
    const named = await ask(`${mock.url.replace('127.0.0.1', 'localhost')}/_mock/health`);
    await strict.restore();

    expect(passed).toEqual({ status: 200, text: 'other' });
    expect(refused).toContain(
      'https://nowhere.invalid:8443/x was not called, because an interception refuses all other hosts',
    );
    expect(refused).not.toContain('secret');
    expect(refusedHere).toContain(`${otherUrl}/x was not called`);
    expect([own.status, named.status]).toEqual([200, 200]);
    expect((await ask(`${otherUrl}/x`)).text).toBe('other');
  });

  it('fails as a connection does that breaks', async () => {
    await using _ = await broken.intercept();

    await expect(ask(`${PLANE}/api/v1/users`)).rejects.toSatisfy((thrown) =>
      /socket hang up|other side closed|ECONNRESET/.test(said(thrown)),
    );
  });
});

describe('the hosts', () => {
  it('of Air, Cloud Functions, its tasks and NGC keys are intercepted, and those of functions', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept({ others: 'refuse' });
    const [echo] = world.cast.nvcf.functions;
    const key = (name: string) => ({ headers: { authorization: `Bearer ${world.key(name)}` } });
    const answers = await Promise.all([
      fetch('https://api.air-ngc.nvidia.com/api/v3/simulations/', key('air-admin')),
      fetch('https://api.dsx-air.nvidia.com/api/v3/simulations/', key('air-admin')),
      fetch('https://api.nvcf.nvidia.com/v2/nvcf/functions', key('nvcf-deployer')),
      fetch('https://api.ngc.nvidia.com/v2/orgs/acme/nvcf/functions', key('nvcf-deployer')),
      byNode(`https://${echo?.functionId}.invocation.api.nvcf.nvidia.com/echo`, {
        ...key('nvcf-full-access'),
        ...{ method: 'POST', body: 'hello' },
      }),
      byNode(`https://${echo?.functionId}.invocation.nvcf.nvidia.com/echo`, {
        ...key('nvcf-full-access'),
        ...{ method: 'POST', body: 'hello' },
      }),
      fetch('https://api.nvct.nvidia.com/v1/nvct/tasks', key('nvct-cli')),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200]);
  });

  it('of others are added with their service, also all below a name', async () => {
    await using _ = await mock.intercept({ hosts: { 'RunAI.acme.com': 'runai', '*.lab.acme.com': 'air' } });
    const issuers = ['https://runai.acme.com', 'https://one.lab.acme.com:8443', 'http://runai.acme.com'].map(
      async (url) => issuerIn((await byNode(`${url}${DISCOVERY}`)).text),
    );

    expect(await Promise.all(issuers)).toEqual([
      'https://runai.acme.com/auth/realms/acme',
      'https://one.lab.acme.com:8443/auth/realms/acme',
      'http://runai.acme.com/auth/realms/acme',
    ]);
  });

  it('are found with the dot that ends a name, and in capitals', async () => {
    await using _ = await mock.intercept();

    for (const [, ask] of CLIENTS)
      for (const host of ['acme.run.ai.', 'ACME.Run.AI'])
        expect((await ask(`https://${host}/api/v1/users`)).status).toBe(401);
  });

  it('whose connection was kept before are intercepted, and then are not any more', async () => {
    const agent = new Agent({ keepAlive: true });
    const ask = () => byNode(`${otherUrl}${DISCOVERY}`, { agent });
    const before = await ask();
    const production = await mock.intercept({ hosts: { '127.0.0.1': 'runai' } });
    const during = await ask();
    await production.restore();
    const after = await ask();
    agent.destroy();

    expect([before.text, issuerIn(during.text), after.text]).toEqual([
      'other',
      `${otherUrl}/auth/realms/acme`,
      'other',
    ]);
  });

  it.each<[unknown, RegExp]>([
    [
      { hosts: { 'https://runai.acme.com': 'runai' } },
      /"https:\/\/runai.acme.com" in `hosts` is not a host name\. Remove/,
    ],
    [{ hosts: { 'runai.acme.com:443': 'runai' } }, /`hosts` is not a host name/],
    [{ hosts: { 'a b': 'runai' } }, /`hosts` is not a host name/],
    [{ hosts: { '*': 'runai' } }, /`hosts` is not a host name/],
    [{ hosts: { '': 'runai' } }, /`hosts` is not a host name/],
    [
      { hosts: { 'runai.acme.com': 'runia' } },
      new RegExp(`is "runia"\\. Did you mean \`runai\`\\? Expected one of ${NAMES}\\.$`),
    ],
    [{ hosts: { 'runai.acme.com': undefined } }, new RegExp(`is undefined\\. Expected one of ${NAMES}\\.$`)],
    [{ hosts: ['runai.acme.com'] }, /`hosts` takes an object, such as `\{ 'runai.acme.com': 'runai' \}`/],
    [{ others: 'deny' }, /`others` is "deny"\. Expected `pass` or `refuse`/],
    [{ other: 'refuse' }, /option `other`.*Did you mean `others`\?/],
    ['refuse', /takes an object/],
  ])('that are none, and other mistakes, are errors: %j', async (options, message) => {
    await expect(mock.intercept(options as InterceptOptions)).rejects.toThrow(message);
    await expect(broken.intercept(options as InterceptOptions)).rejects.toThrow(TypeError);
    await expect(byNode('https://nowhere.invalid')).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('an interception', () => {
  it('leaves nothing behind', async () => {
    const before = [fetch, http.request, https.get, Request, Headers];
    const { addRequest } = Agent.prototype as unknown as { addRequest: unknown };
    const { dispatch } = getGlobalDispatcher();
    const one = await mock.intercept();
    const two = await mock.intercept();
    await one.restore();
    await one.restore();
    expect(getGlobalDispatcher().dispatch).not.toBe(dispatch);
    await two.restore();

    expect([fetch, http.request, https.get, Request, Headers]).toEqual(before);
    expect(Agent.prototype).toHaveProperty('addRequest', addRequest);
    expect(getGlobalDispatcher().dispatch).toBe(dispatch);
    expect(Object.hasOwn(getGlobalDispatcher(), 'dispatch')).toBe(false);
  });

  it('names the URL in the message of what it refuses, as it is', async () => {
    await using _ = await mock.intercept({ others: 'refuse' });
    const refused = fetch('https://nowhere.invalid/x');

    await expect(refused).rejects.toThrow(
      'fetch failed: https://nowhere.invalid/x was not called, because an interception refuses',
    );
    await expect(refused).rejects.toBeInstanceOf(TypeError);
    await expect(fetch('no URL')).rejects.toThrow(/Failed to parse URL|Invalid URL/);
    await expect(byNode('https://nowhere.invalid/x')).rejects.toThrow('https://nowhere.invalid/x was not called');
    await expect(undiciRequest('https://nowhere.invalid/x')).rejects.toThrow(
      'https://nowhere.invalid/x was not called',
    );
  });

  it('is covered by a newer one, until that is restored', async () => {
    const [one, two] = await Promise.all([mock.world(), mock.world()]);
    await using _ = await one.intercept();
    const newer = await two.intercept();
    await fetch(`${PLANE}/api/v1/me/second`);
    await newer.restore();
    await fetch(`${PLANE}/api/v1/me/first`);

    expect(await Promise.all([one, two].map(pathsIn))).toEqual([['/api/v1/me/first'], ['/api/v1/me/second']]);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('stays when an older one is restored', async () => {
    await using world = await mock.world();
    const older = await mock.intercept();
    const middle = await mock.intercept();
    await using _ = await world.intercept();
    await older.restore();
    await middle.restore();

    expect((await fetch(`${PLANE}/api/v1/users`)).status).toBe(401);
    expect(await pathsIn(world)).toEqual(['/api/v1/users']);
  });

  it('of a world ends with it, and that of a mock with the mock', async () => {
    const second = await startMock({ listen: false });
    const world = await second.world();
    await second.intercept();
    await world.intercept();
    await fetch(`${PLANE}/api/v1/users`);
    const seen = await pathsIn(world);
    await world.stop();
    const { status } = await fetch(`${PLANE}/api/v1/users`);
    const seenByMock = await pathsIn(second);
    await second.stop();

    await expect(second.intercept()).rejects.toThrow('The mock has been stopped.');
    expect([seen, status, seenByMock]).toEqual([['/api/v1/users'], 401, ['/api/v1/users']]);
    await expect(byNode('https://nowhere.invalid')).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  });

  it('of a world that somebody else deleted answers that it is gone', async () => {
    const world = await mock.world();
    await using _ = await world.intercept();
    await mock.worlds.delete(world.id);
    const answer = await fetch(`${PLANE}/api/v1/users`);

    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining(world.id)]);
  });

  it.each([{ listen: false }, { tls: true }, { tls: true, httpPort: 0 }])(
    'is that of a mock with %j, too',
    async (options) => {
      await using second = await startMock(options);
      await using _ = await second.intercept();
      const issuers = ['https', 'http'].map(async (scheme) =>
        issuerIn(await (await fetch(`${scheme}://acme.run.ai${DISCOVERY}`)).text()),
      );

      expect(await Promise.all(issuers)).toEqual(
        ['https', 'http'].map((scheme) => `${scheme}://acme.run.ai/auth/realms/acme`),
      );
    },
  );

  it('of a mock is for all contexts: a server in the same process calls it for its own callers', async () => {
    const app = http.createServer(async (_request, response) => {
      response.end(issuerIn(await (await fetch(`${PLANE}${DISCOVERY}`)).text()));
    });
    await once(app.listen(0, '127.0.0.1'), 'listening');
    await using _ = await mock.intercept();
    const { text } = await byNode(`http://127.0.0.1:${(app.address() as AddressInfo).port}`);
    app.closeAllConnections();
    app.close();

    expect(text).toBe(`${PLANE}/auth/realms/acme`);
  });

  it('lets a running request finish', async () => {
    await using world = await mock.world();
    const production = await world.intercept();
    await world.faults.add({ do: { delay: '200ms' } });
    const running = [fetch(`${PLANE}/api/v1/users`), byNode(`${PLANE}/api/v1/users`)];
    await vi.waitFor(async () => expect((await world.faults.list())[0]?.fired).toBe(2));
    await production.restore();

    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([401, 401]);
  });
});

describe('worlds at the same time', () => {
  it('that are intercepted for one test at once: the newest answers, then the other', async () => {
    const [one, two] = await Promise.all([mock.world(), mock.world()]);
    const [first, second] = await Promise.all([one.intercept(), two.intercept()]);
    await fetch(`${PLANE}/api/v1/two`);
    await second.restore();
    await fetch(`${PLANE}/api/v1/one`);
    await first.restore();

    expect(await Promise.all([one, two].map(pathsIn))).toEqual([['/api/v1/one'], ['/api/v1/two']]);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('each see the requests of the context that intercepts for them, from every client, and the mock none', async () => {
    const test = async (name: string) => {
      await using world = await mock.world();
      await pause(5);
      await using _ = await world.intercept({ others: 'refuse' });
      for (const [, ask] of CLIENTS) {
        await pause(1);
        await ask(`${PLANE}/api/v1/${name}`);
      }
      await new Promise<void>((resolve) =>
        setImmediate(async () => resolve(void (await fetch(`${PLANE}/api/v1/${name}`)))),
      );
      return await pathsIn(world);
    };
    const names = ['of-one', 'of-other'];

    expect(await Promise.all(names.map(test))).toEqual(
      names.map((name) => Array(CLIENTS.length + 1).fill(`/api/v1/${name}`)),
    );
    expect((await pathsIn(mock)).filter((path) => path.includes('/of-'))).toEqual([]);
  });

  it('do not see those of a context that does not: they are not sent', async () => {
    await using world = await mock.world();
    const isOver = deferred();
    const isReady = deferred();
    const outside = isReady.promise.then(async () => {
      const failed = await Promise.all(CLIENTS.map(([, ask]) => ask(`${PLANE}/api/v1/users`).catch(said)));
      const passed = await byNode(otherUrl);
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

    for (const one of failed)
      expect(one).toContain(`${PLANE}/api/v1/users was not called, because this host is intercepted for another test.`);
    expect(passed.text).toBe('other');
    expect(await pathsIn(world)).toEqual([]);
  });

  it('are beside that of the mock, which has the rest', async () => {
    await using world = await mock.world();
    await using _ = await mock.intercept();
    const inside = async () => {
      await pause(1);
      await using __ = await world.intercept();
      await pause(20);
      await fetch(`${PLANE}/api/v1/inside`);
    };
    const [, outside] = await Promise.all([inside(), pause(10).then(() => fetch(`${PLANE}/api/v1/outside`))]);

    expect(outside.status).toBe(404);
    expect(await pathsIn(world)).toEqual(['/api/v1/inside']);
  });

  it("take a credential of their own to the mock's interception", async () => {
    await using world = await mock.world();
    await using _ = await mock.intercept();
    await fetch('https://api.nvcf.nvidia.com/v2/nvcf/functions', {
      headers: { authorization: `Bearer ${world.key('nvcf-deployer')}` },
    });

    expect(await pathsIn(world)).toEqual(['/v2/nvcf/functions']);
  });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('an intercepted request', () => {
  it('streams its body, and gets `100 Continue` first if it waits for it', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    const body = JSON.stringify({ grantType: 'client_credentials', clientId: 'nobody', clientSecret: 'x' });
    const headers = { 'content-type': 'application/json' };
    const continued = vi.fn();
    const streamed = await byNode(`${PLANE}/api/v1/token`, { method: 'POST', headers }, (request) => {
      request.write(body.slice(0, 10));
      setTimeout(() => request.end(body.slice(10)), 20);
    });
    const waited = await byNode(
      `${PLANE}/api/v1/token`,
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
    const fetched = await fetch(`${PLANE}/api/v1/token`, {
      ...{ method: 'POST', headers, body: ReadableStream.from(chunks()), duplex: 'half' },
    });

    expect(continued).toHaveBeenCalledOnce();
    expect([streamed.status, waited.status, fetched.status]).toEqual([400, 400, 400]);
    expect((await world.requests.list()).map(({ request }) => request?.size)).toEqual([
      body.length,
      body.length,
      body.length,
    ]);
  });

  it('is refused before its body ends', async () => {
    await using _ = await mock.intercept();
    const open = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{')) });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const url = `${PLANE}/api/v1/access-keys`;
    const answers = await Promise.all([
      fetch(url, { ...init, body: open, duplex: 'half' }),
      byNode(url, init, (request) => void request.write('{')),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('can be aborted, and times out', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    await world.faults.add({ do: { delay: '30s' } });
    const url = `${PLANE}/api/v1/users`;
    const controller = new AbortController();
    const aborted = fetch(url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);

    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    await expect(
      byNode(url, {}, (request) => {
        request.end();
        setTimeout(() => request.destroy(new Error('mine')), 50);
      }),
    ).rejects.toThrow('mine');
    await expect(
      byNode(url, {}, (request) => {
        request.setTimeout(50, () => request.destroy(new Error('too slow'))).end();
      }),
    ).rejects.toThrow('too slow');
  });

  it('follows redirects to where they lead', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    const location = 'https://api.nvcf.nvidia.com/health';
    await world.faults.add({
      match: { path: '/api/v1/users' },
      do: { answer: { status: 302, headers: { location } }, offDocument: true },
    });
    const followed = await fetch(`${PLANE}/api/v1/users`);
    const manual = await fetch(`${PLANE}/api/v1/users`, { redirect: 'manual' });

    expect([followed.url, followed.redirected, followed.status]).toEqual([location, true, 200]);
    expect([manual.status, manual.headers.get('location')]).toEqual([302, location]);
  });

  it('keeps its connection as its agent says', async () => {
    await using _ = await mock.intercept();
    const reused = async (agent: https.Agent) => {
      const seen: boolean[] = [];
      for (let index = 0; index < 2; index += 1) {
        await byNode(`${PLANE}/api/v1/users`, { agent }, (request) => {
          request.on('response', () => seen.push(request.reusedSocket)).end();
        });
        await pause(1);
      }
      return seen;
    };

    expect(await reused(new https.Agent({ keepAlive: true }))).toEqual([false, true]);
    expect(await reused(new https.Agent({ keepAlive: false }))).toEqual([false, false]);
  });

  it('has the headers that its caller sent, and no more than the name of the world', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    await byNode(`${PLANE}/api/v1/users`, { headers: { 'x-mine': 'yes' } });
    const [{ request } = {}] = await world.requests.list();

    expect(request?.headers).toEqual({
      ...{ host: 'acme.run.ai', 'x-mine': 'yes', 'x-mock-world': world.id },
      connection: expect.any(String),
    });
  });

  it('has them in each form that undici takes, and the host that they name', async () => {
    await using world = await mock.world();
    await using _ = await world.intercept();
    const forms = [
      ['x-mine', 'yes'],
      new Map([['x-mine', 'yes']]),
      new Headers({ 'x-mine': 'yes' }),
      { 'x-mine': 'yes', Host: 'globex.run.ai' },
      ['x-mine', 'yes', 'host', 'globex.run.ai'],
    ];
    for (const headers of forms) await undiciRequest(`${PLANE}/api/v1/users`, { headers: headers as string[] });
    await undiciRequest(`${PLANE}/api/v1/users`);
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

  it('may have a token of the mock, and the other way round: the issuers differ, which is a finding', async () => {
    await using second = await startMock();
    await using _ = await second.intercept();
    const token = await second.getToken();
    const { clientId, clientSecret } = second.cast.runai.users[0]?.accessKey ?? {};
    const granted = await byNode(`${PLANE}/api/v1/token`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
    });
    const { accessToken } = JSON.parse(granted.text) as { accessToken: string };
    const there = await byNode(`${PLANE}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });
    const here = await byNode(`${second.url}/api/v1/users`, { headers: { authorization: `Bearer ${accessToken}` } });

    expect([there.status, here.status]).toEqual([200, 200]);
    expect((await second.findings()).map(({ kind }) => kind)).toContain('issuer_differs');
  });

  it('goes to the world that its caller names', async () => {
    const [one, two] = await Promise.all([mock.world(), mock.world()]);
    await using _ = await one.intercept();
    await fetch(`${PLANE}/api/v1/users`, { headers: { 'x-mock-world': two.id } });
    await fetch(`${PLANE}/w/${two.id}/api/v1/roles`);

    expect(await pathsIn(one)).toEqual([]);
    expect(await pathsIn(two)).toEqual(['/api/v1/roles', '/api/v1/users']);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('to a Unix socket is none', async () => {
    await using _ = await mock.intercept({ others: 'refuse' });
    const asked = byNode(`${PLANE}/`, {}, (request) => void request.end());
    const local = new Promise((resolve) => {
      http.get({ socketPath: '/nowhere.sock', host: 'acme.run.ai' }).on('error', resolve);
    });

    expect((await asked).status).toBeLessThan(500);
    expect(await local).toMatchObject({ code: 'ENOENT' });
  });
});
