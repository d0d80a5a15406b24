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

it('the console of a world links only to that world', async () => {
  const served = new Map<string, PageText>();
  const pages = {
    serve: (path: string, ...[, , text]: [string, unknown, PageText]) => served.set(path, text),
    serveInService: () => {},
    forward: () => {},
  };
  const firstView = '<a href="/#/requests">Requests</a><a href="/docs">Documents</a><a href="/#/clock">Clock</a>';
  serveConsole(pages, async (file) => Buffer.from(file === 'first-view.html' ? firstView : ''));
  const readLinks = async (below: string) => {
    const page = String(await served.get('/')?.(below, '', {} as never));
    return [...page.matchAll(/<a href="([^"]*)"/g)].map(([, link]) => link);
  };

  const links = ['/docs', '/_mock/decisions?effect=deny', '/#/requests', '/docs', '/#/clock'];
  expect(await readLinks('')).toEqual(links);
  expect(await readLinks('/w/ada')).toEqual(links.map((link) => `/w/ada${link}`));
});
