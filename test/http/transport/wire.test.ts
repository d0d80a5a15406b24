/** Requests byte by byte, as clients and attackers send them. */
import { networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/diagnostics/log.ts';
import type { Limits } from '../../../src/http/transport/limits.ts';
import { researcher } from '../../support/cast.ts';
import { problemDocument, runaiRefusal } from '../../support/refusal-shapes.ts';
import { START, testServer } from '../../support/server.ts';
import { forge } from '../../support/tokens.ts';
import { chunked, type Line, openLine, type Reply, requestBytes, send } from '../../support/wire.ts';

const HOST = 'Host: localhost:6625';
const JSON_TYPE = 'Content-Type: application/json';
const MEBIBYTE = 1024 * 1024;
const hasLoopback6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

const faults: string[] = [];
const listening = async (limits: Partial<Limits> = {}) => {
  const log = createLineLog('error', false, { now: () => START }, (line) => void faults.push(line));
  const server = await testServer({ runaiKeyLimit: 1000 }, { limits, log: () => log });
  const { port } = await server.listen('127.0.0.1', 0);
  return { server, port };
};

const { server, port } = await listening();
const { server: quick, port: quickPort } = await listening({ silence: 150 });
const { port: strictPort } = await listening({ headersTimeout: 800, checkingInterval: 50 });

const AUTHORIZATION = `Authorization: Bearer ${await forge()}`;
const { clientId, clientSecret } = researcher.accessKey;
const CREDENTIALS = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });

const health = requestBytes('GET /_mock/health', [HOST]);
const list = requestBytes('GET /api/v1/access-keys', [HOST, AUTHORIZATION]);
const grant = requestBytes('POST /api/v1/token', [HOST, JSON_TYPE], CREDENTIALS);

/** Every answer on a line until the server closes it. */
const repliesOf = async (line: Line): Promise<Reply[]> => {
  const replies: Reply[] = [];
  for (let reply = await line.reply(); reply !== null; reply = await line.reply()) replies.push(reply);
  return replies;
};
const statusesOf = (replies: readonly (Reply | null)[]) => replies.map((reply) => reply?.status);

const expectGoodAnswers = async (from: number) => {
  const answers = [await send(from, health), await send(from, list), await send(from, grant)];
  expect(statusesOf(answers)).toEqual([200, 200, 200]);
  expect(faults).toEqual([]);
};

// A server that went wrong inside is told at once, by the test that did it.
afterEach(() => expect(faults).toEqual([]));
afterAll(() => expectGoodAnswers(port));

