import { expect, it } from 'vitest';
import { findNearest } from '../../src/config/nearest.ts';

it.each([
  ['prot', 'port'],
  ['PORT', 'port'],
  ['pub', 'public-url'],
  ['port-number', 'port'],
  ['', 'port'],
])('of port, public-url and seed the nearest to `%s` is %s', (name, nearest) => {
  expect(findNearest(name, ['port', 'public-url', 'seed'])).toBe(nearest);
});
