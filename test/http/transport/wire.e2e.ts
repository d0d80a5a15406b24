/** Requests byte by byte, as clients and attackers send them. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Limits } from '../../../src/http/transport/limits.ts';
import { createLineLog } from '../../../src/lib/log.ts';
import { researcher } from '../../support/cast.ts';
import { hasLoopback6 } from '../../support/ports.ts';
import { problemDocument, runaiRefusal } from '../../support/refusal-shapes.ts';
import { START, testServer } from '../../support/server.ts';
import { forge } from '../../support/tokens.ts';
import { chunked, type Line, openLine, type Reply, requestBytes, send } from '../../support/wire.ts';

const HOST = 'Host: localhost:6625';
const JSON_TYPE = 'Content-Type: application/json';
const MEBIBYTE = 1024 * 1024;

const faults: string[] = [];
const startServer = async (limits: Partial<Limits> = {}) => {
  const log = createLineLog('error', false, { now: () => START }, (line) => void faults.push(line));
  const server = await testServer({ runaiKeyLimit: 1000 }, { limits, log: () => log });
  const { port } = await server.listen('127.0.0.1', 0);
  return { server, port };
};

const { port } = await startServer();
const { server: quick, port: quickPort } = await startServer({ idleTimeout: 150 });
const { port: strictPort } = await startServer({ headersTimeout: 800, checkingInterval: 50 });

const AUTHORIZATION = `Authorization: Bearer ${await forge()}`;
const { clientId, clientSecret } = researcher.accessKey;
const CREDENTIALS = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });

const health = requestBytes('GET /_mock/health', [HOST]);
const list = requestBytes('GET /api/v1/access-keys', [HOST, AUTHORIZATION]);
const grant = requestBytes('POST /api/v1/token', [HOST, JSON_TYPE], CREDENTIALS);

/** Every response on a connection until the server closes it. */
const readReplies = async (line: Line): Promise<Reply[]> => {
  const replies: Reply[] = [];
  for (let reply = await line.reply(); reply !== null; reply = await line.reply()) replies.push(reply);
  return replies;
};
const readStatuses = (replies: readonly (Reply | null)[]) => replies.map((reply) => reply?.status);

const expectGoodAnswers = async (from: number) => {
  const answers = [await send(from, health), await send(from, list), await send(from, grant)];
  expect(readStatuses(answers)).toEqual([200, 200, 200]);
  expect(faults).toEqual([]);
};

// An internal error fails the test that caused it.
afterEach(() => expect(faults).toEqual([]));
afterAll(() => expectGoodAnswers(port));

