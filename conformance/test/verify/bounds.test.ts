import { describe, expect, it } from 'vitest';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { createDocument, findDifferenceIds } from './comparing.ts';

const reference = (index: number) => ({ $ref: `#/components/schemas/S${index}` });

/** Creates schemas with two references to the next schema each, so that 2^count paths lead to the last schema. */
function createLadder(count: number, last: object): object {
  const steps = Array.from({ length: count }, (_, index) => [
    `S${index}`,
    { type: 'object', properties: { left: reference(index + 1), right: reference(index + 1) } },
  ]);
  return createDocument({ ...Object.fromEntries(steps), [`S${count}`]: last });
}

describe('a comparison ends', () => {
  it('for schemas that contain themselves', async () => {
    const tree = (label: object) =>
      createDocument({
        S0: {
          type: 'object',
          properties: {
            label,
            child: reference(0),
            others: { oneOf: [{ type: 'array', items: reference(0) }, reference(0)] },
          },
        },
      });

    expect(await findDifferenceIds(tree({ type: 'string' }), tree({ type: 'string' }))).toEqual([]);
    expect(await findDifferenceIds(tree({ type: 'integer' }), tree({ type: 'string' }))).toEqual([
      'GET /things 200 body label: type',
    ]);
  });

  it('for an allOf that contains itself', async () => {
    const circle = createDocument({ S0: { allOf: [reference(1)] }, S1: { allOf: [reference(0), { type: 'object' }] } });

    expect(await findDifferenceIds(circle, createDocument({ S0: { type: 'object' } }))).toEqual([]);
  });

  it('for values that contain themselves twice, which YAML allows', async () => {
    const value: unknown[] = [];
    value.push(value, value);
    const S0 = { enum: [value], default: { value } };

    expect(await findDifferenceIds(createDocument({ S0 }), createDocument({ S0 }))).toEqual([]);
  });

  it('after a linear number of steps, even if many paths lead to each schema', async () => {
    expect(
      await findDifferenceIds(createLadder(200, { type: 'string' }), createLadder(200, { type: 'string' })),
    ).toEqual([]);
    expect(
      await findDifferenceIds(createLadder(30, { type: 'string' }), createLadder(30, { type: 'integer' })),
    ).toHaveLength(1);
  });

  it('and yields regularly, so that a signal can interrupt it', async () => {
    const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`p${at}`, { type: 'string' }]));
    const S0 = { type: 'object', properties };
    let turns = 0;
    let timer = setImmediate(function count() {
      turns += 1;
      timer = setImmediate(count);
    });
    await findDifferenceIds(createDocument({ S0 }), createDocument({ S0: { type: 'object' } }));
    clearImmediate(timer);

    expect(turns).toBeGreaterThan(5);
  });

  it.each<[what: string, nest: (inner: object) => object]>([
    ['arrays', (inner) => ({ type: 'array', items: inner })],
    ['alternatives', (inner) => ({ oneOf: [{ type: 'array', items: inner }, { type: 'string' }] })],
  ])('with one error for %s nested deeper than 500 levels', async (_what, nest) => {
    const nested = (depth: number) => createDocument({ S0: Array.from({ length: depth }).reduce<object>(nest, {}) });

    await expect(findDifferenceIds(nested(5000), nested(5000))).rejects.toThrow(
      '--spec x.json has schemas nested deeper than 500 levels.',
    );
    expect(await findDifferenceIds(nested(20), nested(20))).toEqual([]);
  });
});

describe('a document that cannot be compared is rejected with the place of the error:', () => {
  const PATHS = { '/things': { get: { responses: {} } } };
  const schemas = (all: object) => ({ openapi: '3.0.3', paths: PATHS, components: { schemas: all } });
  const paths = (all: unknown) => ({ openapi: '3.0.3', paths: all });
  const servers = Array.from({ length: 101 }, (_, at) => ({ url: `/${at}` }));
  const chain = Array.from({ length: 20_000 }, (_, index) => [`S${index}`, reference(index + 1)]);

  it.each<[message: string, content: unknown]>([
    ['x is a Swagger 2.0 document. Convert it to OpenAPI 3.0 or 3.1 first.', { swagger: '2.0', paths: {} }],
    ['x has OpenAPI version 4.0.0. Expected 3.0 or 3.1.', { openapi: '4.0.0', paths: {} }],
    ['x is not an OpenAPI document: it has no `openapi`.', null],
    ['x is not an OpenAPI document: `paths` is missing or not an object.', paths([])],
    [
      'x: `$ref` at `#/components/schemas/S0/properties/a` leads nowhere: `#/components/schemas/S1`.',
      schemas({ S0: { properties: { a: reference(1) } } }),
    ],
    [
      'x: `$ref` at `#/components/schemas/S0` refers to itself: `#/components/schemas/S0`.',
      schemas({ S0: reference(0) }),
    ],
    [
      'x: `$ref` at `#/components/schemas/default` refers to itself: `#/components/schemas/default`.',
      schemas({ default: { $ref: '#/components/schemas/default' } }),
    ],
    [
      'starts a chain of more than 32 references: `#/components/schemas/S',
      schemas({ ...Object.fromEntries(chain), S20000: { type: 'string' } }),
    ],
    [
      'x: `$ref` at `#/components/schemas/S0` points to another file, `other.yaml#/S0`. Bundle the document into one file first.',
      schemas({ S0: { $ref: 'other.yaml#/S0' } }),
    ],
    ['x: `#/paths/~1things/get` is null. Expected an object.', paths({ '/things': { get: null } })],
    [
      'x: `#/paths/~1things/get/parameters` is "no". Expected a list.',
      paths({ '/things': { get: { parameters: 'no' } } }),
    ],
    ['x: `#/components/schemas/Thing` is []. Expected a schema: an object, `true` or `false`.', schemas({ Thing: [] })],
    ['x: `#/servers` is {}. Expected a list.', { ...paths(PATHS), servers: {} }],
    ['x: `#/paths/~1a/get/servers` has 101 entries. Expected at most 100.', paths({ '/a': { get: { servers } } })],
  ])('%s', (message, content) => {
    expect(() => parseOpenApi(content, 'x')).toThrow(message);
  });

  it('not a `$ref` in an example, or a field named `$ref`', async () => {
    const S0 = {
      type: 'object',
      properties: { $ref: { type: 'string' }, example: { type: 'string' } },
      example: { $ref: 'nowhere' },
    };

    expect(
      await findDifferenceIds(createDocument({ S0 }), createDocument({ S0: { ...S0, example: undefined } })),
    ).toEqual([]);
  });

  it('not extensions with any value', async () => {
    const document = { openapi: '3.0.3', 'x-y': 1, servers: [null], paths: { ...PATHS, 'x-y': 1 } };

    expect(await findDifferenceIds(document, document)).toEqual([]);
  });
});
