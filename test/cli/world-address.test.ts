import { expect, it } from 'vitest';
import { listWorlds, locateWorld, prefixOf, readWorldIds } from '../../src/cli/world-address.ts';

it('prefixOf returns the path of a world, and an empty path without a world', () => {
  expect([prefixOf('team-a'), prefixOf(null)]).toEqual(['/w/team-a', '']);
});

it.each([
  [{ worlds: [{ id: 'default' }, { id: 'a' }] }, ['default', 'a']],
  [{ worlds: [] }, []],
  [{ worlds: 'a' }, null],
  ['not here', null],
  [null, null],
])('readWorldIds of the response %j returns %j', async (body, ids) => {
  expect(await readWorldIds(async () => body)).toEqual(ids);
});

it('readWorldIds reads all pages', async () => {
  const pages = new Map<string, unknown>([
    ['/_mock/worlds', { worlds: [{ id: 'default' }], next: '1.a' }],
    ['/_mock/worlds?after=1.a', { worlds: [{ id: 'b' }], next: null }],
  ]);

  expect(await readWorldIds(async (path) => pages.get(path))).toEqual(['default', 'b']);
});

it('listWorlds lists the nearest of many worlds', () => {
  const many = Array.from({ length: 22 }, (_, index) => `team-${index}`);

  expect(listWorlds('x', ['a', 'b'])).toBe('`a`, `b`');
  expect(listWorlds('taem-7', many)).toMatch(/^`team-7`, .* and 14 more, which `GET \/_mock\/worlds` lists$/);
});

it.each([
  ['http://mock:6625', { root: 'http://mock:6625', world: null }],
  ['http://mock:6625/', { root: 'http://mock:6625', world: null }],
  ['http://mock:6625/w/a/', { root: 'http://mock:6625', world: 'a' }],
])('locateWorld of the URL %s returns %j', (url, place) => {
  expect(locateWorld(url)).toEqual(place);
});

it.each([
  ['http://mock:6625/_mock', 'http://mock:6625/_mock'],
  ['http://mock:6625/w/a/_mock', 'http://mock:6625/w/a/_mock'],
  ['http://mock:6625/w/a?b=1', 'http://mock:6625/w/a?...'],
  ['http://mock:6625/#/faults', 'http://mock:6625/#...'],
  ['https://ada:1/secret@mock', 'https://...'],
])('locateWorld rejects the URL %s, which has more than an address', (url, shown) => {
  expect(() => locateWorld(url)).toThrow(
    `--url ${shown} is not the URL of a server, such as \`http://mock:6625\`, or of a world, such as \`http://mock:6625/w/team-a\`.`,
  );
});
