const { matchers, useMock } = require('nv-auth-mock');

expect.extend(matchers);

const mock = useMock({ beforeAll, beforeEach, afterEach, afterAll });

test('a client keeps its token', async () => {
  const token = await mock().getToken();
  for (const path of ['/api/v1/users', '/api/v1/access-keys']) {
    await fetch(`${mock().url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  }

  await expect(mock()).toHaveReceived({ operation: 'grant_token', times: 1 });
  await expect(mock()).not.toHaveReceived({ reason: 'no_token' });
  await expect(mock()).toHaveReceived({ operation: 'get_users', status: 200, times: 1 });
});

test('a client that asks again is found out', async () => {
  await mock().getToken();
  await mock().getToken();

  const once = { operation: 'grant_token', times: 1 };
  await expect(mock()).not.toHaveReceived(once);
  await expect(expect(mock()).toHaveReceived(once)).rejects.toThrow('POST /api/v1/token');
});
