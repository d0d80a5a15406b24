/** HTTP/2 without TLS on the port of HTTP/1: gRPC, and nothing else. */
import { constants } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BodyRoom } from '../../../src/http/transport/body.ts';
import { percentEncoded } from '../../../src/http/transport/grpc-echo.ts';
import type { Limits } from '../../../src/http/transport/limits.ts';
import { answerTo, begin, call, frame, grpcSession, statusOf } from '../../support/grpc.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { environment, FOREIGN, FULL, NOBODY, nvcfServer, placeOf } from '../../support/nvcf-client.ts';
import { makeWorld } from '../../support/worlds.ts';

const { functionId, versionId } = placeOf('echo');
const METADATA = { authorization: `Bearer ${FULL}`, 'function-id': functionId };
const GRPC_ONLY = 'This port speaks HTTP/2 for gRPC only. Use HTTP/1.1 for everything else.';

const serverWith = async (limits: Partial<Limits> = {}) => {
  const made = await nvcfServer({}, { limits });
  const { url, port } = await made.listen('127.0.0.1', 0);
  return { ...made, url, port };
};

const server = await serverWith();
const sessionOf = (url = server.url) => grpcSession(url);

/** The preface, and empty settings. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

describe('an allowed call', () => {
  it.each([
    ['one message', [frame('hello')]],
    ['no message', []],
    ['an empty message', [frame('')]],
    ['several messages', [frame('one'), frame('two'), frame('')]],
    ['a message in pieces', [Buffer.from([0, 0]), Buffer.from([0, 0, 2]), Buffer.from('h'), Buffer.from('i')]],
    ['a large message', [frame('x'.repeat(1024 * 1024))]],
  ])('of %s is echoed, and ends with status 0', async (_what, pieces) => {
    const stream = begin(sessionOf(), METADATA);
    const answer = answerTo(stream);
    for (const piece of pieces) {
      stream.write(piece);
      await pause(1);
    }
    stream.end();
    const { http, type, code, bytes, decision } = await answer;

    expect({ http, type, code }).toEqual({ http: 200, type: 'application/grpc', code: 0 });
    expect(bytes.equals(Buffer.concat(pieces))).toBe(true);
    expect(decision).toMatchObject({ effect: 'allow' });
  });

  it('is echoed message by message, while the client goes on', async () => {
    const stream = begin(sessionOf(), METADATA);
    const answer = answerTo(stream);
    for (const text of ['one', 'two', 'three']) {
      stream.write(frame(text));
      const [echoed] = await new Promise<Buffer[]>((resolve) => stream.once('data', (part) => resolve([part])));
      expect(echoed?.toString('latin1', 5)).toBe(text);
    }
    stream.end();

    expect((await answer).code).toBe(0);
  });

  it('tells the encoding of its messages', async () => {
    const { headers } = await call(sessionOf(), { ...METADATA, 'grpc-encoding': 'gzip' });

    expect(headers['grpc-encoding']).toBe('gzip');
  });

  it('may name a version', async () => {
    const { decision } = await call(sessionOf(), { ...METADATA, 'function-version-id': versionId });
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body).toMatchObject({
      operation: 'invokeByGrpc',
      rule: 'invoke-by-grpc',
      request: { method: 'POST', path: '/acme.Service/Method' },
      target: `${functionId}/${versionId}`,
    });
  });

  it('selects its world by header, host name or key', async () => {
    const world = await makeWorld(server, { credentials: 'own' });
    const key = world.cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-full-access').key;
    const own = { ...METADATA, authorization: `Bearer ${key}` };
    const session = sessionOf();

    expect((await call(session, own)).code).toBe(0);
    expect((await call(session, { ...own, 'x-mock-world': world.id })).code).toBe(0);
    expect((await call(session, { ...own, ':authority': `${world.id}.localhost` })).code).toBe(0);
    expect((await call(session, { ...METADATA, 'x-mock-world': world.id })).message).toBe('Authorization failed');
    expect((await call(session, { ...own, 'x-mock-world': 'nowhere' })).message).toContain('no world `nowhere`');
  });
});

describe('a refused call', () => {
  const unknown = `${FULL.slice(0, -1)}${FULL.endsWith('A') ? 'B' : 'A'}`;
  const NONE = 'no authorization was passed in the metadata';

  it.each([
    ['an empty header', { authorization: '' }, 16, NONE, 'wrong_scheme'],
    ['a key without `Bearer`', { authorization: FULL }, 16, NONE, 'wrong_scheme'],
    ['no function', { 'function-id': '' }, 3, 'no function-id was passed in the metadata', undefined],
    ['a token that is no key', { authorization: 'Bearer x' }, 16, 'Unauthorized access', 'unsupported_token'],
    ['an unknown key', { authorization: `Bearer ${unknown}` }, 7, 'Authorization failed', 'foreign_key'],
    [
      'a key without the scope',
      { authorization: `Bearer ${castKey('nvcf-deployer').key}` },
      7,
      'missing requested authorities',
      'missing_scope',
    ],
    [
      'a key of another account',
      { authorization: `Bearer ${FOREIGN}` },
      5,
      `Function '${functionId}': Not found for account 'nca-globex-0002'`,
      'foreign_object',
    ],
    [
      'an unknown function',
      { 'function-id': NOBODY },
      5,
      `Function '${NOBODY}': Not found for account 'nca-acme-0001'`,
      'no_such_object',
    ],
    ['an unknown session', { 'nvcf-reqid': 'x' }, 5, 'no existing session found', undefined],
    ['an unknown session in a cookie', { cookie: 'a=b; nvcf-request-id=x' }, 5, 'no existing session found', undefined],
  ])('with %s has a status of gRPC and the words of the proxy', async (_what, changed, code, message, reason) => {
    const answer = await call(sessionOf(), { ...METADATA, ...changed });
    const { http, type, decision } = answer;

    expect({ http, type, code: answer.code, message: answer.message }).toEqual({
      http: 200,
      type: 'application/grpc',
      code,
      message,
    });
    expect(decision?.reason).toBe(reason);

    const { requests } = (await server.call('GET /_mock/requests')).body;
    expect(requests[0]).toMatchObject({ operation: 'invokeByGrpc', status: statusOf(answer) });
  });

  it('without metadata has no token', async () => {
    const { code, decision } = await call(sessionOf());

    expect([code, decision.reason]).toEqual([16, 'no_token']);
  });

  it('of a function without an active version finds no worker', async () => {
    const { functionId: idle } = await server.create();
    const { code, message } = await call(sessionOf(), { ...METADATA, 'function-id': idle });

    expect({ code, message }).toEqual({ code: 4, message: 'failed to establish link to worker' });
  });

  it('of a function with an answer of its own is echoed all the same', async () => {
    const made = await server.deployed(environment({ NV_AUTH_MOCK_ANSWER: '"made up"' }));
    const { bytes } = await call(sessionOf(), { ...METADATA, 'function-id': made.functionId });

    expect(bytes.equals(frame('hello'))).toBe(true);
  });

  it.each([
    ['an unknown function', { 'function-id': NOBODY }, 404, `Function '${NOBODY}': Not found for account`],
    ['no key', { authorization: '' }, 401, 'no authorization was passed in the metadata'],
    ['nothing that is wrong', {}, 415, 'application/grpc'],
  ])('that does not speak gRPC, with %s, gets a status of HTTP and a text', async (_what, changed, status, text) => {
    const { http, type, code, bytes } = await call(sessionOf(), {
      ...METADATA,
      'content-type': 'application/json',
      ...changed,
    });

    expect({ http, type, code }).toEqual({ http: status, type: 'text/plain', code: null });
    expect(bytes.toString()).toContain(text);
  });

  it.each([
    [503, 14],
    [429, 8],
    [500, 13],
  ])('can be a fault of status %i', async (status, code) => {
    const world = await serverWith();
    const order = { match: { operation: 'invokeByGrpc' }, times: 1, do: { status, offDocument: true } };
    const made = await world.call('POST /_mock/faults', { body: order });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const session = sessionOf(world.url);

    expect((await call(session, METADATA)).code).toBe(code);
    expect((await call(session, METADATA)).code).toBe(0);
  });

  it('can be a connection that breaks off', async () => {
    const world = await serverWith();
    await world.call('POST /_mock/faults', { body: { match: { service: 'nvcf' }, times: 1, do: { drop: 'before' } } });
    const { closedWith, code } = await call(sessionOf(world.url), METADATA);

    expect({ closedWith, code }).toEqual({ closedWith: constants.NGHTTP2_INTERNAL_ERROR, code: null });
  });

  it('in a world that observes is echoed', async () => {
    const world = await serverWith();
    await world.call('PUT /_mock/mode', { body: { mode: 'observe' } });
    const key = castKey('nvcf-deployer').key;
    const { code, decision } = await call(sessionOf(world.url), { ...METADATA, authorization: `Bearer ${key}` });

    expect({ code, reason: decision.reason }).toEqual({ code: 0, reason: 'missing_scope' });
  });

  it('of a web page is refused as one of HTTP/1', async () => {
    const { code, message } = await call(sessionOf(), { ...METADATA, origin: 'http://evil.test' });

    expect(code).toBe(7);
    expect(message).toContain('A page of another origin');
  });

  it('has its text in printable ASCII', () => {
    expect(percentEncoded('a b%~ü\n')).toBe('a b%25~%C3%BC%0A');
  });
});

describe('by HTTP/2, the server', () => {
  it.each([
    '/_mock/health',
    '/_mock/reset',
    '/',
    '/docs',
    '/v2/nvcf/functions',
    '/w/default/_mock/cast',
    '/llm/healthz',
  ])('does not serve %s', async (path) => {
    for (const method of ['GET', 'POST']) {
      const changed = { ':method': method, ':path': path, 'content-type': '', authorization: `Bearer ${FULL}` };
      const { http, bytes } = await call(sessionOf(), changed, Buffer.alloc(0));

      expect([http, bytes.toString()]).toEqual([415, GRPC_ONLY]);
    }
  });

  it('does not serve the control API to gRPC either', async () => {
    const { code, bytes } = await call(sessionOf(), { ':path': '/_mock/reset', authorization: `Bearer ${FULL}` });

    expect([code, bytes.length]).toEqual([3, 0]);
  });

  it('goes on serving HTTP/1 on the same port', async () => {
    await call(sessionOf(), METADATA);

    expect((await fetch(`${server.url}/_mock/health`)).status).toBe(200);
  });

  it('reads a preface that comes byte by byte', async () => {
    const socket = connect(server.port, '127.0.0.1').setNoDelay();
    onTestFinished(() => void socket.destroy());
    const answered = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    for (const byte of PREFACE) {
      socket.write(Buffer.from([byte]));
      await pause(1);
    }
    const settings = await answered;

    expect(settings[3]).toBe(4);
  });

  it.each([
    ['begins otherwise', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'],
    ['comes after a request', 'GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('takes no preface that %s', async (_what, bytes) => {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    socket.end(bytes);
    await new Promise((resolve) => socket.once('close', resolve));

    expect(text).toContain('HTTP/1.1 400 Bad Request');
  });
});

describe('against a hostile client, the server', () => {
  it('refuses a message that is too large, and budgets all of them', async () => {
    const bytes = Buffer.from([0, 0, 32, 0, 0]);
    const { code, message } = await call(sessionOf(), METADATA, bytes);
    expect([code, message]).toEqual([8, 'A message has 2097152 bytes; the limit is 1048576.']);

    const small = await serverWith({ room: new BodyRoom(10) });
    const crowded = await call(sessionOf(small.url), METADATA, frame('more than ten bytes'));
    expect([crowded.code, crowded.message]).toEqual([8, expect.stringContaining('at most 10 bytes')]);
    expect((await call(sessionOf(small.url), METADATA, frame('hello'))).code).toBe(0);
  });

  it('does not wait for the rest of a call that it refuses', async () => {
    const stream = begin(sessionOf(), { 'function-id': NOBODY });
    const answer = answerTo(stream);
    stream.write(frame('x'.repeat(200_000)));
    const { code, closedWith } = await answer;

    expect({ code, closedWith }).toEqual({ code: 16, closedWith: constants.NGHTTP2_NO_ERROR });
  });

  it('cuts a client that reads no text', async () => {
    const quick = await serverWith({ bodySilence: 100 });
    const session = grpcSession(quick.url, { initialWindowSize: 0 });
    const { closedWith } = await call(session, { 'content-type': 'text/plain' });

    expect(closedWith).toBe(constants.NGHTTP2_CANCEL);
  });

  it('gives the budget back, also where a client does not read, and leaves', async () => {
    const room = new BodyRoom(100_000);
    const small = await serverWith({ room });
    const session = sessionOf(small.url);
    const stream = begin(session, METADATA);
    stream.write(frame('x'.repeat(90_000)));
    await pause(50);
    stream.close(constants.NGHTTP2_CANCEL);
    await pause(50);

    expect(() => room.take(100_000)).not.toThrow();
    room.give(100_000);
    expect((await call(session, METADATA)).code).toBe(0);
  });

  it('reports a message that ends early', async () => {
    const { code, message } = await call(sessionOf(), METADATA, frame('hello').subarray(0, 7));

    expect([code, message]).toEqual([13, 'The last message is incomplete.']);
  });

  it('ends a call that falls silent, and a connection without calls', async () => {
    const quick = await serverWith({ bodySilence: 100, headersTimeout: 200 });
    const session = sessionOf(quick.url);
    const closed = new Promise((resolve) => session.once('close', resolve));
    const { code, message } = await answerTo(begin(session, METADATA));

    expect([code, message]).toEqual([4, 'No message came for 0.1 s.']);
    await closed;
  });

  it('ends a connection with half of its headers', async () => {
    const quick = await serverWith({ headersTimeout: 100, checkingInterval: 50 });
    const socket = connect(quick.port, '127.0.0.1');
    // HEADERS without their end.
    socket.write(Buffer.concat([PREFACE, Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82])]));
    socket.resume();

    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('refuses headers that are too large, alone', async () => {
    const session = sessionOf();
    const { closedWith, code } = await call(session, { ...METADATA, large: 'x'.repeat(17_000) });

    expect({ closedWith, code }).toEqual({ closedWith: constants.NGHTTP2_ENHANCE_YOUR_CALM, code: null });
    expect((await call(session, METADATA)).code).toBe(0);
  });

  it.each([
    ['a broken frame', Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 255])],
    ['data of no stream', Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 7, 1])],
    ['nonsense', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('ends a connection with %s', async (_what, bytes) => {
    const quick = await serverWith({ headersTimeout: 100 });
    const socket = connect(quick.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(Buffer.concat([PREFACE, bytes]));
    socket.resume();

    await new Promise((resolve) => socket.once('close', resolve));
    expect((await call(sessionOf(quick.url), METADATA)).code).toBe(0);
  });

  it('survives clients that reset what they begin', async () => {
    const session = sessionOf();
    for (let count = 0; count < 2000 && !session.destroyed; count += 1) {
      const stream = begin(session, METADATA);
      stream.on('error', () => {});
      stream.close(constants.NGHTTP2_CANCEL);
      if (count % 100 === 0) await pause(1);
    }
    await pause(100);

    expect((await call(sessionOf(), METADATA)).code).toBe(0);
  });
});

describe('a server that stops', () => {
  it('ends calls that go on, and sessions', async () => {
    const stopped = await serverWith();
    const session = sessionOf(stopped.url);
    const stream = begin(session, METADATA);
    const answer = answerTo(stream);
    stream.write(frame('one'));
    await new Promise((resolve) => stream.once('data', resolve));
    const began = performance.now();
    await stopped.close();

    const { code, message } = await answer;
    expect([code, message]).toEqual([14, 'The server stops.']);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
