import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createOriginGuard } from '../../../src/http/transport/origins.ts';
import { createKnownHosts } from '../../../src/lib/hosts.ts';
import { createLineLog } from '../../../src/lib/log.ts';
import { researcher } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument, runaiRefusal } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';
import { requestBytes, send } from '../../support/wire.ts';

const JSON_TYPE = 'Content-Type: application/json';

const server = await testServer({ alias: ['mock-alias'] });
const published = await testServer({ publicUrl: 'https://public.acme.test:8443' });
const { port } = await server.listen('127.0.0.1', 0);
const { port: publishedPort } = await published.listen('127.0.0.1', 0);

const { clientId, clientSecret } = researcher.accessKey;
const credentials = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
const [echo] = castFunction('echo');
const invocation = `${echo?.functionId}.invocation`;

/** A request to each API and page, with its status if it is accepted. */
const REQUESTS = [
  { request: 'POST /api/v1/token', headers: [JSON_TYPE], body: credentials, status: 200 },
  { request: 'GET /auth/realms/acme/protocol/openid-connect/certs', headers: [], body: '', status: 200 },
  {
    request: 'GET /api/v3/simulations/',
    headers: [`Authorization: Bearer ${castKey('air-reader').key}`],
    body: '',
    status: 200,
  },
  {
    request: 'GET /v2/nvcf/functions',
    headers: [`Authorization: Bearer ${castKey('nvcf-full-access').key}`],
    body: '',
    status: 200,
  },
  { request: 'GET /api/v1/access-keys', headers: [], body: '', status: 401 },
  { request: 'GET /api/v1/nothing', headers: [], body: '', status: 404 },
  { request: 'GET /api/v1/token', headers: [], body: '', status: 405 },
  { request: 'GET /nothing', headers: [], body: '', status: 404 },
  { request: 'GET /openapi/runai.json', headers: [], body: '', status: 200 },
  { request: 'GET /', headers: [], body: '', status: 200 },
];

/** One request of each kind: acceptance does not depend on the path, as the tests of all REQUESTS show. */
const SOME = REQUESTS.filter(({ request }) => /\/(?:token|simulations\/|nothing|)$/.test(request));

async function sendAll(headers: readonly string[], to = port, requests = SOME) {
  const answers = [];
  for (const item of requests) {
    answers.push(await send(to, requestBytes(item.request, [...headers, ...item.headers], item.body)));
  }
  return answers;
}

const accepted = SOME.map(({ status }) => status);
const rejected = SOME.map(() => 403);
const fetchMetadata = (site: string, mode: string, dest: string) => [
  `Sec-Fetch-Site: ${site}`,
  `Sec-Fetch-Mode: ${mode}`,
  `Sec-Fetch-Dest: ${dest}`,
];
const readStatuses = (answers: readonly { readonly status: number }[]) => answers.map(({ status }) => status);

describe('a target with its own host name', () => {
  const sendAbsolute = (host: string, { request, headers, body }: (typeof REQUESTS)[number], ...more: string[]) => {
    const absolute = request.replace(' /', ` http://${host}/`);
    return send(port, requestBytes(absolute, [...more, ...headers], body));
  };

  it('is checked by that host name, not by `Host`', async () => {
    for (const item of REQUESTS) {
      const page = 'Referer: http://evil.test/';
      expect((await sendAbsolute('evil.test', item, 'Host: localhost', page)).status).toBe(403);
      expect((await sendAbsolute('localhost', item, 'Host: evil.test', page)).status).toBe(item.status);
    }
  });

  it('selects the world of that host name, not of `Host`', async () => {
    const [request] = REQUESTS;
    const there = await sendAbsolute('nobody.localhost', request as (typeof REQUESTS)[number], 'Host: localhost');

    expect(there.status).toBe(404);
    expect(JSON.stringify(there.body)).toContain('no world `nobody`');
  });
});

describe('two `Host` lines', () => {
  it.each([
    ['by default', port],
    ['with a public URL', publishedPort],
  ])('are rejected on every path: %s', async (_how, to) => {
    for (const second of ['Host: localhost', 'Host: evil.test']) {
      const answers = await sendAll(['Host: localhost', second], to, REQUESTS);
      expect(readStatuses(answers)).toEqual(REQUESTS.map(() => 400));
    }
  });
});

