import { expect, it } from 'vitest';
import { readHar } from '../../src/traffic/har.ts';

const entries = ['a', 'b', 'c'].map((name) => ({ request: { method: 'GET', url: `/${name}` } }));
const [entry] = entries;
const readPlaces = (text: string) => readHar(text, 't.har').map(({ place }) => place);

it('the place of an entry is its line', () => {
  expect(readPlaces(JSON.stringify({ log: { entries } }, null, 1))).toEqual(['t.har:4', 't.har:10', 't.har:16']);
  expect(readPlaces(`{"log":{"entries":[\n${entries.map((value) => JSON.stringify(value)).join(',\n')}]}}`)).toEqual([
    't.har:2',
    't.har:3',
    't.har:4',
  ]);
});

it('the place of an entry is its number if its line is not unique', () => {
  expect(readPlaces(JSON.stringify({ log: { entries } }))).toEqual(['t.har entry 1', 't.har entry 2', 't.har entry 3']);
  expect(readPlaces(JSON.stringify({ log: { entries: [entry] } }))).toEqual(['t.har entry 1']);
  const twoOnALine = `{"log":{"entries":[\n${JSON.stringify(entry)},${JSON.stringify(entry)},\n${JSON.stringify(entry)}]}}`;
  expect(readPlaces(twoOnALine)).toEqual(['t.har entry 1', 't.har entry 2', 't.har entry 3']);
});

it('an invalid entry is rejected with its place', () => {
  expect(() => readHar(JSON.stringify({ log: { entries: [entry, 7, entry] } }), 't.har')).toThrow(
    't.har entry 2 is not an entry',
  );
});

it('a repeated request header has its values in their order, as a server receives them', () => {
  const headers = ['X-Tenant: 7', 'Accept: */*', 'x-tenant: 8', 'Cookie: a=1', 'cookie: b=2'].map((line) => {
    const [name, value] = line.split(': ');
    return { name, value };
  });
  const [exchange] = readHar(JSON.stringify({ log: { entries: [{ request: { ...entry?.request, headers } }] } }), 't');

  expect(exchange?.headers).toEqual({ 'x-tenant': '7, 8', accept: '*/*', cookie: 'a=1; b=2' });
});
