import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askWorld } from '../../src/cli/ask-world.ts';
import { askServer, describeTokenRejection, locateServer } from '../../src/cli/server-client.ts';

/** Starts a server, and returns its URL. */
async function startServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => {
    server.close();
  });
  const port = await new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' ? address?.port : null);
    });
  });
  return `http://127.0.0.1:${port}`;
}

describe('locateServer', () => {
  it.each([
    [{ port: '1' }, 'http://127.0.0.1:1'],
    [{ port: '1', host: '0.0.0.0' }, 'http://127.0.0.1:1'],
    [{ port: '1', host: '::' }, 'http://127.0.0.1:1'],
    [{ port: '1', host: '::1' }, 'http://[::1]:1'],
    [{ port: '80', host: '::1' }, 'http://[::1]'],
    [{ port: '80' }, 'http://127.0.0.1'],
    [{ port: '443', tls: 'on' }, 'https://127.0.0.1'],
  ])('returns the URL for the flags %j', async (flags, url) => {
    expect((await locateServer(flags)).url).toBe(url);
  });

  it('returns the header of the admin token', async () => {
    expect((await locateServer({ adminToken: 'open-sesame' })).headers).toEqual({
      'x-mock-admin-token': 'open-sesame',
    });
  });
});

describe('askServer', () => {
  it('returns the status and the JSON body', async () => {
    const url = await startServer(({ url: path, headers }, response) => {
      response.writeHead(201).end(JSON.stringify({ path, token: headers['x-mock-admin-token'] }));
    });

    expect(await askServer({ url, headers: { 'x-mock-admin-token': 'a' } }, '/b')).toEqual({
      status: 201,
      body: { path: '/b', token: 'a' },
    });
  });

  it('returns no body if it is not JSON', async () => {
    const url = await startServer((_request, response) => void response.writeHead(404).end('not here'));

    expect(await askServer({ url, headers: {} }, '/')).toEqual({ status: 404, body: null });
  });

  it('rejects if the connection is closed before a response', async () => {
    const url = await startServer(({ socket }) => void socket.destroy());

    await expect(askServer({ url, headers: {} }, '/')).rejects.toThrow('socket hang up');
  });
});

it('askWorld rejects a server without TLS with a remedy', async () => {
  const url = (await startServer((_request, response) => void response.end())).replace('http:', 'https:');

  await expect(askWorld({ url, headers: {} }, null, '/cast', (body) => body)).rejects.toThrow(
    `The server on ${url} does not support TLS: use http:// in the URL.`,
  );
});

it('askWorld sends no invalid world id, and lists the existing worlds, the nearest first', async () => {
  const sent: unknown[] = [];
  const url = await startServer(({ url: path }, response) => {
    sent.push(path);
    response.end('{"worlds":[{"id":"default"},{"id":"alice"}]}');
  });

  for (const [world, existing] of [
    ['Alice', '`alice`, `default`'],
    ['a/../../x', '`default`, `alice`'],
  ] as const) {
    await expect(askWorld({ url, headers: {} }, world, '/cast', (body) => body)).rejects.toThrow(
      `There is no world \`${world}\` on ${url}. Existing worlds: ${existing}.`,
    );
  }
  expect(sent).toEqual(['/_mock/worlds', '/_mock/worlds']);
});

it('describeTokenRejection distinguishes a missing token from a wrong token', () => {
  expect(describeTokenRejection({})).toContain('set it with --admin-token');
  expect(describeTokenRejection({ 'x-mock-admin-token': 'a' })).toContain('has a different admin token');
});
