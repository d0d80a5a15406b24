import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Answer, testServer } from '../../support/server.ts';
import { forge } from '../../support/tokens.ts';
import { openLine, type Reply, requestBytes, send } from '../../support/wire.ts';

const JSON_TYPE = 'Content-Type: application/json';
const hasLoopback6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

const server = await testServer({ alias: ['mock-alias', 'Mock.Internal'] });
const published = await testServer({ publicUrl: 'https://public.acme.test:8443', alias: ['mock-alias'] });
const { port } = await server.listen('127.0.0.1', 0);
const { port: publishedPort } = await published.listen('127.0.0.1', 0);

/** Requests to the control API, with the status of each if the origin guard lets it pass. */
const requests: [request: string, headers: string[], body: string, status: number][] = [
  ['GET /_mock/health', [], '', 200],
  ['GET /_mock/cast', [], '', 200],
  ['GET /_mock/decisions', [], '', 200],
  ['GET /_mock/decisions/no-such-id', [], '', 404],
  ['POST /_mock/reset', [], '', 200],
  ['POST /_mock/clock/advance', [JSON_TYPE], '{"by":"1ms"}', 200],
  ['POST /_mock/clock/advance', [JSON_TYPE], '{"by":', 400],
  ['POST /_mock/clock/advance', ['Content-Type: text/plain'], '{"by":"1ms"}', 415],
  ['GET /_mock', [], '', 200],
  ['GET /_mock/nothing', [], '', 404],
  ['POST /_mock/nothing', [JSON_TYPE], '{}', 404],
  ['DELETE /_mock/health', [], '', 405],
  ['OPTIONS /_mock/cast', [], '', 405],
  ['GET /_mock/decisions/%zz', [], '', 400],
];

/** A path that exists and an unknown path; a test below sends all requests. */
const SAMPLE = requests.filter(([request]) => ['GET /_mock/cast', 'POST /_mock/nothing'].includes(request));

/** Sends each of the requests with these header lines. */
const sendAll = async (headers: readonly string[], to = port, selected = requests) => {
  const answers: Reply[] = [];
  for (const [request, more, body] of selected)
    answers.push(await send(to, requestBytes(request, [...headers, ...more], body)));
  return answers;
};
const sendSample = (headers: readonly string[], to = port) => sendAll(headers, to, SAMPLE);
const listStatuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);
const SERVED_STATUSES = SAMPLE.map(([, , , status]) => status);
const REFUSED_STATUSES = SAMPLE.map(() => 403);

const expectNoCors = ({ headers }: Answer) => {
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
};

describe('the control API accepts the host', () => {
  it.each(['127.0.0.1', '8.8.8.8:6625', '[::1]', 'localhost', 'mock.internal:6625'])('%s', async (host) => {
    expect(listStatuses(await sendSample([`Host: ${host}`]))).toEqual(SERVED_STATUSES);
  });

  it.each(['Public.Acme.Test:1', 'mock-alias:1', 'localhost'])('%s if the server has a public URL', async (host) => {
    expect(listStatuses(await sendSample([`Host: ${host}`], publishedPort))).toEqual(SERVED_STATUSES);
  });

  it.runIf(hasLoopback6)('[::1] on ::1', async () => {
    const line = await openLine(port, '::1');
    line.send(requestBytes('GET /_mock/health', [`Host: [::1]:${port}`]));

    expect((await line.reply())?.body).toEqual({ status: 'ready' });
  });
});

it('every request to the control API is accepted for its own host and origin, and rejected for others', async () => {
  const own = ['Host: localhost:6625'];
  for (const headers of [own, [...own, 'Origin: http://localhost:6625']]) {
    const answers = await sendAll(headers);
    expect(listStatuses(answers)).toEqual(requests.map(([, , , status]) => status));
    for (const answer of answers) expectNoCors(answer);
  }
  for (const headers of [['Host: evil.test'], [...own, 'Origin: http://evil.test'], [...own, 'Origin: null']]) {
    const answers = await sendAll(headers);
    expect(listStatuses(answers)).toEqual(requests.map(() => 403));
    for (const answer of answers) expectNoCors(answer);
  }
});

describe('the control API rejects known and unknown paths under', () => {
  it.each(['evil.test', 'localhost.evil.test', 'internal', 'public.acme.test'])('the foreign host %s', async (host) => {
    const answers = await sendSample([`Host: ${host}`]);

    expect(listStatuses(answers)).toEqual(REFUSED_STATUSES);
    for (const answer of answers) {
      expect(problemDocument(answer)).toContain('--alias');
      expect(answer.decision).toBeNull();
      expectNoCors(answer);
    }
  });

  it('a foreign host if the server has a public URL', async () => {
    for (const host of ['evil.test', 'evil.test:8443', 'acme.test', 'x.y.public.acme.test', 'mock.internal']) {
      expect(listStatuses(await sendSample([`Host: ${host}`], publishedPort))).toEqual(REFUSED_STATUSES);
    }
  });

  it.each([
    ['an empty value', ''],
    ['two names', 'localhost evil.test'],
    ['a user name', 'evil@localhost'],
    ['an encoded name', '%6cocalhost'],
    ['IPv4 with a number too large', '127.0.0.256'],
  ])('a malformed `Host`: %s', async (_title, host) => {
    const answers = [...(await sendSample([`Host: ${host}`])), ...(await sendSample([`Host: ${host}`], publishedPort))];

    for (const answer of answers) {
      expect([400, 403]).toContain(answer.status);
      problemDocument(answer);
      expect(answer.decision).toBeNull();
    }
    expect(new Set(listStatuses(answers)).has(200)).toBe(false);
  });

  it('a foreign host with an encoded path or a query', async () => {
    for (const path of ['/%5fmock/cast', '/%5Fmock/cast', '/_%6Dock/cast', '/_mock/%63ast', '/_mock/cast?x=1']) {
      const answer = await send(port, requestBytes(`GET ${path}`, ['Host: evil.test']));

      expect(answer.status).toBe(403);
      problemDocument(answer);
    }
  });

  it('a foreign host with HEAD', async () => {
    const answer = await send(port, requestBytes('HEAD /_mock/health', ['Host: evil.test']), true);

    expect(answer.status).toBe(403);
  });

  it('a foreign host in HTTP/1.0', async () => {
    const line = await openLine(port);
    line.send('GET /_mock/cast HTTP/1.0\r\nHost: evil.test\r\n\r\n');

    expect((await line.reply())?.status).toBe(403);
  });
});