it('a missing admin token is rejected, whatever the configured token is', () => {
  const guard = createOriginGuard({
    hosts: createKnownHosts([]),
    hostPatterns: [],
    publicUrl: null,
    adminToken: 'undefined',
    crossOrigin: { allows: () => false },
  });
  const admits = (headers: object) => guard.admits({ headers } as IncomingMessage, 'admin');

  expect(admits({ host: 'localhost' })).toBe(false);
  expect(admits({ host: 'localhost', authorization: 'Basic undefined' })).toBe(false);
  expect(admits({ host: 'localhost', 'x-mock-admin-token': 'undefined' })).toBe(true);
});

describe('an unknown host name', () => {
  it.each(['evil.test', 'localhost.evil.test', 'x', 'run.ai:443'])('is accepted from programs: %s', async (host) => {
    const program = [`Host: ${host}`, 'User-Agent: node', 'Sec-Fetch-Mode: cors', 'Accept: */*'];

    expect(readStatuses(await sendAll(program))).toEqual(accepted);
  });

  it.each([
    ['the origin', 'Origin: http://evil.test'],
    ['the origin `null`', 'Origin: null'],
    ['the referrer', 'Referer: http://evil.test/'],
    ['`Sec-Fetch-Site`', 'Sec-Fetch-Site: same-origin'],
    [
      'the user agent',
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0',
    ],
  ])('is rejected from browsers, which are recognized by %s', async (_by, mark) => {
    const answers = await sendAll(['Host: evil.test', mark]);

    expect(readStatuses(answers)).toEqual(rejected);
    for (const { body } of answers) expect(JSON.stringify(body)).toMatch(/host name `evil.test`.*--alias NAME/);
  });

  it('is rejected in the error format of the path', async () => {
    const page = ['Host: evil.test', 'Origin: null'];
    const [token, keys, air, nvcf, , , , nobody, document] = await sendAll(page, port, REQUESTS);
    for (const answer of [token, keys]) runaiRefusal(answer as NonNullable<typeof answer>);
    expect(air?.body).toMatchObject({ detail: expect.stringContaining('host name') });
    expect(nvcf?.body).toMatchObject({ status: 403, detail: expect.stringContaining('host name') });
    for (const answer of [nobody, document]) problemDocument(answer as NonNullable<typeof answer>);
    for (const answer of [token, keys, air, nvcf, nobody]) expect(answer?.decision).toBeNull();
  });

  it('may contain the host of a function for programs, but not for pages', async () => {
    const key = `Authorization: Bearer ${castKey('nvcf-full-access').key}`;
    const invoke = (...headers: string[]) => send(port, requestBytes('POST /echo', [...headers, key, JSON_TYPE], '{}'));

    expect((await invoke(`Host: ${invocation}.evil.test`)).status).toBe(200);
    expect((await invoke(`Host: ${invocation}.evil.test`, 'Origin: http://evil.test')).status).toBe(403);
    expect((await invoke(`Host: ${invocation}.localhost`, `Origin: http://${invocation}.localhost`)).status).toBe(200);
    expect((await invoke(`Host: ${invocation}.mock-alias`, 'User-Agent: Mozilla/5.0')).status).toBe(200);
  });
});

