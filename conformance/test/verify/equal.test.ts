import { describe, expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { findDifferenceIds } from './comparing.ts';
import { changeExample, createExample, type Edit } from './kinds.ts';

const LIST = 'paths /things get';
const ERROR_BODY = `${LIST} responses 400 content application/json schema`;
const PROPERTIES = 'components schemas NewThing properties';
const STRING = { type: 'string' };
/** Servers that are equivalent to those of the example. */
const HERE = [{ url: 'https://elsewhere.example.com/' }];

const findDifferences = (theirs: readonly Edit[], ours: readonly Edit[] = []) =>
  findDifferenceIds(changeExample(...theirs), changeExample(...ours));

const error = (more: object = {}) => ({
  type: 'object',
  required: ['code'],
  properties: { code: { type: 'integer' }, message: STRING },
  ...more,
});

describe('documents are equal', () => {
  const cases: [title: string, theirs: Edit[], ours?: Edit[]][] = [
    ['with the same schema in place of a reference', [[ERROR_BODY, error()]]],
    [
      'with the parts of a schema in allOf',
      [
        [
          ERROR_BODY,
          {
            allOf: [
              { type: 'object', properties: { code: { type: 'integer' } } },
              { required: ['code'] },
              { properties: { message: STRING } },
            ],
          },
        ],
      ],
    ],
    [
      'with an allOf around a reference',
      [[ERROR_BODY, { allOf: [{ $ref: '#/components/schemas/Error' }], description: 'x' }]],
    ],
    ['without the type of an object', [[ERROR_BODY, error({ type: undefined })]]],
    [
      'with other titles, descriptions and examples',
      [
        ['info', { title: 'Others', version: '9' }],
        [`${LIST} summary`, 'x'],
        [`${LIST} description`, 'x'],
        [`${LIST} operationId`, 'x'],
        [`${LIST} tags`, ['x']],
        [
          ERROR_BODY,
          error({ title: 'x', description: 'x', example: {}, deprecated: true, externalDocs: {}, 'x-more': 1 }),
        ],
      ],
    ],
    [
      'with lists in another order that has no meaning',
      [
        ['components schemas Thing required', ['name', 'id']],
        [`${LIST} parameters 0 schema enum`, ['size', 'name']],
        [
          `${LIST} responses 200 content application/json schema properties owner oneOf`,
          [STRING, { $ref: '#/components/schemas/User' }],
        ],
      ],
    ],
    [
      'with defaults that only one of them states',
      [
        [`${PROPERTIES} note`, { type: 'string', minLength: 0, nullable: false }],
        [`${PROPERTIES} labels`, { type: 'object', required: [], minProperties: 0, additionalProperties: STRING }],
        ['components schemas Error additionalProperties', true],
        [`${LIST} parameters 1 explode`, true],
        [`${LIST} parameters 1 style`, 'form'],
        [`${LIST} parameters 1 required`, false],
      ],
    ],
    [
      'with other names of security schemes',
      [
        ['components securitySchemes token', { type: 'http', scheme: 'Bearer', bearerFormat: 'JWT' }],
        ['security', [{ token: [] }]],
      ],
    ],
    [
      'with another case in the names of headers and media types',
      [
        [`${LIST} parameters 2 name`, 'X-Tenant'],
        [
          'paths /things post requestBody content',
          { 'Application/JSON; charset=utf-8': { schema: { $ref: '#/components/schemas/NewThing' } } },
        ],
      ],
    ],
    [
      'with the base path within the paths',
      [
        ['servers', [{ url: '/{version}/', variables: { version: { default: 'things' } } }]],
        ['paths', { '/': changeExample().paths['/things'], '/{id}/': changeExample().paths['/things/{id}'] }],
      ],
    ],
    [
      'with servers of operations, which override those of the path and of the document',
      [
        ['servers', [{ url: '/v7' }]],
        ['paths /things servers', [{ url: '/v8' }]],
        [`${LIST} servers`, HERE],
        ['paths /things post servers', HERE],
        ['paths /things/{id} get servers', HERE],
        ['paths /things/{id} delete servers', HERE],
      ],
    ],
    [
      'with a description next to a reference, in OpenAPI 3.1',
      [
        ['openapi', '3.1.0'],
        [ERROR_BODY, { $ref: '#/components/schemas/Error', description: 'x' }],
      ],
    ],
  ];

  const expectEqual = async (theirs: Edit[], ours: Edit[]) => {
    expect(await findDifferences(theirs, ours)).toEqual([]);
    expect(await findDifferences(ours, theirs)).toEqual([]);
  };
  it.each(cases)('%s', (_title, theirs, ours = []) => expectEqual(theirs, ours));

  const USER = { $ref: '#/components/schemas/User' };
  const EXCLUSIVE = { minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true };
  it.each<[what: string, newer: object, older: object]>([
    ['null', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
    ['null or a reference', { oneOf: [USER, { type: 'null' }] }, { nullable: true, allOf: [USER] }],
    [
      'exclusive bounds',
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { type: 'number', ...EXCLUSIVE },
    ],
    ['a constant', { const: 'small' }, { type: 'string', enum: ['small'] }],
  ])('with %s as in OpenAPI 3.1, and as in 3.0', async (_what, newer, older) => {
    await expectEqual(
      [
        ['openapi', '3.1.0'],
        [`${PROPERTIES} note`, newer],
      ],
      [[`${PROPERTIES} note`, older]],
    );
  });
});

describe('documents differ', () => {
  it.each<[what: string, theirs: Edit[], ids: string[]]>([
    [
      'a parameter of a path',
      [['paths /things/{id} parameters 0 schema format', 'uuid']],
      ['DELETE /things/{id} path id: format', 'GET /things/{id} path id: format'],
    ],
    [
      'the base paths of several operations',
      [
        [`${LIST} servers`, [{ url: '/v2' }]],
        ['paths /things post servers', [{ url: '/v3' }]],
      ],
      ['GET /things servers: base path', 'POST /things servers: base path'],
    ],
  ])('at each operation by %s', async (_what, theirs, ids) => {
    expect(await findDifferences(theirs)).toEqual(ids);
  });

  it.each(['*/*', 'application/*'])('by the members of a body in the range %s', async (range) => {
    const schema = { type: 'object', required: ['more'], properties: { more: { type: 'integer' } } };

    expect(await findDifferences([[`${LIST} responses 200 content`, { [range]: { schema } }]])).toEqual(
      expect.arrayContaining(['GET /things 200 body more: field', 'GET /things 200 body: media type']),
    );
  });

  it.each([
    [{ type: 'integer', nullable: true }, 'integer or null in the document, string in the mock'],
    [{}, 'any type in the document, string in the mock'],
  ])('by the type, which the report names: %j', async (note, what) => {
    const theirs = parseOpenApi(changeExample([`${PROPERTIES} note`, note]), 'theirs');
    const { differences } = await compareDocuments(theirs, parseOpenApi(createExample(), 'ours'));

    expect(differences).toEqual([expect.objectContaining({ id: 'POST /things body note: type', what })]);
  });

  it('by the patterns of an allOf, but not by their order', async () => {
    const patterns = (...all: string[]): Edit[] => [
      [`${PROPERTIES} note`, { allOf: all.map((pattern) => ({ pattern })) }],
    ];

    expect(await findDifferences(patterns('a', 'b', 'c'), patterns('c', 'a', 'b'))).toEqual([]);
    expect(await findDifferences(patterns('a', 'b', 'c'), patterns('a', 'b', 'd'))).toEqual([
      'POST /things body note: pattern',
    ]);
  });
});

it('a difference is a single line, even if the name of a member has line breaks and control characters', async () => {
  const theirs = parseOpenApi(changeExample([`${PROPERTIES} a\n\u001b[31mb`, STRING]), 'theirs');
  const {
    differences: [difference],
  } = await compareDocuments(theirs, parseOpenApi(createExample(), 'ours'));

  expect(difference?.where).toBe('POST /things body a��[31mb');
});
