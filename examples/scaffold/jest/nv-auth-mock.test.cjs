const { assertRefused, useMock } = require('nv-auth-mock');

// Each test has a mock of its own. Give `mock().url` to your client in place of the control plane's URL.
const mock = useMock({ beforeAll, beforeEach, afterEach, afterAll });

test('a token counts for an hour', async () => {
  const authorization = `Bearer ${await mock().getToken()}`;
  const list = () => fetch(`${mock().url}/api/v1/access-keys`, { headers: { authorization } });

  expect((await list()).status).toBe(200);
  await mock().clock.advance('1h');
  assertRefused(await list(), 'expired_token');
});