describe('a known host name', () => {
  it.each(['localhost', 'localhost:6625', '127.0.0.1:6625', '[::1]:6625', 'mock-alias:6625'])(
    'is accepted from pages of its own origin: %s',
    async (host) => {
      const browser = ['User-Agent: Mozilla/5.0', 'Sec-Fetch-Site: same-origin', `Referer: http://${host}/docs`];

      expect(readStatuses(await sendAll([`Host: ${host}`, ...browser, `Origin: http://${host}`]))).toEqual(accepted);
    },
  );

  it.each([
    'http://localhost:3000',
    'http://evil.test',
    'null',
    'https://localhost:6626',
    'http://localhost:6625.evil.test',
  ])('is rejected from the origin %s', async (origin) => {
    const answers = await sendAll(['Host: localhost:6625', `Origin: ${origin}`]);

    expect(readStatuses(answers)).toEqual(rejected);
    for (const { body } of answers) expect(JSON.stringify(body)).toContain('A page of another origin');
  });

  it('is rejected with two origins, even if both are its own', async () => {
    const ours = 'Origin: http://localhost:6625';

    expect(readStatuses(await sendAll(['Host: localhost:6625', ours, ours]))).toEqual(rejected);
  });

  it.each(['same-site', 'cross-site'])('is accepted for a navigation from a %s page', async (site) => {
    const followed = [
      'User-Agent: Mozilla/5.0',
      'Referer: http://localhost:3000/',
      ...fetchMetadata(site, 'navigate', 'document'),
    ];

    expect(readStatuses(await sendAll(['Host: localhost:6625', ...followed]))).toEqual(accepted);
  });

  it.each([
    ['an image on a page of another port', 'same-site', 'no-cors', 'image'],
    ['an image on a page of another site', 'cross-site', 'no-cors', 'image'],
    ['a script', 'cross-site', 'no-cors', 'script'],
    ['a request of a script', 'same-site', 'cors', 'empty'],
    ['a frame', 'cross-site', 'navigate', 'iframe'],
    ['an embedded object', 'cross-site', 'navigate', 'object'],
    ['a document request that does not navigate', 'cross-site', 'no-cors', 'document'],
    ['a request with an unknown `Sec-Fetch-Site`', 'near-site', 'no-cors', 'image'],
  ])('is rejected for %s without an origin', async (_what, ...metadata) => {
    const answers = await sendAll(['Host: localhost:6625', ...fetchMetadata(...metadata)]);

    expect(readStatuses(answers)).toEqual(rejected);
    for (const { body } of answers) expect(JSON.stringify(body)).toContain('A page of another origin');
  });

  it.each([
    ['an image on one of its own pages', 'same-origin', 'no-cors', 'image'],
    ['a navigation that the user started', 'none', 'navigate', 'document'],
  ])('is accepted for %s', async (_what, ...metadata) => {
    expect(readStatuses(await sendAll(['Host: localhost:6625', ...fetchMetadata(...metadata)]))).toEqual(accepted);
  });

  it.each(['mock-alias:80', 'mock-alias:0080'])(
    'is accepted from an origin without the default port: `%s`',
    async (host) => {
      const answers = await sendAll([`Host: ${host}`, 'Origin: http://mock-alias']);

      expect(readStatuses(answers)).toEqual(accepted);
    },
  );

  it('is accepted from the origin of the public URL, whatever host the proxy sends', async () => {
    const host = 'Host: public.acme.test';
    const proxied = await sendAll([host, 'Origin: https://public.acme.test:8443'], publishedPort);

    expect(readStatuses(proxied)).toEqual(accepted);
  });
});