describe('what is no HTTP is refused once, and the line is closed:', () => {
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
    ['a header that is too long, to the switchboard', run('/_mock/health', `X-Much: ${much}`), 431, plain],
    ['a header that is too long, to nobody', run('/nothing', `X-Much: ${much}`), 431, plain],
    ['a request line that is too long, to Run:ai', run(`${KEYS}/${much}`), 431, runai],
    ['a query that is too long, to Run:ai', run(`${KEYS}?x=${much}`), 431, runai],
    ['a request line that is too long, to the switchboard', run(`/_mock/decisions/${much}`), 431, plain],
    ['a request line that is too long, to nobody', run(`/${much}`), 431, plain],
    ['no `Host` in HTTP/1.1, to Run:ai', `GET ${KEYS} HTTP/1.1\r\n\r\n`, 400, runai],
    ['no `Host` in HTTP/1.1, to the switchboard', 'GET /_mock/health HTTP/1.1\r\n\r\n', 400, plain],
    ['an empty `Host`, to Run:ai', `GET ${KEYS} HTTP/1.1\r\nHost:\r\n\r\n`, 400, runai],
    ['a `Host` that is none, to Run:ai', `GET ${KEYS} HTTP/1.1\r\nHost: a b/c?d\r\n\r\n`, 400, runai],
    ['a `Host` that is none, to nobody', 'GET /nothing HTTP/1.1\r\nHost: a b/c?d\r\n\r\n', 400, plain],
    ['two `Host` headers, to Run:ai', run(KEYS, 'Host: evil.test'), 400, runai],
    ['garbage', '\x00\x01\x02\xfe\xff garbage\r\n\r\n', 400, plain],
    ['garbage of one line', 'garbage\r\n\r\n', 400, plain],
    ['the preface of another HTTP/2', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', 400, plain],
    ['a version that does not exist, to Run:ai', `GET ${KEYS} HTTP/9.9\r\n${HOST}\r\n\r\n`, 400, runai],
    ['an unknown method', `GRANT ${KEYS} HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, runai],
    ['a target that is no path', `GET api/v1/token HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, plain],
    ['a path in raw UTF-8, to Run:ai', `GET ${KEYS}/\xc3\xa9 HTTP/1.1\r\n${HOST}\r\n\r\n`, 400, runai],
    ['a header without a colon, to Run:ai', run(KEYS, 'no colon at all'), 400, runai],
    ['a space in a header name, to Run:ai', run(KEYS, 'X Y: x'), 400, runai],
    ['a NUL in a header, to Run:ai', run(KEYS, 'X-Nul: a\0b'), 400, runai],
    ['a length that is no number', post('Content-Length: many'), 400, runai],
    ['a negative length', post('Content-Length: -1'), 400, runai],
    ['a length beyond all numbers', post(`Content-Length: ${'9'.repeat(30)}`), 400, runai],
    ['two lengths', `${post('Content-Length: 2', 'Content-Length: 4')}{}{}`, 400, runai],
    ['a length and chunks', `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`, 400, runai],
    ['a coding that is not chunks', post('Transfer-Encoding: gzip'), 400, runai],
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

  it('a header of 64 kB, although not all of it may have been read', async () => {
    const line = await openLine(port);
    line.send(run(KEYS, `X-Much: ${'x'.repeat(64 * 1024)}`));
    const replies = await repliesOf(line);

    for (const reply of replies) expect(reply.status).toBe(431);
    expect(replies.length).toBeLessThanOrEqual(1);
  });

  it('a header that goes on and on', async () => {
    const line = await openLine(port);
    line.send(`GET ${KEYS} HTTP/1.1\r\n${HOST}\r\nX-Endless: `);
    for (let count = 0; count < 64; count++) line.send('x'.repeat(4096));
    const replies = await repliesOf(line);

    for (const reply of replies) expect(reply.status).toBe(431);
    expect(replies.length).toBeLessThanOrEqual(1);
  });

  it('a chunk without a size, in the words of the request that it is part of', async () => {
    const line = await openLine(port);
    line.send(post('Transfer-Encoding: chunked', 'Expect: 100-continue'));
    const interim = await line.reply();
    line.send('zz\r\n{}\r\n0\r\n\r\n');
    const reply = (await line.reply()) as Reply;

    expect([interim?.status, reply.status]).toEqual([100, 400]);
    expect(await line.closed()).toBe('');
    runaiRefusal(reply);
  });

  it('garbage behind a good request: every answer is whole, and the last is the refusal', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([health, Buffer.from('complete garbage\r\n\r\n')]));
    const replies = await repliesOf(line);

    expect([[200, 400], [400]]).toContainEqual(statusesOf(replies));
    expect(await line.closed()).toBe('');
  });

  it('CONNECT', async () => {
    const line = await openLine(port);
    line.send(`CONNECT localhost:80 HTTP/1.1\r\n${HOST}\r\n\r\n`);

    for (const reply of await repliesOf(line)) expect(reply.status).toBeGreaterThanOrEqual(400);
  });
});

describe('two `Authorization` headers', () => {
  it.each([
    ['the same twice', [AUTHORIZATION, AUTHORIZATION]],
    ['a good one first', [AUTHORIZATION, 'Authorization: Bearer other']],
    ['a good one last', ['authorization: Basic eA==', AUTHORIZATION]],
    ['with others between them', [AUTHORIZATION, 'Accept: */*', AUTHORIZATION.toUpperCase()]],
    ['an empty one', [AUTHORIZATION, 'Authorization:']],
  ])('are refused on the wire: %s', async (_what, headers) => {
    const reply = await send(port, requestBytes('GET /api/v1/access-keys', [HOST, ...headers]));

    expect(reply.status).toBe(401);
    runaiRefusal(reply);
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(reply.decision.reason).toBe('multiple_authorization');
  });
});

describe('a body that does not come', () => {
  afterAll(() => expectGoodAnswers(quickPort));
  const head = (length: number) => requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, `Content-Length: ${length}`]);

  it.each([
    ['at all', head(100)],
    ['as a whole', Buffer.concat([head(100), Buffer.from('{"grantType":')])],
    [
      'to its last chunk',
      requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked'], '2\r\n{}\r\n'),
    ],
    [
      'as a whole, with a token',
      requestBytes('POST /api/v1/access-keys', [HOST, JSON_TYPE, AUTHORIZATION, 'Content-Length: 100'], '{'),
    ],
  ])('%s: its connection is closed after a silence', async (_what, bytes) => {
    const line = await openLine(quickPort);
    line.send(bytes);

    expect(await line.closed()).toBe('');
  });

  it('is given up when the client says that nothing more will come', async () => {
    const line = await openLine(port);
    line.send(head(100));
    line.send('{"grantType":');
    line.finish();
    const replies = await repliesOf(line);

    expect(replies.length).toBeLessThanOrEqual(1);
    for (const reply of replies) {
      expect(reply.status).toBe(400);
      runaiRefusal(reply);
    }
  });
});

