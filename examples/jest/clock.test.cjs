const { assertRefused, useMock } = require('nv-auth-mock');

const mock = useMock({ beforeAll, beforeEach, afterEach, afterAll });

const list = (token) => fetch(`${mock().url}/api/v1/access-keys`, { headers: { authorization: `Bearer ${token}` } });

test('a token counts for an hour of the mock', async () => {
  const token = await mock().getToken();
  expect((await list(token)).status).toBe(200);

  await mock().clock.advance('1h');
  const answer = await list(token);

  expect(answer.status).toBe(401);
  assertRefused(answer, 'expired_token');
});

test('every test finds the mock as it was seeded', async () => {
  expect((await mock().clock.now()).ahead).toBe('PT0S');
});
