import { describe, expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { changeExample, createExample, type Edit } from './kinds.ts';

const LIST = 'paths /things get';
const ERROR_BODY = `${LIST} responses 400 content application/json schema`;
const PROPERTIES = 'components schemas NewThing properties';
const STRING = { type: 'string' };
const ITEM = createExample().paths['/things/{id}'];
const [ID] = ITEM.parameters;
/** Servers that are equivalent to those of the example. */
const HERE = [{ url: 'https://elsewhere.example.com/' }];
const SORT = createExample().paths['/things'].get.parameters[0]?.schema;

/** Returns the ids of the differences between two changed examples. */
async function findDifferences(theirs: readonly Edit[], ours: readonly Edit[] = []): Promise<string[]> {
  const { differences } = await compareDocuments(
    parseOpenApi(changeExample(...theirs), 'theirs'),
    parseOpenApi(changeExample(...ours), 'ours'),
  );
  return differences.map(({ id }) => id);
}

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
      'with `nullable` of OpenAPI 3.0, and null of 3.1',
      [
        ['openapi', '3.1.0'],
        [`${PROPERTIES} note`, { type: ['string', 'null'] }],
      ],
      [[`${PROPERTIES} note`, { type: 'string', nullable: true }]],
    ],
    [
      'with `nullable` next to allOf, and null in oneOf',
      [
        ['openapi', '3.1.0'],
        [`${PROPERTIES} note`, { oneOf: [{ $ref: '#/components/schemas/User' }, { type: 'null' }] }],
      ],
      [[`${PROPERTIES} note`, { nullable: true, allOf: [{ $ref: '#/components/schemas/User' }] }]],
    ],
    [
      'with exclusive bounds of OpenAPI 3.0, and of 3.1',
      [
        ['openapi', '3.1.0'],
        [`${PROPERTIES} note`, { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 9 }],
      ],
      [
        [
          `${PROPERTIES} note`,
          { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
        ],
      ],
    ],
    [
      'with const and an enum of one value',
      [
        ['openapi', '3.1.0'],
        [`${PROPERTIES} kind`, { const: 'small' }],
      ],
      [[`${PROPERTIES} kind`, { type: 'string', enum: ['small'] }]],
    ],
    [
      'with a description next to a reference, in OpenAPI 3.1',
      [
        ['openapi', '3.1.0'],
        [ERROR_BODY, { $ref: '#/components/schemas/Error', description: 'x' }],
      ],
    ],
  ];

  it.each(cases)('%s', async (_title, theirs, ours = []) => {
    expect(await findDifferences(theirs, ours)).toEqual([]);
    expect(await findDifferences(ours, theirs)).toEqual([]);
  });
});

describe('documents differ', () => {
  const cases: [title: string, theirs: Edit[], ids: string[]][] = [
    [
      'by a keyword next to a reference, in OpenAPI 3.1',
      [
        ['openapi', '3.1.0'],
        [ERROR_BODY, { $ref: '#/components/schemas/Error', maxProperties: 3 }],
      ],
      ['GET /things 400 body: maxProperties'],
    ],
    [
      'by the type of additional members',
      [[`${PROPERTIES} labels additionalProperties`, { type: 'integer' }]],
      ['POST /things body labels.*: type'],
    ],
    [
      'by a default of a request',
      [[`${LIST} parameters 0 schema default`, 'name']],
      ['GET /things query sort: default'],
    ],
    ['by `not`', [[`${PROPERTIES} note not`, { enum: ['x'] }]], ['POST /things body note: not']],
    [
      'by names that match a pattern',
      [[`${PROPERTIES} labels patternProperties`, { '^x': STRING }]],
      ['POST /things body labels: patternProperties ^x'],
    ],
    [
      'by the format of one of several alternatives',
      [
        [
          `${LIST} responses 200 content application/json schema properties owner oneOf`,
          [{ $ref: '#/components/schemas/User' }, { type: 'string', format: 'email' }],
        ],
      ],
      ['GET /things 200 body owner oneOf: format'],
    ],
    [
      'by the kind of alternatives',
      [
        [
          `${LIST} responses 200 content application/json schema properties owner`,
          { anyOf: [{ $ref: '#/components/schemas/User' }, STRING] },
        ],
      ],
      ['GET /things 200 body owner: anyOf'],
    ],
    [
      'by a body that is not required',
      [['paths /things post requestBody required', false]],
      ['POST /things body: required'],
    ],
    [
      'by a member that is read-only',
      [['components schemas NewThing properties note readOnly', true]],
      ['POST /things body note: field'],
    ],
    [
      'by the parameter of a path',
      [['paths /things/{id} parameters 0 schema format', 'uuid']],
      ['DELETE /things/{id} path id: format', 'GET /things/{id} path id: format'],
    ],
    [
      'by the encoding of a part',
      [['paths /things post requestBody content application/json encoding', { note: { contentType: 'text/plain' } }]],
      ['POST /things body: encoding'],
    ],
    [
      'by a parameter that is written as JSON',
      [[`${LIST} parameters 0`, { name: 'sort', in: 'query', content: { 'application/json': { schema: SORT } } }]],
      ['GET /things query sort: media type'],
    ],
    ['by a base path of one path', [['paths /things servers', [{ url: '/v2' }]]], ['/things servers: base path']],
    ['by a base path of one operation', [[`${LIST} servers`, [{ url: '/v2' }]]], ['GET /things servers: base path']],
    [
      'by the name of a parameter that only one of the operations has',
      [
        ['paths /things/{id} delete', undefined],
        ['paths /things/{thingId}', { parameters: [{ ...ID, name: 'thingId' }], delete: ITEM.delete }],
      ],
      ['/things/{id}: path parameters'],
    ],
    [
      'by the base paths of several operations',
      [
        [`${LIST} servers`, [{ url: '/v2' }]],
        ['paths /things post servers', [{ url: '/v3' }]],
      ],
      ['GET /things servers: base path', 'POST /things servers: base path'],
    ],
  ];

  it.each(cases)('%s', async (_title, theirs, ids) => {
    expect(await findDifferences(theirs)).toEqual(ids);
  });

  it.each(['*/*', 'application/*'])(
    'by the members of a body, even if its media type is the range %s',
    async (range) => {
      const schema = { type: 'object', required: ['more'], properties: { more: { type: 'integer' } } };

      expect(await findDifferences([['paths /things get responses 200 content', { [range]: { schema } }]])).toEqual(
        expect.arrayContaining(['GET /things 200 body more: field', 'GET /things 200 body: media type']),
      );
    },
  );

  it.each<[what: string, edit: Edit, id: string]>([
    [
      'a new media type of a response',
      ['paths /things/{id} get responses 404 content', { 'application/json': { schema: STRING } }],
      'GET /things/{id} 404 body: media type',
    ],
    ['security that becomes optional', [`${LIST} security`, [{ bearer: [] }, {}]], 'GET /things: security'],
  ])('by %s, which existing clients can ignore', async (_what, edit, id) => {
    const { differences } = await compareDocuments(
      parseOpenApi(changeExample(edit), 'theirs'),
      parseOpenApi(createExample(), 'ours'),
    );

    expect(differences.map((difference) => [difference.id, difference.class])).toEqual([[id, 'widens']]);
  });

  it.each([
    [{ type: 'integer' }, 'integer in the document, string in the mock'],
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
