/** Documents that are too large for a comparison with quadratic time. */
import { describe, expect, it } from 'vitest';
import { createDocument, findDifferenceIds } from './comparing.ts';

describe('a comparison takes linear time', () => {
  it.each([
    [
      'with other parameters',
      (at: number) => `/things/{name${at}}`,
      ['/things/{id}/parts: path', '/things/{id}: path parameters'],
    ],
    ['at another base path', (at: number) => `/v9/things/{name${at}}`, []],
    ['with other names', (at: number) => `/things/{id}/other${at}`, []],
  ])('for 20,000 paths %s', async (_what, createPath, expected) => {
    const get = { responses: { 200: { description: 'ok' } } };
    const paths = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [createPath(at), { get }]));
    const ours = { openapi: '3.0.3', info: {}, paths: { '/things/{id}': { get }, '/things/{id}/parts': { get } } };

    expect(await findDifferenceIds({ ...ours, paths: paths(20_000) }, ours)).toEqual(expected);
  });

  it('for an allOf with 130,000 schemas', async () => {
    const schemas = Array.from({ length: 130_000 }, (_, minLength) => ({ type: 'string', minLength }));
    const S0 = { type: 'string' };

    expect(await findDifferenceIds(createDocument({ S0: { allOf: schemas } }), createDocument({ S0 }))).toEqual([
      'GET /things 200 body: minLength',
    ]);
  });
});