describe('a request from a browser page', () => {
  it('of the same origin is accepted, in any case', async () => {
    const headers = ['Host: LocalHost:6625', 'Origin: http://localhost:6625'];

    expect(listStatuses(await sendSample(headers))).toEqual(SERVED_STATUSES);
  });

  it.each([
    ['another port', 'http://localhost:3000'],
    ['another name of the same machine', 'http://127.0.0.1:6625'],
    ['a host with the own host as suffix', 'http://evil.localhost:6625'],
    ['a path', 'http://localhost:6625/'],
    ['a user', 'http://evil@localhost:6625'],
  ])('of another origin is rejected: %s', async (_title, origin) => {
    const answers = await sendSample(['Host: localhost:6625', `Origin: ${origin}`]);

    expect(listStatuses(answers)).toEqual(REFUSED_STATUSES);
    for (const answer of answers) {
      expect(problemDocument(answer)).toMatch(/origin/);
      expect(answer.decision).toBeNull();
      expectNoCors(answer);
    }
  });

  it('of the same origin under a foreign host is rejected, as in DNS rebinding', async () => {
    expect(listStatuses(await sendSample(['Host: evil.test:6625', 'Origin: http://evil.test:6625']))).toEqual(
      REFUSED_STATUSES,
    );
  });

  it('that is rejected changes nothing', async () => {
    const before = await server.call('GET /_mock/clock');
    const { body: created } = await server.call('POST /api/v1/access-keys', {
      token: await forge(),
      body: { name: 'still-there' },
    });
    for (const headers of [
      ['Host: evil.test'],
      ['Host: localhost:6625', 'Origin: http://evil.test'],
      ['Host: localhost:6625', 'Origin: null'],
    ]) {
      await send(port, requestBytes('POST /_mock/clock/advance', [...headers, JSON_TYPE], '{"by":"1h"}'));
      await send(port, requestBytes('POST /_mock/reset', headers));
    }
    const key = await server.call(`GET /api/v1/access-keys/${created.id}`, { token: await forge() });

    expect((await server.call('GET /_mock/clock')).body).toEqual(before.body);
    expect(key.status).toBe(200);
  });
});

describe('no answer has a CORS header', () => {
  const preflight = [
    'Access-Control-Request-Method: POST',
    'Access-Control-Request-Headers: content-type',
    'Access-Control-Request-Private-Network: true',
  ];

  it.each(['/_mock/health', '/_mock/reset', '/_mock/clock/advance', '/_mock/nothing', '/_mock'])(
    'to OPTIONS %s, which is rejected for any origin',
    async (path) => {
      const sendPreflight = (origin: string) =>
        send(port, requestBytes(`OPTIONS ${path}`, ['Host: localhost:6625', `Origin: ${origin}`, ...preflight]));
      const [foreign, none, same] = [
        await sendPreflight('http://evil.test'),
        await sendPreflight('null'),
        await sendPreflight('http://localhost:6625'),
      ];

      expect([foreign.status, none.status]).toEqual([403, 403]);
      expect([404, 405]).toContain(same.status);
      for (const answer of [foreign, none, same]) expectNoCors(answer);
    },
  );
});

describe('the control API accepts only JSON', () => {
  it.each([
    ['no type', []],
    ['text/plain', ['Content-Type: text/plain']],
  ])('and rejects %s with 415, even for calls that need no body', async (_title, types) => {
    const before = await server.call('GET /_mock/clock');
    const headers = ['Host: localhost:6625', ...types];
    const answers = [
      await send(port, requestBytes('POST /_mock/clock/advance', headers, '{"by":"1h"}')),
      await send(port, requestBytes('POST /_mock/reset', headers, '{}')),
    ];

    expect(listStatuses(answers)).toEqual([415, 415]);
    for (const answer of answers) expect(problemDocument(answer)).toContain('application/json');
    expect((await server.call('GET /_mock/clock')).body).toEqual(before.body);
  });

  it('and checks the host before the content type', async () => {
    const answer = await send(
      port,
      requestBytes('POST /_mock/clock/advance', ['Host: evil.test', 'Content-Type: text/plain'], '{"by":"1h"}'),
    );

    expect(answer.status).toBe(403);
  });
});

it('only the calls that SECURITY.md lists are accepted without the admin token', async () => {
  const guarded = await testServer({ adminToken: 'a-long-admin-token' });
  const { body: document } = await guarded.call('GET /openapi/control.json');
  const open: string[] = [];
  for (const [path, methods] of Object.entries<object>(document.paths)) {
    for (const method of Object.keys(methods).filter((name) => /^(get|post|put|patch|delete)$/.test(name))) {
      const { status } = await guarded.call(`${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`);
      if (status !== 401) open.push(path);
    }
  }
  const security = readFileSync(new URL('../../../SECURITY.md', import.meta.url), 'utf8');

  expect(open).toHaveLength(2);
  for (const path of open) expect(security).toContain(`\`${path}\``);
});
