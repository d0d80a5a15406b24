import fastify from 'fastify';
import { expect, it } from 'vitest';
import { serveConsole } from '../../src/http/console.ts';
import { createPages, type PageText } from '../../src/http/pages.ts';

it('a failing page returns 500 and logs the cause', async () => {
  const app = fastify();
  const logged: unknown[][] = [];
  const server = {
    addresses: { find: () => null },
    worlds: { fault: () => null },
    originGuard: { check: () => {} },
    publicUrl: 'http://localhost:6625',
    hosts: { isName: () => true },
    log: { error: (...parts: unknown[]) => logged.push(parts) },
  };
  const cause = new Error('no such file');
  app.decorate('mock', server as never);
  createPages(app).serve('/docs/static/reader.js', 'text/javascript', {}, () => Promise.reject(cause));

  const { statusCode, body } = await app.inject('/docs/static/reader.js');

  expect(statusCode).toBe(500);
  expect(body).toContain('Its log has the details.');
  expect(logged).toEqual([['GET /docs/static/reader.js failed', cause]]);
});

it('the console of a world loads its files and links below the path of that world', async () => {
  const served = new Map<string, PageText>();
  const pages = {
    serve: (path: string, ...[, , text]: [string, unknown, PageText]) => served.set(path, text),
    serveInService: () => {},
    forward: () => {},
  };
  const page = '<html data-below=""><a href="./docs">Documents</a><script src="./console.js"></script>';
  serveConsole(pages, async () => Buffer.from(page));
  const render = async (below: string) => String(await served.get('/')?.(below, '', {} as never));

  expect(await render('')).toBe('<html data-below=""><a href="/docs">Documents</a><script src="/console.js"></script>');
  expect(await render('/w/ada')).toBe(
    '<html data-below="/w/ada"><a href="/w/ada/docs">Documents</a><script src="/w/ada/console.js"></script>',
  );
});
