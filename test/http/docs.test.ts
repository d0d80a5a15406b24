import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

const { app } = await testServer();

it.each(['runai', 'control'])('GET /openapi/%s.json is the document', async (name) => {
  const response = await app.inject(`/openapi/${name}.json`);

  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain('application/json');
  expect(response.json()).toMatchObject({ openapi: '3.0.3', servers: [{ url: '/' }] });
});

it('GET /docs leads to a page for each document, and GET / leads there', async () => {
  const index = await app.inject('/docs');

  expect((await app.inject('/')).headers['location']).toBe('/docs');
  expect(index.statusCode).toBe(200);
  for (const name of ['runai', 'control']) {
    expect(index.body).toContain(`href="/docs/${name}"`);
    const page = await app.inject(`/docs/${name}`);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('swagger-ui');
    expect((await app.inject(`/docs/${name}/json`)).json().paths).toBeTypeOf('object');
    expect((await app.inject(`/docs/${name}/static/swagger-ui-bundle.js`)).statusCode).toBe(200);
  }
});

it('another document or page does not exist', async () => {
  expect((await app.inject('/openapi/other.json')).statusCode).toBe(404);
  expect((await app.inject('/docs/other')).statusCode).toBe(404);
});
