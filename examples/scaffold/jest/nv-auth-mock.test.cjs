const { assertRefused, useMock } = require('nv-auth-mock');

// Each test has its own world. Use `mock().url` instead of the control plane's URL in your client.
const mock = useMock({ beforeAll, beforeEach, afterEach, afterAll });

test('a token counts for an hour', async () => {
  const authorization = `Bearer ${await mock().getToken()}`;
  const list = () => fetch(`${mock().url}/api/v1/access-keys`, { headers: { authorization } });

  expect((await list()).status).toBe(200);
  await mock().clock.advance('1h');
  assertRefused(await list(), 'expired_token');
});
