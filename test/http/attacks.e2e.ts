import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { researcher } from '../support/cast.ts';
import { testServer } from '../support/server.ts';
import { forge } from '../support/tokens.ts';
import { openLine, requestBytes, send } from '../support/wire.ts';

const HOST = 'Host: localhost:6625';
const JSON_TYPE = 'Content-Type: application/json';
const server = await testServer({}, { limits: { unanswered: 20 } });
const { port } = await server.listen('127.0.0.1', 0);

/** Sends requests on a connection whose responses are not read. */
const openDeafLine = (to: number, bytes: Buffer) =>
  new Promise<Socket>((resolve) => {
    const socket = connect({ port: to, host: '127.0.0.1' });
    socket.on('error', () => {}).pause();
    socket.once('connect', () => socket.write(bytes, () => resolve(socket)));
  });

const expectServed = async () => {
  expect((await send(port, requestBytes('GET /_mock/health', [HOST]))).status).toBe(200);
};

describe('a connection that sends more than it reads', () => {
  it('is closed after too many unanswered requests, and other clients are still served', async () => {
    const login = JSON.stringify({ grantType: 'password', username: 'x', password: 'y' });
    const line = await openLine(port);
    line.send(Buffer.concat(Array(200).fill(requestBytes('POST /api/v1/token', [HOST, JSON_TYPE], login))));

    await line.closed();
    await expectServed();
    expect(
      (await server.grant({ grantType: 'password', username: researcher.email, password: 'wrong', clientID: 'cli' }))
        .status,
    ).toBe(400);
  });

  it('is served only as far as its responses are read', async () => {
    const patient = await testServer();
    const { port: patientPort } = await patient.listen('127.0.0.1', 0);
    const answer = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(200_000) };
    const order = { match: { operation: 'get_users' }, do: { answer, offDocument: true } };
    expect((await patient.call('POST /_mock/faults', { body: order })).status).toBe(201);
    const line = await openDeafLine(
      patientPort,
      Buffer.concat(Array(95).fill(requestBytes('GET /api/v1/users', [HOST]))),
    );
    const countServed = async () => (await patient.call('GET /_mock/requests?limit=1')).body.total;
    await expect.poll(countServed).toBeGreaterThan(1);
    let [before, now] = [0, await countServed()];
    while (now > before) {
      await setTimeout(200);
      [before, now] = [now, await countServed()];
    }

    // The system takes some megabytes for the connection.
    expect(now).toBeLessThan(70);
    line.destroy();
    await expect.poll(countServed).toBe(95);
  });

  it('may send many requests as long as it reads the responses', async () => {
    const line = await openLine(port);
    const health = requestBytes('GET /_mock/health', [HOST]);
    line.send(Buffer.concat(Array(10).fill(health)));
    for (let answered = 0; answered < 300; answered++) {
      expect((await line.reply())?.status).toBe(200);
      if (answered < 290) line.send(health);
    }
    line.drop();
  });
});

describe('a body that is being received', () => {
  it('may arrive in many small chunks', async () => {
    const line = await openLine(port);
    const { clientId, clientSecret } = researcher.accessKey;
    const body = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }).padStart(50_000);
    line.send(requestBytes('POST /api/v1/token', [HOST, JSON_TYPE, 'Transfer-Encoding: chunked']));
    for (let at = 0; at < body.length; at += 10_000) {
      const pieces = [...body.slice(at, at + 10_000)].map((letter) => `1\r\n${letter}\r\n`);
      line.send(pieces.join(''));
    }
    line.send('0\r\n\r\n');

    expect((await line.reply())?.status).toBe(200);
    line.drop();
  });
});

describe('input that resembles valid input', () => {
  it.each(['a.0x1', 'foo.0x'])('an invalid host name is rejected: %s', async (host) => {
    const token = `Authorization: Bearer ${await forge()}`;
    const reply = await send(port, requestBytes('GET /api/v1/access-keys', [`Host: ${host}`, token]));

    expect(reply.status).toBe(400);
  });

  it.each([
    ['malformed', 'an object', { toString: 1, valueOf: 1 }],
    ['malformed', 'a deep list', JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`)],
    ['expired', 'a long string', 'x'.repeat(3000)],
  ])('an expired token is rejected as %s if its `azp` is %s', async (fault, _what, azp) => {
    const { status, decision } = await server.call('GET /api/v1/access-keys', {
      token: await forge({ exp: 2, azp } as never),
    });

    expect(status).toBe(401);
    expect(decision.reason).toBe(`${fault}_token`);
  });
});
