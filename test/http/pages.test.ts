import fastify from 'fastify';
import { expect, it } from 'vitest';
import { pagesOn } from '../../src/http/pages.ts';

it('A page that fails is answered 500, and the log says why', async () => {
  const app = fastify();
  const logged: unknown[][] = [];
  const server = {
    addresses: { of: () => null },
    worlds: { fault: () => null },
    originGuard: { check: () => {} },
    publicUrl: 'http://localhost:6625',
    hosts: { isName: () => true },
    log: { error: (...parts: unknown[]) => logged.push(parts) },
  };
  const cause = new Error('no such file');
  app.decorate('mock', server as never);
  pagesOn(app).serve('/docs/static/reader.js', 'text/javascript', {}, () => Promise.reject(cause));

  const { statusCode, body } = await app.inject('/docs/static/reader.js');

  expect(statusCode).toBe(500);
  expect(body).toContain('Its log has the details.');
  expect(logged).toEqual([['GET /docs/static/reader.js failed', cause]]);
});
