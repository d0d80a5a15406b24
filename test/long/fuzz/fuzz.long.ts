import { expect, it } from 'vitest';
import { report } from './report.ts';
import { SETS } from './sets.ts';

it.each(Object.keys(SETS))('no generated request gets an undocumented response: %s', async (name) => {
  expect(await report(name)).toEqual([]);
});
