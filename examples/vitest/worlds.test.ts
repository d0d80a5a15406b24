import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'nv-auth-mock/vitest';

const list = (url: string, token: string) =>
  fetch(`${url}/api/v1/access-keys`, { headers: { authorization: `Bearer ${token}` } });

// Both run at the same time, in separate worlds.

test.concurrent('a token is refused after two hours', async ({ mock }) => {
  const token = await mock.getToken('researcher@acme.test');
  await mock.clock.advance('2h');

  expect(await list(mock.url, token)).toBeRefused('expired_token');
});

test.concurrent('a token is accepted while nobody moves the clock', async ({ mock }) => {
  const token = await mock.getToken('researcher@acme.test');
  await setTimeout(100); // meanwhile, the other test moves its clock

  expect((await list(mock.url, token)).status).toBe(200);
  expect((await mock.clock.now()).ahead).toBe('PT0S');
});
