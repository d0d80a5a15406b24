import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startMock } from '../../../src/index.ts';
import { startSuiteMock } from '../../../src/library/start-mock.ts';
import setup from '../../../src/library/suite/setup.ts';

const shared = () => JSON.parse(process.env['NV_AUTH_MOCK_SHARED_SERVER'] ?? 'null');

describe('the setup of a test runner', () => {
  beforeEach(() => void vi.stubEnv('NV_AUTH_MOCK_SHARED_SERVER', undefined));
  afterEach(() => {
    vi.unstubAllEnvs();
    delete process.env['NV_AUTH_MOCK_SHARED_SERVER'];
  });

  it('uses the server that NV_AUTH_MOCK_URL names, with its token, and no other after that', async () => {
    const mock = await startMock({ adminToken: 'an-admin-token' });
    onTestFinished(() => mock.stop());
    vi.stubEnv('NV_AUTH_MOCK_URL', ` ${mock.url}/ `);
    vi.stubEnv('NV_AUTH_MOCK_ADMIN_TOKEN', 'an-admin-token');
    await setup();
    vi.stubEnv('NV_AUTH_MOCK_URL', 'http://127.0.0.1:1');
    await setup();

    expect(shared()).toEqual({ url: mock.url, adminToken: 'an-admin-token' });
  });

  it.each([
    '127.0.0.1:6625',
    'ftp://localhost',
    'http://localhost/w/a',
    'http://localhost/?a',
    'http://a:b@localhost',
    '/',
  ])('refuses the URL %s', async (url) => {
    vi.stubEnv('NV_AUTH_MOCK_URL', url);

    await expect(setup()).rejects.toThrow('expected the URL of a server, without a path');
    expect(shared()).toBeNull();
  });

  it('refuses a server that redirects, even to the mock', async () => {
    const mock = await startMock();
    onTestFinished(() => mock.stop());
    const server = createServer((request, response) =>
      response.writeHead(308, { location: `${mock.url}${request.url}` }).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    vi.stubEnv('NV_AUTH_MOCK_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

    await expect(setup()).rejects.toThrow(
      `it redirects to \`${mock.url}/_mock/health\`. Use the URL of the mock itself.`,
    );
  });

  it('counts an empty NV_AUTH_MOCK_SHARED_SERVER as unset', async () => {
    vi.stubEnv('NV_AUTH_MOCK_SHARED_SERVER', '');
    const mock = await startSuiteMock({ listen: false }, true);
    onTestFinished(() => mock.stop());

    expect(mock.id).toBe('default');
  });

  it.each(['x', '{}', '"http://127.0.0.1:6625"', '{"url":"127.0.0.1"}', '{"url":"http://localhost","adminToken":1}'])(
    'names the value %s of NV_AUTH_MOCK_SHARED_SERVER, which is not its own',
    async (text) => {
      vi.stubEnv('NV_AUTH_MOCK_SHARED_SERVER', text);

      await expect(setup()).rejects.toThrow(/^NV_AUTH_MOCK_SHARED_SERVER is .* Unset it/);
    },
  );

  it.each([
    ['a server that is not running', null, 'No server answers'],
    ['another server', '{}', 'another server answers'],
    ['a server of pages', '<p>', 'JSON'],
  ])('refuses %s', async (_what, page, reason) => {
    const server = createServer((_request, response) => response.end(page));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    if (page === null) server.close();
    else onTestFinished(() => void server.close());
    vi.stubEnv('NV_AUTH_MOCK_URL', `http://127.0.0.1:${port}`);

    await expect(setup()).rejects.toThrow(/^NV_AUTH_MOCK_URL is .*/);
    await expect(setup()).rejects.toThrow(reason);
  });
});
