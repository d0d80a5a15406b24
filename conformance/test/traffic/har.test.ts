import { expect, it } from 'vitest';
import { readHar } from '../../src/traffic/har.ts';

const entries = ['a', 'b', 'c'].map((name) => ({ request: { method: 'GET', url: `/${name}` } }));
const [one] = entries;
const placesIn = (text: string) => readHar(text, 't.har').map(({ place }) => place);

it('an entry of an archive is named by its line', () => {
  expect(placesIn(JSON.stringify({ log: { entries } }, null, 1))).toEqual(['t.har:4', 't.har:10', 't.har:16']);
  expect(placesIn(`{"log":{"entries":[\n${entries.map((its) => JSON.stringify(its)).join(',\n')}]}}`)).toEqual([
    't.har:2',
    't.har:3',
    't.har:4',
  ]);
});

it('or by its number, where lines do not tell entries apart', () => {
  expect(placesIn(JSON.stringify({ log: { entries } }))).toEqual(['t.har entry 1', 't.har entry 2', 't.har entry 3']);
  expect(placesIn(JSON.stringify({ log: { entries: [one] } }))).toEqual(['t.har entry 1']);
  const twoOnALine = `{"log":{"entries":[\n${JSON.stringify(one)},${JSON.stringify(one)},\n${JSON.stringify(one)}]}}`;
  expect(placesIn(twoOnALine)).toEqual(['t.har entry 1', 't.har entry 2', 't.har entry 3']);
});

it('also in the message about one that is none', () => {
  expect(() => readHar(JSON.stringify({ log: { entries: [one, 7, one] } }), 't.har')).toThrow(
    't.har entry 2 is not an entry',
  );
});
