import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createKnownHosts } from '../../../src/addresses/hosts.ts';
import { createOriginGuard } from '../../../src/http/transport/origins.ts';
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

/** A request of each plane, with how it is answered when it may come in. */
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

/** One of each kind: what lets a request in does not depend on its path, as the tests of all of them say. */
const SOME = REQUESTS.filter(({ request }) => /\/(?:token|simulations\/|nothing|)$/.test(request));

async function answersTo(headers: readonly string[], to = port, requests = SOME) {
  const answers = [];
  for (const one of requests) {
    answers.push(await send(to, requestBytes(one.request, [...headers, ...one.headers], one.body)));
  }
  return answers;
}

const served = SOME.map(({ status }) => status);
const refused = SOME.map(() => 403);
const fetchMetadata = (site: string, mode: string, dest: string) => [
  `Sec-Fetch-Site: ${site}`,
  `Sec-Fetch-Mode: ${mode}`,
  `Sec-Fetch-Dest: ${dest}`,
];
const statusesOf = (answers: readonly { readonly status: number }[]) => answers.map(({ status }) => status);

describe('a target with a host name of its own', () => {
  const targeting = (host: string, { request, headers, body }: (typeof REQUESTS)[number], ...more: string[]) => {
    const absolute = request.replace(' /', ` http://${host}/`);
    return send(port, requestBytes(absolute, [...more, ...headers], body));
  };

  it('is judged by that name, and not by the one of `Host`', async () => {
    for (const one of REQUESTS) {
      const page = 'Referer: http://evil.test/';
      expect((await targeting('evil.test', one, 'Host: localhost', page)).status).toBe(403);
      expect((await targeting('localhost', one, 'Host: evil.test', page)).status).toBe(one.status);
    }
  });

  it('reaches the world of that name, and not the one of `Host`', async () => {
    const [request] = REQUESTS;
    const there = await targeting('nobody.localhost', request as (typeof REQUESTS)[number], 'Host: localhost');

    expect(there.status).toBe(404);
    expect(JSON.stringify(there.body)).toContain('no world `nobody`');
  });
});

describe('two `Host` lines', () => {
  it.each([
    ['as it was started', port],
    ['with a public URL', publishedPort],
  ])('are refused on every path: %s', async (_how, to) => {
    for (const second of ['Host: localhost', 'Host: evil.test']) {
      const answers = await answersTo(['Host: localhost', second], to, REQUESTS);
      expect(statusesOf(answers)).toEqual(REQUESTS.map(() => 400));
    }
  });
});

