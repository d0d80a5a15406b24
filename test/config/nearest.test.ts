import { expect, it } from 'vitest';
import { findNear, findNearest } from '../../src/config/nearest.ts';

const VALID = ['port', 'public-url', 'seed'];

it.each([
  ['prot', 'port'],
  ['PORT', 'port'],
  ['pub', 'public-url'],
  ['port-number', 'port'],
  ['', 'port'],
])('of port, public-url and seed the nearest to `%s` is %s', (name, nearest) => {
  expect(findNearest(name, VALID)).toBe(nearest);
});

it.each([
  ['prt', 'port'],
  ['PORT', 'port'],
  ['pub', 'public-url'],
  ['publik_url', 'public-url'],
  ['port-number', 'port'],
  ['sead', 'seed'],
  ['seed', 'seed'],
  ['edes', 'seed'],
  ['p', undefined],
  ['tort-law', undefined],
  ['banana', undefined],
  ['', undefined],
  ['port'.repeat(100), undefined],
])('who wrote `%s` meant, of port, public-url and seed: %s', (name, meant) => {
  expect(findNear(name, VALID)).toBe(meant);
});

it('a name that is nearly the whole comes before its beginning', () => {
  expect(findNear('air-admn', ['air', 'air-admin'])).toBe('air-admin');
});

it('where there is nothing to mean, nothing was meant', () => {
  expect(findNear('port', [])).toBeUndefined();
});
