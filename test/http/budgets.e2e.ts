/** Limits of size and of concurrency. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/http/transport/limits.ts';
import { researcher } from '../support/cast.ts';
import { testServer } from '../support/server.ts';
import { type Line, openLine, requestBytes, send } from '../support/wire.ts';

const HOST = 'Host: localhost:6625';

const startServer = async (limits: Partial<Limits> = {}) => {
  const server = await testServer({}, { limits });
  const { port } = await server.listen('127.0.0.1', 0);
  return { ...server, port };
};

const server = await startServer();
const strict = await startServer({ connections: 4 });

describe('connections above the limit', () => {
  it('are rejected with 503 and closed', async () => {
    const held = await Promise.all(Array.from({ length: 4 }, () => openLine(strict.port)));
    const [first] = held as [Line];
    first.send(requestBytes('GET /_mock/health', [HOST]));
    expect((await first.reply())?.status).toBe(200);

    const line = await openLine(strict.port);
    const reply = await line.reply();
    expect(reply).toMatchObject({
      status: 503,
      body: { status: 503, detail: expect.stringMatching(/^The limit of 4 open connections is reached\. Close some/) },
    });
    expect(await line.closed()).toBe('');

    for (const connection of held) connection.drop();
    const readStatus = async () => (await send(strict.port, requestBytes('GET /_mock/health', [HOST]))).status;
    await expect.poll(readStatus).toBe(200);
  });
});

describe('many wrong passwords at once', () => {
  it('do not delay a token request', async () => {
    const { email, accessKey } = researcher;
    let refused = 0;
    const guesses = Array.from({ length: 60 }, async (_, number) => {
      const body = { grantType: 'password', clientID: 'cli', username: email, password: `wrong-${number}` };
      const { status } = await server.grant(body);
      refused += 1;
      return status;
    });
    await pause(20);
    const { clientId, clientSecret } = accessKey;
    const { status } = await server.grant({ grantType: 'client_credentials', clientId, clientSecret });

    expect(status).toBe(200);
    expect(refused).toBeLessThan(10);
    expect(new Set(await Promise.all(guesses))).toEqual(new Set([400]));
  });
});

describe('invalid HTTP on the login page', () => {
  it('is rejected with an HTML page', async () => {
    const reply = await openLine(server.port);
    const path = '/auth/realms/acme/protocol/openid-connect/auth';
    reply.send(`GET ${path} HTTP/1.1\r\n${HOST}\r\nX-Much: ${'x'.repeat(20_000)}\r\n\r\n`);
    const text = await reply.closed();

    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(text).toContain('content-type: text/html; charset=utf-8');
    expect(text).toContain('\r\n\r\n<!doctype html>');
    expect(text).not.toContain('"Buffer"');
  });
});
