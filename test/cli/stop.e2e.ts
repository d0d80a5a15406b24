/** How a server stops. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { admin, researcher } from '../support/cast.ts';
import { it, launchProgram, MAIN, type Server } from '../support/command.ts';
import { AT_ONCE_MS } from '../support/limits.ts';
import { hasLoopback6 } from '../support/ports.ts';
import { type Line, openLine, requestBytes } from '../support/wire.ts';

const HEALTH = requestBytes('GET /_mock/health', ['Host: localhost']);
const LOGIN = JSON.stringify({ grantType: 'password', username: admin.email, password: admin.password });
const TOKEN = JSON.stringify({ grantType: 'client_credentials', ...researcher.accessKey });

function createTokenRequest(body: string): Buffer {
  return requestBytes('POST /api/v1/token', ['Host: localhost', 'Content-Type: application/json'], body);
}

/** Opens a connection on which a request was answered, and which is kept alive. */
async function openIdleLine({ port }: Server, host = '127.0.0.1'): Promise<Line> {
  const line = await openLine(port, host);
  line.send(HEALTH);
  expect((await line.reply())?.status).toBe(200);
  return line;
}

/** Opens a connection and sends a part of a request; returns the rest, too. */
async function openHalfSentLine({ port }: Server): Promise<{ line: Line; rest: Buffer }> {
  const line = await openLine(port);
  const bytes = createTokenRequest(TOKEN);
  line.send(bytes.subarray(0, bytes.length - 10));
  return { line, rest: bytes.subarray(bytes.length - 10) };
}

/** Measures the milliseconds since `start`. */
const measureSince = (start: number) => performance.now() - start;