it('a missing admin token is refused, whatever the token is', () => {
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

describe('under a host name that the mock does not know', () => {
  it.each(['evil.test', 'acme.run.ai', 'localhost.evil.test', 'x', 'api.nvcf.nvidia.com:443'])(
    'programs are served: %s',
    async (host) => {
      const program = [`Host: ${host}`, 'User-Agent: node', 'Sec-Fetch-Mode: cors', 'Accept: */*'];

      expect(statusesOf(await answersTo(program))).toEqual(served);
    },
  );

  it.each([
    ['its origin', 'Origin: http://evil.test'],
    ['an origin that is none', 'Origin: null'],
    ['the page before', 'Referer: http://evil.test/'],
    ['where it comes from', 'Sec-Fetch-Site: same-origin'],
    ['its name', 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0'],
  ])('what a browser sends for a page is refused, known by %s', async (_by, mark) => {
    const answers = await answersTo(['Host: evil.test', mark]);

    expect(statusesOf(answers)).toEqual(refused);
    for (const { body } of answers) expect(JSON.stringify(body)).toMatch(/host name `evil.test`.*--alias NAME/);
  });

  it('it is refused in the form of the path', async () => {
    const page = ['Host: evil.test', 'Origin: null'];
    const [token, keys, air, nvcf, , , , nobody, document] = await answersTo(page, port, REQUESTS);
    for (const answer of [token, keys]) runaiRefusal(answer as NonNullable<typeof answer>);
    expect(air?.body).toMatchObject({ detail: expect.stringContaining('host name') });
    expect(nvcf?.body).toMatchObject({ status: 403, detail: expect.stringContaining('host name') });
    for (const answer of [nobody, document]) problemDocument(answer as NonNullable<typeof answer>);
    for (const answer of [token, keys, air, nvcf, nobody]) expect(answer?.decision).toBeNull();
  });

  it('a function has its host there for programs, and not for pages', async () => {
    const key = `Authorization: Bearer ${castKey('nvcf-full-access').key}`;
    const invoke = (...headers: string[]) => send(port, requestBytes('POST /echo', [...headers, key, JSON_TYPE], '{}'));

    expect((await invoke(`Host: ${invocation}.evil.test`)).status).toBe(200);
    expect((await invoke(`Host: ${invocation}.evil.test`, 'Origin: http://evil.test')).status).toBe(403);
    expect((await invoke(`Host: ${invocation}.localhost`, `Origin: http://${invocation}.localhost`)).status).toBe(200);
    expect((await invoke(`Host: ${invocation}.mock-alias`, 'User-Agent: Mozilla/5.0')).status).toBe(200);
  });
});

describe('under a known name', () => {
  it.each(['localhost', 'localhost:6625', '127.0.0.1:6625', '[::1]:6625', 'mock-alias:6625'])(
    'browsers are served from pages of that origin: %s',
    async (host) => {
      const browser = ['User-Agent: Mozilla/5.0', 'Sec-Fetch-Site: same-origin', `Referer: http://${host}/docs`];

      expect(statusesOf(await answersTo([`Host: ${host}`, ...browser, `Origin: http://${host}`]))).toEqual(served);
    },
  );

  it.each([
    'http://localhost:3000',
    'http://evil.test',
    'null',
    'https://localhost:6626',
    'http://localhost:6625.evil.test',
  ])('the origin %s is foreign', async (origin) => {
    const answers = await answersTo(['Host: localhost:6625', `Origin: ${origin}`]);

    expect(statusesOf(answers)).toEqual(refused);
    for (const { body } of answers) expect(JSON.stringify(body)).toContain('A page of another origin');
  });

  it('two origins are foreign, although both are ours', async () => {
    const ours = 'Origin: http://localhost:6625';

    expect(statusesOf(await answersTo(['Host: localhost:6625', ours, ours]))).toEqual(refused);
  });

  it.each(['same-site', 'cross-site'])('a link from a %s page may be followed', async (site) => {
    const followed = [
      'User-Agent: Mozilla/5.0',
      'Referer: http://localhost:3000/',
      ...fetchMetadata(site, 'navigate', 'document'),
    ];

    expect(statusesOf(await answersTo(['Host: localhost:6625', ...followed]))).toEqual(served);
  });

  it.each([
    ['an image of a page of another port', 'same-site', 'no-cors', 'image'],
    ['an image of a page of another site', 'cross-site', 'no-cors', 'image'],
    ['a script', 'cross-site', 'no-cors', 'script'],
    ['a request of a script', 'same-site', 'cors', 'empty'],
    ['a frame', 'cross-site', 'navigate', 'iframe'],
    ['an embedded object', 'cross-site', 'navigate', 'object'],
    ['something that navigates nowhere', 'cross-site', 'no-cors', 'document'],
    ['something whose site nobody knows yet', 'near-site', 'no-cors', 'image'],
  ])('%s is refused, although it says no origin', async (_what, ...metadata) => {
    const answers = await answersTo(['Host: localhost:6625', ...fetchMetadata(...metadata)]);

    expect(statusesOf(answers)).toEqual(refused);
    for (const { body } of answers) expect(JSON.stringify(body)).toContain('A page of another origin');
  });

  it.each([
    ['an image of one of its own pages', 'same-origin', 'no-cors', 'image'],
    ['what a person asks the browser for', 'none', 'navigate', 'document'],
  ])('%s is served', async (_what, ...metadata) => {
    expect(statusesOf(await answersTo(['Host: localhost:6625', ...fetchMetadata(...metadata)]))).toEqual(served);
  });

  it.each(['mock-alias:80', 'mock-alias:0080'])('a page is of the host `%s` without the default port', async (host) => {
    const answers = await answersTo([`Host: ${host}`, 'Origin: http://mock-alias']);

    expect(statusesOf(answers)).toEqual(served);
  });

  it('the public URL is an origin of its own, whatever name the proxy sends', async () => {
    const host = 'Host: public.acme.test';
    const proxied = await answersTo([host, 'Origin: https://public.acme.test:8443'], publishedPort);

    expect(statusesOf(proxied)).toEqual(served);
  });
});

describe('under a host that is not loopback, where browsers do not say for which page they ask', () => {
  const BROWSER = 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0';
  const ask = async (host: string, headers: readonly string[], request = 'GET /_mock/clock', to = port) =>
    send(to, requestBytes(request, [`Host: ${host}`, ...headers]), request.startsWith('HEAD'));
  const HOSTS = ['0.0.0.0:6625', '192.168.1.5:6625', 'mock-alias:6625', '[fe80::1]:6625'];

  it.each(HOSTS)('the control API refuses a frame: %s', async (host) => {
    for (const request of [
      'GET /_mock/clock',
      'HEAD /_mock/clock',
      'GET /%5Fmock/clock',
      'GET /w/default/_mock/clock',
    ]) {
      expect((await ask(host, [BROWSER], request)).status).toBe(403);
      expect((await ask(host, [BROWSER, 'Referer: http://evil.test/'], request)).status).toBe(403);
    }
    const { body } = await ask(host, [BROWSER]);
    expect(body.detail).toContain('Open the console at `/`');
  });

  it.each([
    ['a program', []],
    ['a page of the mock, by its referrer', [BROWSER, 'Referer: http://192.168.1.5:6625/docs/runai']],
    ['a page of the mock, by its origin', [BROWSER, 'Origin: http://192.168.1.5:6625']],
    ['a page of the mock, by its own header', [BROWSER, 'X-Mock-Console: 1']],
    ['a page of a browser that says so, as it does over https', [BROWSER, 'Sec-Fetch-Site: same-origin']],
  ])('it answers %s', async (_who, headers) => {
    expect((await ask('192.168.1.5:6625', headers)).status).toBe(200);
  });

  it('it answers pages that `--cors` allows, but lets none of them read the answer', async () => {
    const allowing = await testServer({ cors: ['http://app.test'] });
    const headers = { host: '192.168.1.5', 'user-agent': 'Mozilla/5.0', referer: 'http://app.test/page' };
    const answer = await allowing.call('GET /_mock/clock', { headers });

    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('pages and the services are open to a person who types the address', async () => {
    expect((await ask('192.168.1.5:6625', [BROWSER], 'GET /')).status).toBe(200);
    expect((await ask('192.168.1.5:6625', [BROWSER], 'GET /api/v1/access-keys')).status).toBe(401);
  });

  it.each(['localhost:6625', 'world.localhost', '127.0.0.1:6625', '127.9.9.9', '[::1]:6625'])(
    'under loopback hosts browsers do say it, so old ones are served: %s',
    async (host) => {
      await server.call('POST /_mock/worlds', { body: { id: 'world' } });

      expect((await ask(host, [BROWSER])).status).toBe(200);
    },
  );
});

describe('no page of another origin shows or loads', () => {
  it.each([
    ['an answer of the control API', 'GET /_mock/clock', 200],
    ['one under an escaped path', 'GET /%5Fmock/clock', 200],
    ['one of a world', 'GET /w/default/_mock/clock', 200],
    ['a text of it', 'GET /_mock/metrics', 200],
    ['a refusal of it', 'GET /_mock/clock?unknown=1', 400],
    ['a path that it does not have', 'GET /_mock/nothing', 404],
    ['a path of it that cannot be decoded', 'GET /_mock/%zz', 400],
    ['the console', 'GET /', 200],
    ['a document', 'GET /openapi/runai.json', 200],
    ['the login page', 'GET /auth/realms/acme/protocol/openid-connect/auth', 400],
  ])('%s', async (_what, request, status) => {
    const { status: answered, headers } = await server.call(request);

    expect(answered).toBe(status);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });
});

describe('what A page of another origin sends', () => {
  it.each([
    ['as an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['with its origin', { origin: 'http://evil.test' }],
    ['under a name of its own', { host: 'evil.test', referer: 'http://evil.test/' }],
  ])('%s uses up no fault and is no request of the journal, but a finding', async (_how, headers) => {
    const mock = await testServer();
    const body = { match: { service: 'runai' }, times: 1, do: { status: 503, after: true, offDocument: true } };
    const { body: fault } = await mock.call('POST /_mock/faults', { body });

    for (const path of ['/api/v1/users', '/api/v1/nothing', '/api/v1/users?again']) {
      expect((await mock.call(`GET ${path}`, { headers })).status).toBe(403);
    }

    expect((await mock.call('GET /_mock/requests')).body.requests).toEqual([]);
    expect((await mock.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect((await mock.call('GET /_mock/faults')).body.faults).toMatchObject([{ id: fault.id, fired: 0 }]);
    expect((await mock.call('GET /_mock/findings')).body.findings).toMatchObject([{ kind: 'foreign_page', count: 3 }]);
  });
});

describe('the icon that browsers ask for by themselves', () => {
  it.each(['/favicon.ico', '/w/default/favicon.ico'])('is there, and in no journal: %s', async (path) => {
    const mock = await testServer();

    expect((await mock.call(`GET ${path}`)).status).toBe(200);
    expect((await mock.call('GET /_mock/requests')).body.requests).toEqual([]);
  });
});

describe('what a user stored', () => {
  it('is sent as a file, which no browser runs as a page of the mock', async () => {
    const token = castKey('nvcf-full-access').key;
    const body = { contentType: 'text/html', description: 'a page' };
    const made = await server.call('POST /v2/nvcf/assets', { token, body });
    const { uploadUrl } = made.body;
    const path = new URL(uploadUrl).pathname + new URL(uploadUrl).search;
    const headers = { 'content-type': 'text/html', 'x-amz-meta-nvcf-asset-description': 'a page' };
    const stored = await server.app.inject({ method: 'PUT', url: path, headers, payload: '<script>alert(1)</script>' });
    expect(stored.statusCode).toBe(200);

    const sent = await server.app.inject({ method: 'GET', url: path });
    expect(sent).toMatchObject({
      statusCode: 200,
      headers: {
        'content-type': 'text/html',
        'content-disposition': 'attachment',
        'content-security-policy': 'sandbox',
        'x-content-type-options': 'nosniff',
      },
    });
  });
});

describe('pages', () => {
  it.each(['/docs', '/docs/runai/', '/docs/runai/static/swagger-ui.css'])(
    '%s cannot be framed, and loads nothing foreign',
    async (url) => {
      const { statusCode, headers } = await server.app.inject({ method: 'GET', url, headers: { host: 'localhost' } });

      expect(statusCode).toBe(200);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
    },
  );
});