describe('a silent connection', () => {
  it('is closed before a request, and after one', async () => {
    const [idle, used] = [await openLine(quickPort), await openLine(quickPort)];
    used.send(requestBytes('GET /_mock/health', [HOST]));

    expect((await used.reply())?.status).toBe(200);
    expect(await idle.closed()).toBe('');
  });

  it('stays while its request waits for the answer', async () => {
    const body = { match: { operation: 'get_access_keys' }, times: 1, do: { delay: '500ms' } };
    expect((await quick.call('POST /_mock/faults', { body })).status).toBe(201);
    const line = await openLine(quickPort);
    line.send(list);

    expect((await line.reply())?.status).toBe(200);
    line.drop();
  });

  it('stays while it receives events', async () => {
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

describe('headers that never end', () => {
  afterAll(() => expectGoodAnswers(strictPort));
  const unfinished = `GET /api/v1/access-keys HTTP/1.1\r\n${HOST}\r\nX-Slow: `;
  const hosts = hasLoopback6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

  it.concurrent.each(hosts)('are given up in time on %s', async (host) => {
    const line = await openLine(strictPort, host);
    line.send(unfinished);

    expect((await line.reply())?.status).toBe(408);
    expect(await line.closed()).toBe('');
  });

  it.concurrent('are given up in time when they follow a good request', async () => {
    const line = await openLine(strictPort);
    line.send(Buffer.concat([health, Buffer.from(unfinished)]));

    expect(statusesOf(await repliesOf(line))).toEqual([200, 408]);
  });

  it.concurrent('are given up in time when they do not even begin', async () => {
    const line = await openLine(strictPort);
    const replies = await repliesOf(line);

    expect([[408], []]).toContainEqual(statusesOf(replies));
  });

  it.concurrent('are another matter than a body that takes its time', async () => {
    const line = await openLine(strictPort);
    line.send(requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, `Content-Length: ${CREDENTIALS.length}`]));
    await pause(500);
    line.send(CREDENTIALS.slice(0, 10));
    await pause(500);
    line.send(CREDENTIALS.slice(10));

    expect((await line.reply())?.status).toBe(200);
  });
});

describe('a body that goes on after a refusal', () => {
  it('of who sends it is read to its end, and the next request on the line is answered', async () => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/access-keys', [HOST, JSON_TYPE, 'Content-Length: 300000'], 'x'.repeat(1000)));
    const refusal = await line.reply();
    line.send('x'.repeat(299_000));
    line.send(health);

    expect(refusal?.status).toBe(401);
    expect((await line.reply())?.body).toEqual({ status: 'ready' });
  });

  it('in chunks is read to its end too', async () => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/nothing', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked'], '1\r\nx\r\n'));
    const refusal = await line.reply();
    line.send(chunked('x'.repeat(100_000)));
    line.send(health);

    expect(refusal?.status).toBe(404);
    expect((await line.reply())?.body).toEqual({ status: 'ready' });
  });

  it('is never taken for a request', async () => {
    const reset = requestBytes('POST /_mock/reset', [HOST]).toString();
    const line = await openLine(port);
    for (const path of ['/api/v1/access-keys', '/api/v1/nothing', '/_mock/health']) {
      line.send(requestBytes(`POST ${path}`, [HOST, JSON_TYPE], reset.repeat(3)));
    }
    line.send(requestBytes('GET /_mock/clock', [HOST, 'Connection: close']));

    expect(statusesOf(await repliesOf(line))).toEqual([401, 404, 405, 200]);
  });

  it.each([
    ['too large', 413, [JSON_TYPE, `Content-Length: ${64 * MEBIBYTE}`]],
    ['of another type', 415, ['Content-Type: text/plain', `Content-Length: ${64 * MEBIBYTE}`]],
  ])('because it is %s is not read: the line is closed', async (_what, status, headers) => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/token', [HOST, ...headers], 'x'));
    const refusal = (await line.reply()) as Reply;
    for (let count = 0; count < 16; count++) line.send('x'.repeat(65_536));

    expect(refusal.status).toBe(status);
    expect(refusal.headers['connection']).toBe('close');
    runaiRefusal(refusal);
    expect(await line.closed()).toBe('');
  });

  it('because it grew too large in chunks is not read: the line is closed', async () => {
    const line = await openLine(port);
    line.send(requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked']));
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    for (let count = 0; count < 64; count++) line.send(chunk);
    const replies = await repliesOf(line);

    expect([[413], []]).toContainEqual(statusesOf(replies));
  });
});