describe.concurrent('a server', () => {
  it.for(['SIGTERM', 'SIGINT'] as const)('stops at once on %s with idle connections', async (signal, { command }) => {
    const server = await command.start();
    const lines = [await openIdleLine(server), await openIdleLine(server, hasLoopback6 ? '::1' : undefined)];
    const start = performance.now();
    server.kill(signal);
    const { code, stderr } = await server.ended;

    expect(code).toBe(0);
    expect(measureSince(start)).toBeLessThan(AT_ONCE_MS);
    expect(stderr).toBe('');
    for (const line of lines) expect(await line.closed()).toBe('');
  });

  // The first process of a container ignores signals without a listener.
  it.for([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    'stops on %s with the exit code %i before it is ready',
    async ([signal, expected], { command, folder }) => {
      const sent = `process.on('newListener', (name) => {
      if (name === '${signal}') setImmediate(() => process.kill(process.pid, name));
    });`;
      await writeFile(join(folder, 'send.mjs'), sent);
      const { code, stdout } = await command.launch(['--port', '0'], { env: { NODE_OPTIONS: '--import ./send.mjs' } })
        .ended;

      expect(code).toBe(expected);
      expect(stdout).toBe('');
    },
  );

  it('stops at once with delayed and waiting requests', async ({ command }) => {
    const server = await command.start();
    await server.call('POST /_mock/worlds', { body: { id: 'other' } });
    for (const world of ['', '/w/other']) {
      const fault = { match: { operation: 'get_users' }, do: { delay: '60s' } };
      expect((await server.call(`POST ${world}/_mock/faults`, { body: fault })).status).toBe(201);
    }
    const never = { match: { operation: 'get_users' }, atLeast: 9, within: '60s' };
    const waiting = ['', '/w/other'].flatMap((world) => [
      server.call(`GET ${world}/api/v1/users`).then(({ status }) => status),
      server.call(`POST ${world}/_mock/requests/verify`, { body: never }).then(({ status }) => status),
    ]);
    await vi.waitFor(async () => {
      for (const world of ['', '/w/other']) {
        const { body } = await server.call(`GET ${world}/_mock/faults`);
        expect(body.faults[0].fired).toBe(1);
      }
    }, 10_000);
    const start = performance.now();
    server.kill('SIGTERM');

    expect(await Promise.all(waiting)).toEqual([401, 503, 401, 503]);
    expect((await server.ended).code).toBe(0);
    expect(measureSince(start)).toBeLessThan(AT_ONCE_MS);
  });

  it('stops at once with a connection without a request', async ({ command }) => {
    const server = await command.start();
    const line = await openLine(server.port);
    await openIdleLine(server);
    const start = performance.now();
    server.kill('SIGTERM');
    const { code } = await server.ended;

    expect(code).toBe(0);
    expect(measureSince(start)).toBeLessThan(AT_ONCE_MS);
    expect(await line.closed()).toBe('');
  });

  it('aborts a half-sent request after three seconds, and accepts no new one', async ({ command }) => {
    const server = await command.start();
    const idle = await openIdleLine(server);
    const lines = [(await openHalfSentLine(server)).line, await openLine(server.port)];
    lines[1]?.send('GET /_mock/health HTTP/1.1\r\nHost:');
    await openIdleLine(server);
    const start = performance.now();
    server.kill('SIGTERM');
    await idle.closed();
    expect(measureSince(start)).toBeLessThan(AT_ONCE_MS);
    await expect(fetch(`${server.url}/_mock/health`)).rejects.toThrow();
    const { code } = await server.ended;

    expect(code).toBe(0);
    expect(measureSince(start)).toBeGreaterThan(2900);
    expect(measureSince(start)).toBeLessThan(8000);
    for (const line of lines) await line.closed();
  });

  it('answers a request that is completed during the stop, and closes its connection', async ({ command }) => {
    const server = await command.start();
    const idle = await openIdleLine(server);
    const { line, rest } = await openHalfSentLine(server);
    await openIdleLine(server);
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
    expect(measureSince(start)).toBeLessThan(AT_ONCE_MS);
  });

  it('finishes running requests, and closes their connections', async ({ command }) => {
    const server = await command.start();
    const lines = await Promise.all(Array.from({ length: 16 }, () => openIdleLine(server)));
    for (const line of lines) line.send(createTokenRequest(LOGIN));
    server.kill('SIGTERM');
    const replies = await Promise.all(lines.map((line) => line.reply()));

    expect(replies.map((reply) => reply?.status)).toEqual(lines.map(() => 200));
    expect(replies.at(-1)?.headers['connection']).toBe('close');
    expect((await server.ended).code).toBe(0);
  });

  it('stops at once while it sends responses', async ({ command }) => {
    const body = { type: 'service', name: 'x', services: ['air'], scopes: ['air:access'] };
    // The outcome depends on timing, so several servers are stopped while they are busy.
    for (let round = 0; round < 6; round += 1) {
      const server = await command.start(['--data', `${round}.db`]);
      let made = 0;
      const clients = Array.from({ length: 4 }, async () => {
        while ((await server.call('POST /_mock/keys', { body })).status === 201) made += 1;
      });
      const ended = Promise.allSettled(clients);
      await vi.waitFor(() => expect(made).toBeGreaterThan(50), 10_000);
      const start = performance.now();
      server.kill('SIGTERM');

      expect((await server.ended).code).toBe(0);
      expect(measureSince(start)).toBeLessThan(AT_ONCE_MS);
      await ended;
    }
  });

  it('stops at once on a second signal', async ({ command }) => {
    const server = await command.start();
    const idle = await openIdleLine(server);
    await openHalfSentLine(server);
    await openIdleLine(server);
    const start = performance.now();
    server.kill('SIGINT');
    await idle.closed();
    const again = setInterval(() => server.kill('SIGINT'), 100);
    const { code } = await server.ended;
    clearInterval(again);

    expect(code).toBe(1);
    expect(measureSince(start)).toBeLessThan(AT_ONCE_MS);
  });

  it('treats two signals in quick succession, from a terminal and from npm, as one', async ({ command }) => {
    const server = await command.start();
    const idle = await openIdleLine(server);
    const { line, rest } = await openHalfSentLine(server);
    await openIdleLine(server);
    server.kill('SIGINT');
    await idle.closed();
    server.kill('SIGTERM');
    line.send(rest);

    expect((await line.reply())?.status).toBe(200);
    expect((await server.ended).code).toBe(0);
  });
});

/** A program that starts the command as its child, and waits. */
const PARENT = `
  import { spawn } from 'node:child_process';
  const [main, ...args] = process.argv.slice(2);
  spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'inherit', 'inherit'] });
  setInterval(() => {}, 1000);
`;

describe.concurrent('--exit-with-stdin', () => {
  it('stops the server gracefully when standard input closes', async ({ command }) => {
    const server = await command.start(['--exit-with-stdin'], { input: true });
    const { line, rest } = await openHalfSentLine(server);
    expect((await server.call('GET /_mock/health')).status).toBe(200);
    server.closeInput();
    line.send(rest);
    const reply = await line.reply();
    const { code, stderr } = await server.ended;

    expect(reply?.status).toBe(200);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('stops the server when its parent process is killed', async ({ folder, onTestFinished }) => {
    await writeFile(join(folder, 'parent.mjs'), PARENT);
    const args = ['parent.mjs', MAIN, 'start', '--port', '0', '--json', '--exit-with-stdin'];
    const parent = launchProgram(process.execPath, args, folder);
    const [, pid] = await parent.waitForOutput(/"event":"ready".*"pid":(\d+)/);
    const isRunning = () => {
      try {
        return process.kill(Number(pid), 0);
      } catch {
        return false;
      }
    };
    onTestFinished(() => {
      if (isRunning()) process.kill(Number(pid), 'SIGKILL');
    });
    expect(isRunning()).toBe(true);
    parent.kill('SIGKILL');
    // The parent and the server share their output, so it ends with the server.
    await parent.ended;

    await vi.waitUntil(() => !isRunning(), { timeout: AT_ONCE_MS });
  });

  it('is required for a server to watch standard input', async ({ command }) => {
    const server = await command.start([], { input: true });
    server.closeInput();

    expect((await server.call('GET /_mock/health')).status).toBe(200);
  });
});
