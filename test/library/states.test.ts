import { afterAll, expect, it } from 'vitest';
import { startMock } from '../../src/index.ts';

const mock = await startMock({ listen: false });
afterAll(() => mock.stop());

it('provider states are listed, set up and torn down in one world only', async () => {
  const [world, otherWorld] = [await mock.world(), await mock.world()];
  const params = { type: 'service', name: 'ci', services: ['nvcf'], scopes: ['list_functions'] };
  const { id, key } = await world.states.setup('a key with scopes', params);
  expect(key).toMatch(/^nvapi-/);
  await otherWorld.states.teardown('a key with scopes', params);
  expect((await world.keys.list()).map((listed) => listed.id)).toContain(id);
  await world.states.teardown('a key with scopes', params);
  expect((await world.keys.list()).map((listed) => listed.id)).not.toContain(id);
  expect((await world.states.list()).map(({ name }) => name)).toContain('an identity');
  await expect(world.states.setup('a rest mock')).rejects.toThrow('Did you mean `a reset mock`?');
});
