import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { assertRefused, useMock } from 'nv-auth-mock';

const mock = useMock({ beforeAll: before, beforeEach, afterEach, afterAll: after });

test('a token counts for an hour', async () => {
  const { clientId, clientSecret } = mock().cast.runai.users[0].accessKey;
  const granted = await fetch(`${mock().url}/api/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
  });
  const { accessToken } = await granted.json();
  const list = () => fetch(`${mock().url}/api/v1/users`, { headers: { authorization: `Bearer ${accessToken}` } });

  assert.equal((await list()).status, 200);
  await mock().clock.advance('1h');
  assertRefused(await list(), 'expired_token');
});
