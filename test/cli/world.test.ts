import { expect, it } from 'vitest';
import { prefixOf, worldIdsOf, worldsInWords } from '../../src/cli/world.ts';

it('everything in a world is below its path, and without a world below none', () => {
  expect([prefixOf('team-a'), prefixOf(null)]).toEqual(['/w/team-a', '']);
});

it.each([
  [{ worlds: [{ id: 'default' }, { id: 'a' }] }, ['default', 'a']],
  [{ worlds: [] }, []],
  [{ worlds: 'a' }, null],
  ['not here', null],
  [null, null],
])('of the answer %j the worlds are %j', (body, ids) => {
  expect(worldIdsOf(body)).toEqual(ids);
});

it('of many worlds the first ones are named', () => {
  const many = Array.from({ length: 22 }, (_, index) => `w${index}`);

  expect(worldsInWords(['a', 'b'])).toBe('`a`, `b`');
  expect(worldsInWords(many)).toMatch(/^`w0`, .*`w19` and 2 more$/);
});