describe('invalid HTTP is rejected once and closes the connection:', () => {
  const run = (path: string, ...lines: string[]) => `GET ${path} HTTP/1.1\r\n${[HOST, ...lines].join('\r\n')}\r\n\r\n`;
  const post = (...lines: string[]) =>
    `POST /api/v1/token HTTP/1.1\r\n${[HOST, JSON_TYPE, ...lines].join('\r\n')}\r\n\r\n`;
  const KEYS = '/api/v1/access-keys';
  const much = 'x'.repeat(20_000);
  const runai = runaiRefusal;
  const plain = problemDocument;

  const rows: [label: string, bytes: string, status: number, shape: typeof runai][] = [
    ['a header that is too long, to Run:ai', run(KEYS, `X-Much: ${much}`), 431, runai],
    ['a header name that is too long, to Run:ai', run(KEYS, `${much}: x`), 431, runai],
    ['too many headers, to Run:ai', run(KEYS, ...Array<string>(3000).fill('X-Many: x')), 431, runai],
    ['a token that is too long, to Run:ai', run(KEYS, `Authorization: Bearer ${much}`), 431, runai],
    ['a header that is too long, to an unknown path', run('/nothing', `X-Much: ${much}`), 431, plain],
    ['a request line that is too long, to Run:ai', run(`${KEYS}/${much}`), 431, runai],
    ['a query that is too long, to Run:ai', run(`${KEYS}?x=${much}`), 431, runai],
    ['no `Host` in HTTP/1.1, to Run:ai', `GET ${KEYS} HTTP/1.1\r\n\r\n`, 400, runai],
    ['no `Host` in HTTP/1.1, to the control API', 'GET /_mock/health HTTP/1.1\r\n\r\n', 400, plain],
    ['an invalid `Host`, to Run:ai', `GET ${KEYS} HTTP/1.1\r\nHost: a b/c?d\r\n\r\n`, 400, runai],
    ['an invalid `Host`, to an unknown path', 'GET /nothing HTTP/1.1\r\nHost: a b/c?d\r\n\r\n', 400, plain],
    ['two `Host` headers, to Run:ai', run(KEYS, 'Host: evil.test'), 400, runai],
    ['garbage', '\x00\x01\x02\xfe\xff garbage\r\n\r\n', 400, plain],
    ['an invalid preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', 400, plain],
    ['a version that does not exist, to Run:ai', `GET ${KEYS} HTTP/9.9\r\n${HOST}\r\n\r\n`, 400, runai],
    ['an unknown method', `GRANT ${KEYS} HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, runai],
    ['a target that is not a path', `GET api/v1/token HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, plain],
    ['a path in raw UTF-8, to Run:ai', `GET ${KEYS}/\xc3\xa9 HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, runai],
    ['a header without a colon, to Run:ai', run(KEYS, 'no colon at all'), 400, runai],
    ['a space in a header name, to Run:ai', run(KEYS, 'X Y: x'), 400, runai],
    ['a NUL in a header, to Run:ai', run(KEYS, 'X-Nul: a\0b'), 400, runai],
    ['a length that is not a number', post('Content-Length: many'), 400, runai],
    ['a negative length', post('Content-Length: -1'), 400, runai],
    ['a length that is out of range', post(`Content-Length: ${'9'.repeat(30)}`), 400, runai],
    ['two lengths', `${post('Content-Length: 2', 'Content-Length: 4')}{}{}`, 400, runai],
    [
      'a length and chunked encoding',
      `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
      400,
      runai,
    ],
    ['a chunk without a size', `${post('Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`, 400, runai],
    ['a chunk longer than its size', `${post('Transfer-Encoding: chunked')}1\r\n{}\r\n0\r\n\r\n`, 400, runai],
  ];

  it.each(rows)('%s', async (_what, bytes, status, shape) => {
    const line = await openLine(port);
    line.send(Buffer.from(bytes, 'latin1'));
    const reply = (await line.reply()) as Reply;

    expect(reply.status).toBe(status);
    shape(reply);
    expect(reply.headers['connection']).toBe('close');
    expect(reply.decision).toBeNull();
    expect(await line.closed()).toBe('');
  });

  it('a header of 64 kB, even if it was not read completely', async () => {
    const line = await openLine(port);
    line.send(run(KEYS, `X-Much: ${'x'.repeat(64 * 1024)}`));
    const replies = await readReplies(line);

    for (const reply of replies) expect(reply.status).toBe(431);
    expect(replies.length).toBeLessThanOrEqual(1);
  });

  it('an endless header', async () => {
    const line = await openLine(port);
    line.send(`GET ${KEYS} HTTP/1.1\r\n${HOST}\r\nX-Endless: `);
    for (let count = 0; count < 64; count++) line.send('x'.repeat(4096));
    const replies = await readReplies(line);

    for (const reply of replies) expect(reply.status).toBe(431);
    expect(replies.length).toBeLessThanOrEqual(1);
  });

  it('a chunk without a size, in the error format of its request', async () => {
    const line = await openLine(port);
    line.send(post('Transfer-Encoding: chunked', 'Expect: 100-continue'));
    const interim = await line.reply();
    line.send('zz\r\n{}\r\n0\r\n\r\n');
    const reply = (await line.reply()) as Reply;

    expect([interim?.status, reply.status]).toEqual([100, 400]);
    expect(await line.closed()).toBe('');
    runaiRefusal(reply);
  });

  it('garbage after a valid request, which still gets a complete response', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([health, Buffer.from('complete garbage\r\n\r\n')]));
    const replies = await readReplies(line);

    expect([[200, 400], [400]]).toContainEqual(readStatuses(replies));
    expect(await line.closed()).toBe('');
  });

  it('CONNECT', async () => {
    const line = await openLine(port);
    line.send(`CONNECT localhost:80 HTTP/1.1\r\n${HOST}\r\n\r\n`);

    for (const reply of await readReplies(line)) expect(reply.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a body that does not arrive', () => {
  afterAll(() => expectGoodAnswers(quickPort));
  const head = (length: number) => requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, `Content-Length: ${length}`]);

  it.each([
    ['at all', head(100)],
    ['completely', Buffer.concat([head(100), Buffer.from('{"grantType":')])],
    [
      'up to its last chunk',
      requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked'], '2\r\n{}\r\n'),
    ],
    [
      'completely, with a token',
      requestBytes('POST /api/v1/access-keys', [HOST, JSON_TYPE, AUTHORIZATION, 'Content-Length: 100'], '{'),
    ],
  ])('%s: the connection is closed after the silence', async (_what, bytes) => {
    const line = await openLine(quickPort);
    line.send(bytes);

    expect(await line.closed()).toBe('');
  });

  it('is abandoned when the client ends its side of the connection', async () => {
    const line = await openLine(port);
    line.send(head(100));
    line.send('{"grantType":');
    line.finish();
    const replies = await readReplies(line);

    expect(replies.length).toBeLessThanOrEqual(1);
    for (const reply of replies) {
      expect(reply.status).toBe(400);
      runaiRefusal(reply);
    }
  });
});