describe('a host name that is not loopback, for which browsers send no fetch metadata', () => {
  const BROWSER = 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0';
  const sendTo = async (host: string, headers: readonly string[], request = 'GET /_mock/clock', to = port) =>
    send(to, requestBytes(request, [`Host: ${host}`, ...headers]), request.startsWith('HEAD'));
  const HOSTS = ['0.0.0.0:6625', '192.168.1.5:6625', 'mock-alias:6625', '[fe80::1]:6625'];

  it.each(HOSTS)('is rejected for a frame of the control API: %s', async (host) => {
    for (const request of [
      'GET /_mock/clock',
      'HEAD /_mock/clock',
      'GET /%5Fmock/clock',
      'GET /w/default/_mock/clock',
    ]) {
      expect((await sendTo(host, [BROWSER], request)).status).toBe(403);
      expect((await sendTo(host, [BROWSER, 'Referer: http://evil.test/'], request)).status).toBe(403);
    }
    const { body } = await sendTo(host, [BROWSER]);
    expect(body.detail).toContain('Open the console at `/`');
  });

  it.each([
    ['a program', []],
    ['a page of the mock, by its referrer', [BROWSER, 'Referer: http://192.168.1.5:6625/docs/runai']],
    ['a page of the mock, by its origin', [BROWSER, 'Origin: http://192.168.1.5:6625']],
    ['a page of the mock, by its own header', [BROWSER, 'X-Mock-Console: 1']],
    ['a page with fetch metadata, as over https', [BROWSER, 'Sec-Fetch-Site: same-origin']],
  ])('lets %s call the control API', async (_who, headers) => {
    expect((await sendTo('192.168.1.5:6625', headers)).status).toBe(200);
  });

  it('lets a page that `--cors` allows call the control API, but not read the response', async () => {
    const allowing = await testServer({ cors: ['http://app.test'] });
    const headers = { host: '192.168.1.5', 'user-agent': 'Mozilla/5.0', referer: 'http://app.test/page' };
    const answer = await allowing.call('GET /_mock/clock', { headers });

    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('is accepted if a user opens pages and services directly', async () => {
    expect((await sendTo('192.168.1.5:6625', [BROWSER], 'GET /')).status).toBe(200);
    expect((await sendTo('192.168.1.5:6625', [BROWSER], 'GET /api/v1/access-keys')).status).toBe(401);
  });

  it.each(['localhost:6625', 'world.localhost', '127.0.0.1:6625', '127.9.9.9', '[::1]:6625'])(
    'differs from a loopback host, which is accepted without fetch metadata: %s',
    async (host) => {
      await server.call('POST /_mock/worlds', { body: { id: 'world' } });

      expect((await sendTo(host, [BROWSER])).status).toBe(200);
    },
  );
});

describe('no other origin can frame or load', () => {
  it.each([
    ['a response of the control API', 'GET /_mock/clock', 200],
    ['a response at an escaped path', 'GET /%5Fmock/clock', 200],
    ['a response of a world', 'GET /w/default/_mock/clock', 200],
    ['the cast', 'GET /_mock/cast', 200],
    ['the requests', 'GET /_mock/requests', 200],
    ['the archive of requests', 'GET /_mock/requests/har', 200],
    ['an error of the control API', 'GET /_mock/clock?unknown=1', 400],
    ['an unknown path of the control API', 'GET /_mock/nothing', 404],
    ['a path of the control API that cannot be decoded', 'GET /_mock/%zz', 400],
    ['the console', 'GET /', 200],
    ['a document', 'GET /openapi/runai.json', 200],
    ['the login page', 'GET /auth/realms/acme/protocol/openid-connect/auth', 400],
  ])('%s', async (_what, request, status) => {
    const { status: actual, headers } = await server.call(request);

    expect(actual).toBe(status);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });
});

describe('a request from a page of another origin', () => {
  it.each([
    ['for an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['with its origin', { origin: 'http://evil.test' }],
    ['with its own host name', { host: 'evil.test', referer: 'http://evil.test/' }],
  ])('%s triggers no fault and is only a warning in the log, once', async (_how, headers) => {
    const lines: string[] = [];
    const mock = await testServer(
      {},
      { log: (clock) => createLineLog('warn', false, clock, (line) => void lines.push(line)) },
    );
    const body = { match: { service: 'runai' }, times: 1, do: { status: 503, after: true, offDocument: true } };
    const { body: fault } = await mock.call('POST /_mock/faults', { body });

    for (const path of ['/api/v1/users', '/api/v1/nothing', '/api/v1/users?again']) {
      expect((await mock.call(`GET ${path}`, { headers })).status).toBe(403);
    }

    expect((await mock.call('GET /_mock/requests')).body.requests).toEqual([]);
    expect((await mock.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect((await mock.call('GET /_mock/faults')).body.faults).toMatchObject([{ id: fault.id, fired: 0 }]);
    expect(lines.filter((line) => line.includes(' warn '))).toEqual([expect.stringContaining('another origin')]);
  });
});

describe('the favicon', () => {
  it.each(['/favicon.ico', '/w/default/favicon.ico'])(
    'is served, and its requests are not in the journal: %s',
    async (path) => {
      const mock = await testServer();

      expect((await mock.call(`GET ${path}`)).status).toBe(200);
      expect((await mock.call('GET /_mock/requests')).body.requests).toEqual([]);
    },
  );
});
