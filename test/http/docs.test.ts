/** Breaks with: src/http/console.ts, src/http/pages.ts */
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

const { app } = await testServer();

it.each(['runai', 'control'])('GET /openapi/%s.json is the document', async (name) => {
  const response = await app.inject(`/openapi/${name}.json`);

  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain('application/json');
  expect(response.json()).toMatchObject({ openapi: '3.0.3', servers: [{ url: '/' }] });
});

it('GET / is the console, without a script or a style of its own', async () => {
  const { statusCode, headers, body } = await app.inject('/');

  expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers['content-security-policy']).not.toContain('unsafe');
  const files = [...body.matchAll(/(?:src|href)="(\/console\/[^"]*)"/g)].map(([, path = '']) => path);
  const types = await Promise.all(files.map(async (path) => (await app.inject(path)).headers['content-type']));
  expect(types).toEqual(['text/css; charset=utf-8', 'text/javascript; charset=utf-8']);
});

it('GET /docs leads to a page for each document', async () => {
  const index = await app.inject('/docs');

  expect(index.statusCode).toBe(200);
  for (const name of ['runai', 'control']) {
    expect(index.body).toContain(`href="/docs/${name}"`);
    const page = await app.inject(`/docs/${name}`);
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await app.inject(`/docs/${name}/`)).body).toBe(page.body);
    expect(page.body).toContain(`data-document="/openapi/${name}.json"`);
    expect((await app.inject(`/docs/${name}/json`)).json().paths).toBeTypeOf('object');
  }
});

it('a page brings all that it asks for from this server, and no script of its own', async () => {
  const { body } = await app.inject('/docs/air');
  const asked = [...body.matchAll(/(?:src|href|data-document)="([^"]*)"/g)].map(([, path = '']) => path);
  const types = await Promise.all(
    asked.map(async (path) => {
      const { statusCode, headers } = await app.inject(path);
      return [statusCode, String(headers['content-type']).split(';')[0]];
    }),
  );

  expect(types).toEqual([
    [200, 'text/css'],
    [200, 'application/json'],
    [200, 'text/javascript'],
    [200, 'text/javascript'],
  ]);
  expect((await app.inject('/docs/static/reader.js')).body).toContain('SwaggerUIBundle(');
  expect(body).not.toMatch(/<script>|<style|\son\w+="/);
});

it('in a world the pages stay there, and documents say where it is', async () => {
  const { app: withWorld } = await testServer({ world: ['alice'] });
  const [page, document, index] = [
    await withWorld.inject('/w/alice/docs/air'),
    await withWorld.inject('/w/alice/openapi/air.json'),
    await withWorld.inject('/w/alice/'),
  ];

  expect(page.body).toContain('data-document="/w/alice/openapi/air.json"');
  expect(document.json()).toMatchObject({ openapi: '3.0.3', servers: [{ url: '/w/alice' }] });
  expect(index.body).toContain('data-below="/w/alice"');
  expect(index.body).toContain('src="/w/alice/console/console.js"');
  expect((await withWorld.inject('/w/nobody/docs')).statusCode).toBe(404);
});

it('another document or page does not exist', async () => {
  expect((await app.inject('/openapi/other.json')).statusCode).toBe(404);
  expect((await app.inject('/docs/other')).statusCode).toBe(404);
});
