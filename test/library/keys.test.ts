import { afterAll, describe, expect, it } from 'vitest';
import { connect, startMock } from '../../src/index.ts';

const mock = await startMock();
afterAll(() => mock.stop());

const createOptions = (name: string) => ({
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
  it('wait for the propagation delay, and take effect when one or all are applied', async () => {
    const { keys, propagation } = await open();
    const set = await propagation.set({ mode: 'fixed', delay: '20m' });
    const [first, second] = [await keys.create(createOptions('one')), await keys.create(createOptions('other'))];
    for (const { id } of [first, second]) await keys.edit(id, { scopes: SCOPES });
    const pending = await propagation.pending();

    expect(set).toMatchObject({ mode: 'fixed', delay: 'PT20M' });
    expect(await propagation.get()).toEqual(set);
    expect(pending).toMatchObject([
      { keyId: first.id, version: 2, scopes: SCOPES },
      { keyId: second.id, version: 2, scopes: SCOPES },
    ]);
    expect(await propagation.pending(second.id)).toEqual(pending.slice(1));

    expect(await propagation.apply(first.id)).toEqual([{ keyId: first.id, version: 3 }]);
    expect((await keys.get(first.id)).policy).toMatchObject({ version: 3, scopes: SCOPES });
    expect(await propagation.pending()).toEqual(pending.slice(1));
    expect(await propagation.apply()).toEqual([{ keyId: second.id, version: 3 }]);
    expect(await propagation.pending()).toEqual([]);
    await propagation.set({ mode: 'off' });
  });
});

it('edits of an unknown key are rejected', async () => {
  for (const id of ['no-such-key', '']) {
    await expect(mock.propagation.apply(id)).rejects.toMatchObject({ name: 'MockError' });
  }
  await expect(mock.propagation.pending('no-such-key')).rejects.toThrow('No key has this id');
});

it('methods ignore further arguments, for example as callbacks', async () => {
  const { id } = await mock.keys.create(createOptions('rotated'));
  const [rotated] = await Promise.all([id].map(mock.keys.rotate));

  expect(rotated).toMatchObject({ id, type: 'service' });
  expect(await Promise.all([id].map(mock.keys.get))).toMatchObject([{ id }]);
});
