import { describe, expect } from 'vitest';
import { admin, researcher } from '../support/cast.ts';
import { it, type Server } from '../support/command.ts';
import { hasLoopback6 } from '../support/ports.ts';
import { type Line, openLine, requestBytes } from '../support/wire.ts';

/** Less than half-sent requests are given, and much more than an end takes that waits for nothing. */
const AT_ONCE_MS = 2500;

const HEALTH = requestBytes('GET /_mock/health', ['Host: localhost']);
const LOGIN = JSON.stringify({ grantType: 'password', username: admin.email, password: admin.password });
const TOKEN = JSON.stringify({ grantType: 'client_credentials', ...researcher.accessKey });

function tokenRequest(body: string): Buffer {
  return requestBytes('POST /api/v1/token', ['Host: localhost', 'Content-Type: application/json'], body);
}

/** A line on which a request was answered, and which was kept alive. */
async function idleLine({ port }: Server, host = '127.0.0.1'): Promise<Line> {
  const line = await openLine(port, host);
  line.send(HEALTH);
  expect((await line.reply())?.status).toBe(200);
  return line;
}

/** A line on which half of a request was sent, and the half that is missing. */
async function halfSentLine({ port }: Server): Promise<{ line: Line; rest: Buffer }> {
  const line = await openLine(port);
  const bytes = tokenRequest(TOKEN);
  line.send(bytes.subarray(0, bytes.length - 10));
  return { line, rest: bytes.subarray(bytes.length - 10) };
}

/** Milliseconds since `start`, of the machine's steady clock. */
const since = (start: number) => performance.now() - start;

describe.concurrent('a server', () => {
  it.for(['SIGTERM', 'SIGINT'] as const)('ends by %s at once, although lines are idle', async (signal, { command }) => {
    const server = await command.start();
    const lines = [await idleLine(server), await idleLine(server, hasLoopback6 ? '::1' : undefined)];
    const start = performance.now();
    server.kill(signal);
    const { code, stderr } = await server.ended;

    expect(code).toBe(0);
    expect(since(start)).toBeLessThan(AT_ONCE_MS);
    expect(stderr).toBe('');
    for (const line of lines) expect(await line.closed()).toBe('');
  });

  it('ends at once, although a line was opened on which nothing was sent yet', async ({ command }) => {
    const server = await command.start();
    const line = await openLine(server.port);
    await idleLine(server);
    const start = performance.now();
    server.kill('SIGTERM');
    const { code } = await server.ended;

    expect(code).toBe(0);
    expect(since(start)).toBeLessThan(AT_ONCE_MS);
    expect(await line.closed()).toBe('');
  });

  it('cuts a half-sent request after three seconds, and takes no new one meanwhile', async ({ command }) => {
    const server = await command.start();
    const idle = await idleLine(server);
    const lines = [(await halfSentLine(server)).line, await openLine(server.port)];
    lines[1]?.send('GET /_mock/health HTTP/1.1\r\nHost:');
    await idleLine(server);
    const start = performance.now();
    server.kill('SIGTERM');
    await idle.closed();
    expect(since(start)).toBeLessThan(AT_ONCE_MS);
    await expect(fetch(`${server.url}/_mock/health`)).rejects.toThrow();
    const { code } = await server.ended;

    expect(code).toBe(0);
    expect(since(start)).toBeGreaterThan(2900);
    expect(since(start)).toBeLessThan(8000);
    for (const line of lines) await line.closed();
  });

  it('answers a request whose second half comes while it stops, and closes its line', async ({ command }) => {
    const server = await command.start();
    const idle = await idleLine(server);
    const { line, rest } = await halfSentLine(server);
    await idleLine(server);
    const start = performance.now();
    server.kill('SIGTERM');
    await idle.closed();
    line.send(rest);
    const reply = await line.reply();

    expect(reply?.status).toBe(200);
    expect(reply?.body.accessToken).toEqual(expect.any(String));
    expect(reply?.headers['connection']).toBe('close');
    expect(await line.closed()).toBe('');
    expect((await server.ended).code).toBe(0);
    expect(since(start)).toBeLessThan(AT_ONCE_MS);
  });

  it('finishes the requests that are running, and closes their lines', async ({ command }) => {
    const server = await command.start();
    const lines = await Promise.all(Array.from({ length: 16 }, () => idleLine(server)));
    for (const line of lines) line.send(tokenRequest(LOGIN));
    server.kill('SIGTERM');
    const replies = await Promise.all(lines.map((line) => line.reply()));

    expect(replies.map((reply) => reply?.status)).toEqual(lines.map(() => 200));
    expect(replies.at(-1)?.headers['connection']).toBe('close');
    expect((await server.ended).code).toBe(0);
  });

  it('ends at once by a second signal', async ({ command }) => {
    const server = await command.start();
    const idle = await idleLine(server);
    await halfSentLine(server);
    await idleLine(server);
    const start = performance.now();
    server.kill('SIGINT');
    await idle.closed();
    server.kill('SIGINT');
    await server.ended;

    expect(since(start)).toBeLessThan(AT_ONCE_MS);
  });
});
