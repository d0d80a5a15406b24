import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askWorld } from '../../src/cli/ask-world.ts';
import { askServer, describeTokenRejection, locateServer } from '../../src/cli/server-client.ts';

/** A server that answers so; where it is. */
async function answering(answer: RequestListener): Promise<string> {
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

describe('where a server should be', () => {
  it.each([
    [{ port: '1' }, 'http://127.0.0.1:1'],
    [{ port: '1', host: '0.0.0.0' }, 'http://127.0.0.1:1'],
    [{ port: '1', host: '::' }, 'http://127.0.0.1:1'],
    [{ port: '1', host: '::1' }, 'http://[::1]:1'],
    [{ port: '80', host: '::1' }, 'http://[::1]'],
    [{ port: '80' }, 'http://127.0.0.1'],
    [{ port: '443', tls: 'on' }, 'https://127.0.0.1'],
  ])('is told by flags: %j', async (flags, url) => {
    expect((await locateServer(flags)).url).toBe(url);
  });

  it('is asked with its token', async () => {
    expect((await locateServer({ adminToken: 'open-sesame' })).headers).toEqual({
      'x-mock-admin-token': 'open-sesame',
    });
  });
});

describe('what a server answers', () => {
  it('is its status and its JSON', async () => {
    const url = await answering(({ url: path, headers }, response) => {
      response.writeHead(201).end(JSON.stringify({ path, token: headers['x-mock-admin-token'] }));
    });

    expect(await askServer({ url, headers: { 'x-mock-admin-token': 'a' } }, '/b')).toEqual({
      status: 201,
      body: { path: '/b', token: 'a' },
    });
  });

  it('has no body where that is no JSON', async () => {
    const url = await answering((_request, response) => void response.writeHead(404).end('not here'));

    expect(await askServer({ url, headers: {} }, '/')).toEqual({ status: 404, body: null });
  });

  it('is a fault where the line ends before', async () => {
    const url = await answering(({ socket }) => void socket.destroy());

    await expect(askServer({ url, headers: {} }, '/')).rejects.toThrow('socket hang up');
  });
});

it('of a server that does not speak TLS it is said', async () => {
  const url = (await answering((_request, response) => void response.end())).replace('http:', 'https:');

  await expect(askWorld({ url, headers: {} }, null, '/cast', (body) => body)).rejects.toThrow(
    `The server on ${url} does not support TLS: use http:// in the URL.`,
  );
});

it('whoever gave no token is told how, and whoever gave one that it is another', () => {
  expect(describeTokenRejection({})).toContain('set it with --admin-token');
  expect(describeTokenRejection({ 'x-mock-admin-token': 'a' })).toContain('has a different admin token');
});