describe('a silent connection', () => {
  it('is closed before a request and after a response', async () => {
    const [idle, used] = [await openLine(quickPort), await openLine(quickPort)];
    used.send(requestBytes('GET /_mock/health', [HOST]));

    expect((await used.reply())?.status).toBe(200);
    expect(await idle.closed()).toBe('');
  });

  it('stays open while its request waits for the response', async () => {
    const body = { match: { operation: 'get_access_keys' }, times: 1, do: { delay: '500ms' } };
    expect((await quick.call('POST /_mock/faults', { body })).status).toBe(201);
    const line = await openLine(quickPort);
    line.send(list);

    expect((await line.reply())?.status).toBe(200);
    line.drop();
  });

  it('stays open while it receives events', async () => {
    const { body } = await fetch(`http://127.0.0.1:${quickPort}/_mock/events`);
    await pause(500);
    await quick.call('POST /_mock/clock/advance', { body: { by: '1s' } });

    let text = '';
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.includes('event: clock')) break;
    }
    expect(text).toContain('event: clock');
  });
});

describe('incomplete headers', () => {
  afterAll(() => expectGoodAnswers(strictPort));
  const unfinished = `GET /api/v1/access-keys HTTP/1.1\r\n${HOST}\r\nX-Slow: `;
  const hosts = hasLoopback6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

  it.concurrent.each(hosts)('time out with 408 on %s', async (host) => {
    const line = await openLine(strictPort, host);
    line.send(unfinished);

    expect((await line.reply())?.status).toBe(408);
    expect(await line.closed()).toBe('');
  });

  it.concurrent('time out after a valid request', async () => {
    const line = await openLine(strictPort);
    line.send(Buffer.concat([health, Buffer.from(unfinished)]));

    expect(readStatuses(await readReplies(line))).toEqual([200, 408]);
  });

  it.concurrent('time out before their first byte', async () => {
    const line = await openLine(strictPort);
    const replies = await readReplies(line);

    expect([[408], []]).toContainEqual(readStatuses(replies));
  });

  it.concurrent('have another timeout than a slow body', async () => {
    const line = await openLine(strictPort);
    line.send(requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, `Content-Length: ${CREDENTIALS.length}`]));
    await pause(500);
    line.send(CREDENTIALS.slice(0, 10));
    await pause(500);
    line.send(CREDENTIALS.slice(10));

    expect((await line.reply())?.status).toBe(200);
  });
});

describe('a body that continues after a rejection', () => {
  it('is read to its end, and the next request on the connection gets its response', async () => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/access-keys', [HOST, JSON_TYPE, 'Content-Length: 300000'], 'x'.repeat(1000)));
    const refusal = await line.reply();
    line.send('x'.repeat(299_000));
    line.send(health);

    expect(refusal?.status).toBe(401);
    expect((await line.reply())?.body).toEqual({ status: 'ready' });
  });

  it('is read to its end in chunks, too', async () => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/nothing', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked'], '1\r\nx\r\n'));
    const refusal = await line.reply();
    line.send(chunked('x'.repeat(100_000)));
    line.send(health);

    expect(refusal?.status).toBe(404);
    expect((await line.reply())?.body).toEqual({ status: 'ready' });
  });

  it('is never parsed as a request', async () => {
    const reset = requestBytes('POST /_mock/reset', [HOST]).toString();
    const line = await openLine(port);
    for (const path of ['/api/v1/access-keys', '/api/v1/nothing', '/_mock/health']) {
      line.send(requestBytes(`POST ${path}`, [HOST, JSON_TYPE], reset.repeat(3)));
    }
    line.send(requestBytes('GET /_mock/clock', [HOST, 'Connection: close']));

    expect(readStatuses(await readReplies(line))).toEqual([401, 404, 405, 200]);
  });

  it.each([
    ['too large', 413, JSON_TYPE],
    ['of an unsupported content type', 415, 'Content-Type: text/plain'],
  ])('is read up to 16 MB if it is %s, and then the connection is closed', async (_what, status, type) => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/token', [HOST, type, `Content-Length: ${64 * MEBIBYTE}`], 'x'));
    const refusal = (await line.reply()) as Reply;
    for (let count = 0; count < 17; count++) line.send('x'.repeat(MEBIBYTE));

    expect(refusal.status).toBe(status);
    runaiRefusal(refusal);
    expect(await line.closed()).toBe('');
  });

  it('is not read if it becomes too large in chunks: the connection is closed', async () => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked']));
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    for (let count = 0; count < 64; count++) line.send(chunk);
    const replies = await readReplies(line);

    expect([[413], []]).toContainEqual(readStatuses(replies));
  });
});

