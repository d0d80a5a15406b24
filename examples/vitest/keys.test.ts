import { expect, test } from 'nv-auth-mock/vitest';

test('a reader of Air cannot make simulations', async ({ mock }) => {
  const { key } = await mock.keys.create({
    type: 'service',
    name: 'reader',
    services: ['air'],
    scopes: ['air:access', 'air:simulation_read'],
  });
  const answer = await fetch(`${mock.url}/api/v3/simulations/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'lab' }),
  });

  expect(answer).toBeRefused({ reason: 'missing_scope', missing: ['air:simulation_create'] });
});