describe('a client that hangs up', () => {
  const half = requestBytes('POST /api/v1/access-keys', [HOST, JSON_TYPE, AUTHORIZATION, 'Content-Length: 100'], '{');

  it.each([
    ['within the body', half],
    ['within a chunk', requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked'], 'ff\r\n{')],
    ['within the headers', 'POST /api/v1/token HTTP/1.1\r\nHost: loc'],
    ['within the request line', 'POST /api/'],
    ['before it says anything', ''],
    ['before it reads the answer', list],
  ])('%s hurts nobody', async (_what, bytes) => {
    for (let count = 0; count < 10; count++) {
      const line = await openLine(port);
      line.send(bytes);
      line.drop();
    }

    expect((await send(port, health)).body).toEqual({ status: 'ready' });
  });

  it('within the body has made nothing', async () => {
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

describe('requests in one go on one line', () => {
  it('are answered in their order', async () => {
    const line = await openLine(port);
    const unknown = requestBytes('GET /nothing', [HOST]);
    const bad = requestBytes('POST /api/v1/token', [HOST, JSON_TYPE], '{"broken"');
    const last = requestBytes('GET /_mock/health', [HOST, 'Connection: close']);
    line.send(Buffer.concat([health, grant, list, bad, unknown, list, last]));
    const replies = await repliesOf(line);

    expect(statusesOf(replies)).toEqual([200, 200, 200, 400, 404, 200, 200]);
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

  it('are answered one by one, a hundred of them', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat(Array<Buffer>(100).fill(list)));
    const replies = [];
    for (let count = 0; count < 100; count++) replies.push(await line.reply());

    expect(new Set(statusesOf(replies))).toEqual(new Set([200]));
    expect(new Set(replies.map((reply) => reply?.decision.id)).size).toBe(100);
  });

  it('are told apart when the answer to one has no body', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([requestBytes('HEAD /api/v1/access-keys', [HOST, AUTHORIZATION]), health]));
    const head = await line.reply({ toHead: true });

    expect(head?.status).toBe(200);
    expect((await line.reply())?.body).toEqual({ status: 'ready' });
  });

  it('may come in single bytes', async () => {
    const line = await openLine(port);
    for (const byte of health) {
      line.send(Uint8Array.of(byte));
      await pause(0);
    }

    expect((await line.reply())?.status).toBe(200);
  });
});

describe('`Expect`', () => {
  const final = async (line: Line) => {
    let reply = await line.reply();
    while (reply?.status === 100) reply = await line.reply();
    return reply;
  };

  it('100-continue is told to go on, and then answered', async () => {
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
    ['with too much', 413, '/api/v1/token', [JSON_TYPE, `Content-Length: ${2 * MEBIBYTE}`]],
    ['with another type', 415, '/api/v1/token', ['Content-Type: foo', 'Content-Length: 10']],
    ['to nowhere', 404, '/api/v1/nothing', [JSON_TYPE, 'Content-Length: 10']],
  ])('100-continue %s is refused without waiting for the body', async (_what, status, path, headers) => {
    const line = await openLine(port);
    line.send(requestBytes(`POST ${path}`, [HOST, ...headers, 'Expect: 100-continue']));
    const reply = (await final(line)) as Reply;

    expect(reply.status).toBe(status);
    runaiRefusal(reply);
  });

  it('something that is not understood is refused in the words of the path', async () => {
    const reply = await send(port, requestBytes('GET /api/v1/access-keys', [HOST, AUTHORIZATION, 'Expect: wonders']));

    expect(reply.status).toBe(417);
    runaiRefusal(reply);
  });
});

describe('HTTP/1.0', () => {
  const old = (requestLine: string, ...lines: string[]) =>
    `${[`${requestLine} HTTP/1.0`, ...lines].join('\r\n')}\r\n\r\n`;

  it.each([
    ['GET /_mock/health', old('GET /_mock/health'), 200],
    ['GET /_mock/health under a name', old('GET /_mock/health', HOST), 200],
    ['GET /api/v1/access-keys', old('GET /api/v1/access-keys', AUTHORIZATION), 200],
    ['GET /api/v1/access-keys without a token', old('GET /api/v1/access-keys'), 401],
    ['GET /nothing', old('GET /nothing'), 404],
    [
      'POST /api/v1/token',
      `${old('POST /api/v1/token', JSON_TYPE, `Content-Length: ${CREDENTIALS.length}`)}${CREDENTIALS}`,
      200,
    ],
    ['POST /api/v1/token without a length', `${old('POST /api/v1/token', JSON_TYPE)}`, 400],
  ])('%s is answered, and the line is closed', async (_what, bytes, status) => {
    const line = await openLine(port);
    line.send(bytes);
    const replies = await repliesOf(line);

    expect(statusesOf(replies)).toEqual([status]);
    expect(replies[0]?.headers['content-length']).toBe(String(Buffer.byteLength(replies[0]?.text ?? '')));
  });

  it('keeps the line where it is asked to', async () => {
    const line = await openLine(port);
    const request = old('GET /_mock/health', 'Connection: keep-alive');
    line.send(request);
    const first = await line.reply();
    line.send(request);

    expect(statusesOf([first, await line.reply()])).toEqual([200, 200]);
  });
});

describe('a target that is not a bare path:', () => {
  it.each([
    ['GET http://localhost:6625/_mock/health', 200],
    ['GET http://localhost:6625/api/v1/access-keys', 200],
  ])('%s is answered like its path', async (requestLine, status) => {
    expect((await send(port, requestBytes(requestLine, [HOST, AUTHORIZATION]))).status).toBe(status);
  });

  it('a whole URL is refused in the words of its path', async () => {
    const reply = await send(port, requestBytes('GET http://localhost:6625/api/v1/nothing', [HOST]));

    expect(reply.status).toBe(404);
    runaiRefusal(reply);
  });

  it('a path that climbs is not the path it would lead to', async () => {
    const reply = await send(port, requestBytes('GET /api/v1/../../_mock/cast', [HOST]));

    expect(reply.status).toBe(404);
    runaiRefusal(reply);
  });

  it('an asterisk is nobody', async () => {
    const reply = await send(port, requestBytes('OPTIONS *', [HOST]));

    expect(reply.status).toBe(404);
    problemDocument(reply);
  });

  it('two slashes at the beginning are nobody', async () => {
    const reply = await send(port, requestBytes('GET //api/v1/access-keys', [HOST, AUTHORIZATION]));

    expect(reply.status).toBe(404);
    problemDocument(reply);
  });
});

it('a wish for another protocol is passed over', async () => {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];

  expect((await send(port, requestBytes('GET /api/v1/access-keys', [HOST, AUTHORIZATION, ...upgrade]))).status).toBe(
    200,
  );
});

describe.runIf(hasLoopback6)('on ::1', () => {
  const on6 = async (bytes: string | Uint8Array) => {
    const line = await openLine(port, '::1');
    line.send(bytes);
    const reply = await line.reply();
    line.drop();
    return reply as Reply;
  };

  it('the same server answers', async () => {
    const created = await on6(
      requestBytes('POST /api/v1/access-keys', [HOST, JSON_TYPE, AUTHORIZATION], '{"name":"made-on-six"}'),
    );
    const { body } = await server.call(`GET /api/v1/access-keys/${created.body.id}`, {
      token: AUTHORIZATION.slice('Authorization: Bearer '.length),
    });

    expect(created.status).toBe(201);
    expect(body.name).toBe('made-on-six');
  });

  it('it answers under the address itself', async () => {
    const reply = await on6(requestBytes('GET /_mock/health', [`Host: [::1]:${port}`]));

    expect(reply.body).toEqual({ status: 'ready' });
  });

  it('what is no HTTP is refused in the same words', async () => {
    const long = `GET /api/v1/access-keys HTTP/1.1\r\n${HOST}\r\nX-Much: ${'x'.repeat(20_000)}\r\n\r\n`;
    const refusals = [await on6('garbage\r\n\r\n'), await on6(long)] as const;

    expect(statusesOf(refusals)).toEqual([400, 431]);
    problemDocument(refusals[0]);
    runaiRefusal(refusals[1]);
  });

  it('a client that hangs up hurts nobody', async () => {
    for (let count = 0; count < 10; count++) {
      const line = await openLine(port, '::1');
      line.send('POST /api/v1/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{');
      line.drop();
    }

    expect((await on6(health)).status).toBe(200);
  });
});
