import { expect, test } from 'nv-auth-mock/vitest';

// Starts the server before the first test, whose time limit would include the start.
test.beforeAll(({ mockServer }) => void mockServer, 60_000);

// Each test has its own world. Use `mock.url` instead of the control plane's URL in your client.
test('a token counts for an hour', async ({ mock }) => {
  const authorization = `Bearer ${await mock.getToken()}`;
  const list = () => fetch(`${mock.url}/api/v1/access-keys`, { headers: { authorization } });

  expect((await list()).status).toBe(200);
  await mock.clock.advance('1h');
  expect(await list()).toBeRefused('expired_token');
});
