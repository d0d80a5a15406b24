import { afterAll, expect, it } from 'vitest';
import { type DrillName, startMock } from '../../src/index.ts';

const mock = await startMock({ listen: false });
afterAll(() => mock.stop());

it('drills are listed, run and ended by name in one world only', async () => {
  const [world, otherWorld] = [await mock.world(), await mock.world()];
  const started = await world.drills.run('token-outage', { for: '10m' });
  expect(started).toMatchObject({ name: 'token-outage', principal: null });
  await expect(world.getToken()).rejects.toThrow('Service Unavailable');
  await expect(otherWorld.getToken()).resolves.toMatch(/^eyJ/);
  expect((await world.drills.list()).filter(({ running }) => running).map(({ name }) => name)).toEqual([
    'token-outage',
  ]);
  await world.drills.end('token-outage');
  await expect(world.getToken()).resolves.toMatch(/^eyJ/);
});

it('a drill that regenerates a secret returns the new credentials', async () => {
  const world = await mock.world();
  const { credentials } = await world.drills.run('regenerate-secret', { principal: 'researcher@acme.test' });
  await expect(world.getToken('researcher@acme.test')).rejects.toThrow();
  await expect(world.getToken(credentials)).resolves.toMatch(/^eyJ/);
});

it('a drill for keys judges the later requests of the client', async () => {
  const world = await mock.world();
  const call = (key: string) => world.fetch('/v2/nvcf/functions', { headers: { authorization: `Bearer ${key}` } });
  const oldKey = world.key('nvcf-deployer');
  await call(oldKey);
  const { key = '' } = await world.drills.run('rotate-key');
  expect(await world.drills.get('rotate-key')).toMatchObject({ service: 'ngc', verdict: { result: 'waiting' } });
  await call(oldKey);
  await call(key);
  expect(await world.drills.get('rotate-key')).toMatchObject({ verdict: { result: 'passed' } });
});

it('the type `DrillName` has exactly the drills of the server', async () => {
  const names: Record<DrillName, true> = {
    'rotate-signing-key': true,
    'regenerate-secret': true,
    'revoke-session': true,
    'expire-tokens': true,
    'token-outage': true,
    'slow-token': true,
    'rate-limit': true,
    'rotate-key': true,
    'expire-key': true,
    'narrow-key': true,
    'delete-function': true,
    'drop-role': true,
    'drop-model': true,
  };
  expect((await mock.drills.list()).map(({ name }) => name).sort()).toEqual(Object.keys(names).sort());
  await expect(mock.drills.run('token-outrage' as DrillName)).rejects.toThrow('Did you mean `token-outage`?');
});
