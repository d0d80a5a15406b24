import { afterAll, describe, expect, it } from 'vitest';
import { connect, startMock } from '../../src/index.ts';

const mock = await startMock();
afterAll(() => mock.stop());

const order = (name: string) => ({
  type: 'service' as const,
  name,
  services: ['air' as const],
  scopes: ['air:access'],
});
const SCOPES = ['air:access', 'air:simulation_read'];

describe.each([
  ['a mock', () => Promise.resolve(mock)],
  ['a world', () => mock.world()],
  ['a world through connect', async () => connect(mock.url, { world: (await mock.world()).id })],
] as const)('the edits of keys of %s', (_what, open) => {
  it('wait for their time, and take effect when they are applied, of one key or of all', async () => {
    const { keys, propagation } = await open();
    const set = await propagation.set({ mode: 'fixed', delay: '20m' });
    const [one, other] = [await keys.create(order('one')), await keys.create(order('other'))];
    for (const { id } of [one, other]) await keys.edit(id, { scopes: SCOPES });
    const pending = await propagation.pending();

    expect(set).toMatchObject({ mode: 'fixed', delay: 'PT20M' });
    expect(await propagation.get()).toEqual(set);
    expect(pending).toMatchObject([
      { keyId: one.id, version: 2, scopes: SCOPES },
      { keyId: other.id, version: 2, scopes: SCOPES },
    ]);
    expect(await propagation.pending(other.id)).toEqual(pending.slice(1));

    expect(await propagation.apply(one.id)).toEqual([{ keyId: one.id, version: 3 }]);
    expect((await keys.get(one.id)).policy).toMatchObject({ version: 3, scopes: SCOPES });
    expect(await propagation.pending()).toEqual(pending.slice(1));
    expect(await propagation.apply()).toEqual([{ keyId: other.id, version: 3 }]);
    expect(await propagation.pending()).toEqual([]);
    await propagation.set({ mode: 'off' });
  });
});

it('edits of a key that does not exist are refused, not those of all keys', async () => {
  for (const id of ['no-such-key', '']) {
    await expect(mock.propagation.apply(id)).rejects.toMatchObject({ name: 'MockError' });
  }
  await expect(mock.propagation.pending('no-such-key')).rejects.toThrow('No key has this id');
});

it('the key that requests need is found before there is one', async () => {
  const { keys, free } = await mock.leastPrivilegeFor([
    { method: 'GET', url: 'https://api.air-ngc.nvidia.com/api/v3/simulations/' },
    { method: 'POST', path: '/api/v1/token' },
  ]);

  expect(keys).toMatchObject([{ kind: 'service-key', smallest: { services: ['air'], scopes: SCOPES } }]);
  expect(free).toMatchObject([{ operation: 'grant_token' }]);
});
