/** Differences between two responses, and differences in the data of accounts. */
import { describe, expect, it } from 'vitest';
import { compareResponses } from '../../src/compare/diff.ts';
import { Operations } from '../../src/compare/operations.ts';

const properties = {
  id: { type: 'string' },
  phase: { type: 'string', enum: ['5f0c2a9d11e84b70', '6a1d3b0e22f95c81'] },
  tierId: { type: 'string', enum: ['1', '2'] },
  owner: { type: 'string', format: 'uuid' },
  endedAt: { type: 'string', nullable: true },
};
const schema = { type: 'object', properties };
const content = { 'application/json': { schema } };
const operations = new Operations({
  paths: { '/things/{id}': { get: { operationId: 'getThing', responses: { 200: { content } } } } },
});

function compareBodies(real: unknown, mock: unknown, url = '/things/7') {
  const createResult = (body: unknown) => ({
    url,
    isCreated: false,
    hasAllObjects: true,
    response: { status: 200, headers: {}, text: JSON.stringify(body) },
  });
  const request = { name: 'it', method: 'GET', url, credential: 'valid', mediaType: null, body: '' } as const;
  const { differences, notCompared } = compareResponses(request, createResult(real), createResult(mock), {
    secrets: ['hush'],
    operations,
  });
  const reported = ({ place, class: name, kind }: (typeof differences)[number]) => `${place} ${name} ${kind}`;
  return [...differences.map(reported), ...notCompared.map(({ place }) => `${place} not compared`)];
}

it('the comparison of large responses takes linear time', () => {
  const objects = (side: string) => Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`${side}-${at}`, at]));
  const names = Array.from({ length: 10_000 }, (_, at) => `name-${at}`);

  expect(compareBodies(objects('real'), objects('mock'))).toHaveLength(10_000);
  expect(compareBodies({ names }, { names: names.toReversed() })).toContain('body.names order of a list behaviour');
});

describe('generated ids', () => {
  it.each([
    ['UUIDs', 'id', '0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001', '1b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001'],
    ['numbers in strings', 'project_id', '4600001', '98'],
    ['numbers', 'roleId', 7, 12],
    ['names as ids', 'clientId', 'ci-app', '5f0c2a9d11e84b70'],
    ['in a list', 'projectIds', ['4600001'], ['4600002', '7']],
    ['recognised by their format', 'owner', 'one', 'another'],
    ['recognised by their value', 'made', '5f0c2a9d11e84b70', '6a1d3b0e22f95c81'],
    ['ULIDs recognised by their value', 'made', '01ARZ3NDEKTSV4RRFFQ69G5FAV', '01BX5ZZKBKACTAV9WEVGEMMVRZ'],
    ['within a string', 'message', 'No 5f0c2a9d11e84b70.', 'No 6a1d3b0e22f95c81.'],
  ])('with other values are not reported: %s', (_, name, real, mock) => {
    expect(compareBodies({ [name]: real }, { [name]: mock })).toEqual([]);
  });

  it.each([
    ['a UUID and a number', '0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001', '7300012'],
    ['other prefixes', 'fn-5f0c2a9d11e84b70', 'ver-5f0c2a9d11e84b70'],
  ])('of another form are reported: %s', (_, real, mock) => {
    expect(compareBodies({ id: real }, { id: mock })).toEqual(['body.id id form behaviour']);
  });

  it('do not include values that the document lists', () => {
    expect(compareBodies({ tierId: '1' }, { tierId: '2' })).toEqual(['body.tierId enum behaviour']);
  });

  it('do not include words that happen to consist of hexadecimal digits', () => {
    expect(compareBodies({ made: 'deadbeefcafe' }, { made: 'facadefacade' })).toEqual(['body.made value behaviour']);
  });
});

describe('two lists are compared by their order and their entries:', () => {
  it.each([
    [['a', 'b', 'c'], ['a', 'c', 'b'], ['body order of a list behaviour']],
    [['a', 'x', 'b'], ['y', 'a', 'b'], ['body[] value data']],
    [[{ name: 'a' }, { name: 'b' }], [{ name: 'b' }, { name: 'a' }], ['body order of a list behaviour']],
    [[{ id: 2 }, { id: 1 }], [{ id: 1 }, { id: 2 }], ['body order of a list behaviour']],
    [[], ['a'], ['body not compared']],
    [[], [], ['body not compared']],
  ])('%j and %j', (real, mock, reported) => {
    expect(compareBodies(real, mock, '/lists')).toEqual(reported);
  });
});

describe('a count', () => {
  const list = (count: number, length: number, more: object = {}) => ({
    ...more,
    count,
    results: Array(length).fill('a'),
  });

  it.each([
    ['fits the lists of both sides', list(3, 3), list(2, 2), ['body.count value data']],
    [
      'does not fit the list of one side',
      list(3, 2),
      list(2, 2),
      ['body.count count behaviour', 'body.count value data'],
    ],
    ['fits neither list', list(3, 2), list(2, 1), ['body.count value data']],
    ['is larger than a page', list(300, 20), list(2, 2), ['body.count value data']],
    [
      'belongs to a list with a `next` page',
      list(3, 2, { next: '/2' }),
      list(2, 2, { next: '/2' }),
      ['body.count value data'],
    ],
  ])('that %s is compared with its list', (_, real, mock, reported) => {
    expect(compareBodies(real, mock, '/lists')).toEqual(reported);
  });

  it('may exceed the list if the request limits the page', () => {
    expect(compareBodies(list(9, 2), list(2, 2), '/lists?limit=2')).toEqual(['body.count value data']);
  });
});

describe('the report of values', () => {
  it('classifies a difference from null as data if the value may be null', () => {
    const ended = '2026-01-15T12:00:00Z';
    expect(compareBodies({ endedAt: null, id: null }, { endedAt: ended, id: 'x' })).toEqual([
      'body.endedAt value data',
      'body.id value behaviour',
    ]);
  });

  it('contains a missing value, but not its members', () => {
    expect(compareBodies({}, { of: { the: { owner: 'x' } } })).toEqual(['body.of missing field behaviour']);
  });
});