describe('a client that disconnects', () => {
  const half = requestBytes('POST /api/v1/access-keys', [HOST, JSON_TYPE, AUTHORIZATION, 'Content-Length: 100'], '{');

  it.each([
    ['in the body', half],
    ['in a chunk', requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked'], 'ff\r\n{')],
    ['in the headers', 'POST /api/v1/token HTTP/1.1\r\nHost: loc'],
    ['in the request line', 'POST /api/'],
    ['before it sends anything', ''],
    ['before it reads the response', list],
  ])('%s does not affect other clients', async (_what, bytes) => {
    for (let count = 0; count < 10; count++) {
      const line = await openLine(port);
      line.send(bytes);
      line.drop();
    }

    expect((await send(port, health)).body).toEqual({ status: 'ready' });
  });

  it('in the body creates nothing', async () => {
    const before = (await send(port, list)).body;
    const line = await openLine(port);
    line.send(
      requestBytes(
        'POST /api/v1/access-keys',
        [HOST, JSON_TYPE, AUTHORIZATION, 'Content-Length: 20'],
        '{"name":"key"}',
      ),
    );
    line.drop();

    expect((await send(port, list)).body.accessKeys).toHaveLength(before.accessKeys.length);
  });
});

describe('pipelined requests', () => {
  it('get responses in their order', async () => {
    const line = await openLine(port);
    const unknown = requestBytes('GET /nothing', [HOST]);
    const bad = requestBytes('POST /api/v1/token', [HOST, JSON_TYPE], '{"broken"');
    const last = requestBytes('GET /_mock/health', [HOST, 'Connection: close']);
    line.send(Buffer.concat([health, grant, list, bad, unknown, list, last]));
    const replies = await readReplies(line);

    expect(readStatuses(replies)).toEqual([200, 200, 200, 400, 404, 200, 200]);
    expect(replies.map(({ body }) => Object.keys(body)[0])).toEqual([
      'status',
      'accessToken',
      'accessKeys',
      'code',
      'type',
      'accessKeys',
      'status',
    ]);
  });

  it('get a hundred responses one by one', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat(Array<Buffer>(100).fill(list)));
    const replies = [];
    for (let count = 0; count < 100; count++) replies.push(await line.reply());

    expect(new Set(readStatuses(replies))).toEqual(new Set([200]));
    expect(new Set(replies.map((reply) => reply?.decision.id)).size).toBe(100);
  });

  it('are separated after a response without a body', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([requestBytes('HEAD /api/v1/access-keys', [HOST, AUTHORIZATION]), health]));
    const head = await line.reply({ toHead: true });

    expect(head?.status).toBe(200);
    expect((await line.reply())?.body).toEqual({ status: 'ready' });
  });

  it('may arrive in single bytes', async () => {
    const line = await openLine(port);
    for (const byte of health) {
      line.send(Uint8Array.of(byte));
      await pause(0);
    }

    expect((await line.reply())?.status).toBe(200);
  });
});

