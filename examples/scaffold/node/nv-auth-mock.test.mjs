import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { assertRefused, useMock } from 'nv-auth-mock';

// Each test has its own world. Use `mock().url` instead of the control plane's URL in your client.
const mock = useMock({ beforeAll: before, beforeEach, afterEach, afterAll: after });

test('a token counts for an hour', async () => {
  const authorization = `Bearer ${await mock().getToken()}`;
  const list = () => fetch(`${mock().url}/api/v1/access-keys`, { headers: { authorization } });

  assert.equal((await list()).status, 200);
  await mock().clock.advance('1h');
  assertRefused(await list(), 'expired_token');
});
