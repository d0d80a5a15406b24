import { expect, test } from 'nv-auth-mock/vitest';

// Each test has a mock of its own. Give `mock.url` to your client in place of the control plane's URL.
test('a token counts for an hour', async ({ mock }) => {
  const authorization = `Bearer ${await mock.getToken()}`;
  const list = () => fetch(`${mock.url}/api/v1/access-keys`, { headers: { authorization } });

  expect((await list()).status).toBe(200);
  await mock.clock.advance('1h');
  expect(await list()).toBeRefused('expired_token');
});