describe('`Expect`', () => {
  const readFinal = async (line: Line) => {
    let reply = await line.reply();
    while (reply?.status === 100) reply = await line.reply();
    return reply;
  };

  it('with 100-continue gets an interim response, then the final response', async () => {
    const line = await openLine(port);
    line.send(
      requestBytes('POST /api/v1/token', [
        HOST,
        JSON_TYPE,
        `Content-Length: ${CREDENTIALS.length}`,
        'Expect: 100-continue',
      ]),
    );
    const interim = await line.reply();
    line.send(CREDENTIALS);
    const answer = await line.reply();

    expect(interim?.status).toBe(100);
    expect(answer?.status).toBe(200);
    expect(answer?.body.accessToken).toEqual(expect.any(String));
  });

  it.each([
    ['without a token', 401, '/api/v1/access-keys', [JSON_TYPE, 'Content-Length: 10']],
    ['with a body that is too large', 413, '/api/v1/token', [JSON_TYPE, `Content-Length: ${2 * MEBIBYTE}`]],
    ['with an unsupported content type', 415, '/api/v1/token', ['Content-Type: foo', 'Content-Length: 10']],
    ['to an unknown path', 404, '/api/v1/nothing', [JSON_TYPE, 'Content-Length: 10']],
  ])('with 100-continue %s is rejected without waiting for the body', async (_what, status, path, headers) => {
    const line = await openLine(port);
    line.send(requestBytes(`POST ${path}`, [HOST, ...headers, 'Expect: 100-continue']));
    const reply = (await readFinal(line)) as Reply;

    expect(reply.status).toBe(status);
    runaiRefusal(reply);
  });

  it('with an unknown value is rejected in the error format of the path', async () => {
    const reply = await send(port, requestBytes('GET /api/v1/access-keys', [HOST, AUTHORIZATION, 'Expect: wonders']));

    expect(reply.status).toBe(417);
    runaiRefusal(reply);
  });
});

describe('HTTP/1.0', () => {
  const buildOldRequest = (requestLine: string, ...lines: string[]) =>
    `${[`${requestLine} HTTP/1.0`, ...lines].join('\r\n')}\r\n\r\n`;

  it.each([
    ['GET /_mock/health', buildOldRequest('GET /_mock/health'), 200],
    ['GET /api/v1/access-keys', buildOldRequest('GET /api/v1/access-keys', AUTHORIZATION), 200],
    [
      'POST /api/v1/token',
      `${buildOldRequest('POST /api/v1/token', JSON_TYPE, `Content-Length: ${CREDENTIALS.length}`)}${CREDENTIALS}`,
      200,
    ],
    ['POST /api/v1/token without a length', `${buildOldRequest('POST /api/v1/token', JSON_TYPE)}`, 400],
  ])('%s gets a response, and the connection is closed', async (_what, bytes, status) => {
    const line = await openLine(port);
    line.send(bytes);
    const replies = await readReplies(line);

    expect(readStatuses(replies)).toEqual([status]);
    expect(replies[0]?.headers['content-length']).toBe(String(Buffer.byteLength(replies[0]?.text ?? '')));
  });

  it('keeps the connection open with `Connection: keep-alive`', async () => {
    const line = await openLine(port);
    const request = buildOldRequest('GET /_mock/health', 'Connection: keep-alive');
    line.send(request);
    const first = await line.reply();
    line.send(request);

    expect(readStatuses([first, await line.reply()])).toEqual([200, 200]);
  });
});

describe('a request target that is not a bare path:', () => {
  it.each([
    ['GET http://localhost:6625/_mock/health', 200],
    ['GET http://localhost:6625/api/v1/access-keys', 200],
  ])('%s is routed like its path', async (requestLine, status) => {
    expect((await send(port, requestBytes(requestLine, [HOST, AUTHORIZATION]))).status).toBe(status);
  });

  it('an absolute URL is rejected in the error format of its path', async () => {
    const reply = await send(port, requestBytes('GET http://localhost:6625/api/v1/nothing', [HOST]));

    expect(reply.status).toBe(404);
    runaiRefusal(reply);
  });

  it('`..` in a path is not resolved', async () => {
    const reply = await send(port, requestBytes('GET /api/v1/../../_mock/cast', [HOST]));

    expect(reply.status).toBe(404);
    runaiRefusal(reply);
  });

  it('an asterisk is an unknown path', async () => {
    const reply = await send(port, requestBytes('OPTIONS *', [HOST]));

    expect(reply.status).toBe(404);
    problemDocument(reply);
  });

  it('two leading slashes are an unknown path', async () => {
    const reply = await send(port, requestBytes('GET //api/v1/access-keys', [HOST, AUTHORIZATION]));

    expect(reply.status).toBe(404);
    problemDocument(reply);
  });
});

it('an upgrade to another protocol is ignored', async () => {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];

  expect((await send(port, requestBytes('GET /api/v1/access-keys', [HOST, AUTHORIZATION, ...upgrade]))).status).toBe(
    200,
  );
});
