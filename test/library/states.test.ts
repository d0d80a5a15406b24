import { afterAll, expect, it } from 'vitest';
import { startMock } from '../../src/index.ts';

const mock = await startMock({ listen: false });
afterAll(() => mock.stop());

it('provider states are listed, set up and torn down, each in its own world', async () => {
  const [one, other] = [await mock.world(), await mock.world()];
  const params = { type: 'service', name: 'ci', services: ['nvcf'], scopes: ['list_functions'] };
  const { id, key } = await one.states.setup('a key with scopes', params);
  expect(key).toMatch(/^nvapi-/);
  await other.states.teardown('a key with scopes', params);
  expect((await one.keys.list()).map((listed) => listed.id)).toContain(id);
  await one.states.teardown('a key with scopes', params);
  expect((await one.keys.list()).map((listed) => listed.id)).not.toContain(id);
  expect((await one.states.list()).map(({ name }) => name)).toContain('an identity');
  await expect(one.states.setup('a rest mock')).rejects.toThrow('Did you mean `a reset mock`?');
});
