import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { type Document, OpenAPIBackend } from 'openapi-backend';
import { describe, expect, it } from 'vitest';
import { closed } from '../../../scripts/documents/closed.mjs';
import { prepared } from '../../../scripts/documents/prepared.mjs';
import { resolved } from '../../../scripts/documents/resolved.mjs';
import type { OperationSchemas } from '../../../src/http/openapi/prepared.ts';
import { openapiFaults } from '../../support/openapi-validators.ts';

const createRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe('a resolved part of a document', () => {
  const resolveInDocument = (schemas: object, part: unknown) => resolved({ components: { schemas } }, part);

  it('has no references, also indirect ones', () => {
    const schemas = { Toy: { items: createRef('Part') }, Part: { type: 'string' } };

    expect(resolveInDocument(schemas, { anyOf: [createRef('Toy'), createRef('Part')] })).toEqual({
      anyOf: [{ items: { type: 'string' } }, { type: 'string' }],
    });
  });

  it('has no descriptions and examples, and keeps members with these names', () => {
    const reported = { description: 'A toy.', example: 'ball', examples: ['ball'] };

    expect(
      resolveInDocument(
        {},
        { ...reported, properties: { description: { ...reported, type: 'string' }, example: reported } },
      ),
    ).toEqual({
      properties: { description: { type: 'string' }, example: {} },
    });
  });

  it('keeps values, and members called `$ref`', () => {
    const part = { enum: [{ description: 'x' }], default: { $ref: 'x' }, properties: { $ref: { type: 'string' } } };

    expect(resolveInDocument({}, part)).toEqual(part);
  });

  it('cannot be created from circular or broken references', () => {
    const schemas = { Tree: { properties: { children: { items: createRef('Tree') } } } };

    expect(() => resolveInDocument(schemas, createRef('Tree'))).toThrow('#/components/schemas/Tree refers to itself');
    expect(() => resolveInDocument(schemas, createRef('Leaf'))).toThrow(
      'the reference #/components/schemas/Leaf cannot be resolved',
    );
  });
});

it('a closed schema allows no additional members at any depth, unless it declares them', () => {
  const open = { additionalProperties: true, properties: {} };

  expect(
    closed({ properties: { a: { properties: {} }, b: open, c: { anyOf: [{ properties: {} }, { type: 'string' }] } } }),
  ).toEqual({
    additionalProperties: false,
    properties: {
      a: { additionalProperties: false, properties: {} },
      b: open,
      c: { anyOf: [{ additionalProperties: false, properties: {} }, { type: 'string' }] },
    },
  });
});

describe('a prepared document', () => {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
  const sizes = { name: 'sizes', in: 'query', schema: { type: 'array', items: { type: 'string' } } };
  const createJsonContent = (schema: object) => ({ 'application/json': { schema } });
  const schemas = {
    Toy: { properties: { name: { type: 'string' } }, 'x-other-versions': { age: ['2'] } },
    Refusal: { description: 'What went wrong.', properties: { why: { type: 'string' } } },
  };
  const preparedDocument = prepared({
    openapi: '3.0.3',
    info: { title: 'Toys', version: '1', description: 'Toys.' },
    security: [{ byKey: [] }],
    paths: {
      '/toys/{id}': {
        parameters: [{ $ref: '#/components/parameters/id' }],
        put: {
          operationId: 'change_toy',
          summary: 'Change a toy',
          parameters: [sizes],
          requestBody: { required: true, content: createJsonContent(createRef('Toy')) },
          responses: {
            200: { description: 'Changed.', content: { ...createJsonContent(createRef('Toy')), 'text/plain': {} } },
            201: { description: 'Changed.', content: createJsonContent({ items: createRef('Toy') }) },
            204: { description: 'Nothing.' },
            303: { content: { '*/*': {} } },
            404: { $ref: '#/components/responses/Refused' },
          },
        },
      },
      '/old/{id}': {
        post: {
          operationId: 'change_toy_alias',
          'x-alias-of': 'change_toy',
          security: [],
          requestBody: { content: { 'application/x-www-form-urlencoded': {} } },
        },
      },
    },
    components: {
      parameters: { id },
      schemas,
      responses: { Refused: { content: createJsonContent(createRef('Refusal')) } },
    },
    'x-errors': [createRef('Refusal')],
    'x-other-versions': [{ method: 'GET', path: '/toys', profiles: ['2'] }],
  });

  it('has the facts of each operation', () => {
    expect(preparedDocument.operations).toEqual({
      operations: [
        {
          operationId: 'change_toy',
          id: 'change_toy',
          method: 'PUT',
          path: '/toys/{id}',
          summary: 'Change a toy',
          public: false,
          pathParams: ['id'],
          uuidParams: ['id'],
          hasInput: true,
          queryNames: ['sizes'],
          queryTypes: { sizes: 'array' },
          body: 'required',
          bodyForm: 'json',
          bodyFields: ['name'],
          bodyOtherVersions: { age: ['2'] },
        },
        {
          operationId: 'change_toy_alias',
          id: 'change_toy',
          method: 'POST',
          path: '/old/{id}',
          summary: '',
          public: true,
          pathParams: [],
          uuidParams: [],
          hasInput: true,
          queryNames: [],
          queryTypes: {},
          body: 'optional',
          bodyForm: 'form',
          bodyFields: [],
          bodyOtherVersions: {},
        },
      ],
      otherVersions: [{ method: 'GET', path: '/toys', profiles: ['2'] }],
    });
  });

  // Schemas and responses that several operations share stay references, so that each is compiled once. References inside
  // a schema are resolved.
  it('has the schemas of requests, and closed schemas of responses', () => {
    const { paths, ...document } = preparedDocument.schemas;
    const toy = { ...schemas.Toy, additionalProperties: false };

    expect(paths).toEqual({
      '/toys/{id}': {
        put: {
          operationId: 'change_toy',
          parameters: [id, sizes],
          requestBody: { required: true, content: createJsonContent(schemas.Toy) },
          responses: {
            200: { description: '', content: { ...createJsonContent(createRef('Toy')), 'text/plain': { schema: {} } } },
            201: { description: '', content: createJsonContent({ items: toy }) },
            204: { description: '' },
            303: { description: '', content: { '*/*': { schema: {} } } },
            404: { $ref: '#/components/responses/Refused' },
          },
        },
      },
      '/old/{id}': { post: expect.objectContaining({ operationId: 'change_toy_alias', responses: {} }) },
    });
    expect(document).toEqual({
      openapi: '3.0.3',
      info: { title: 'Toys', version: '1' },
      components: {
        responses: { Refused: { description: '', content: createJsonContent(createRef('Refusal')) } },
        schemas: { Toy: toy, Refusal: { properties: schemas.Refusal.properties, additionalProperties: false } },
      },
    });
  });
});

const OPERATIONS = new URL('../../../dist/operations/', import.meta.url);

/** Lists all schemas of an operation. */
function listSchemas({ parameters, requestBody, responses }: OperationSchemas): unknown[] {
  const content = [requestBody, ...Object.values(responses)].flatMap((message) =>
    Object.values(message?.content ?? {}),
  );
  return [
    ...parameters.map((parameter) => (parameter as { schema: unknown }).schema),
    ...content.map(({ schema = {} }) => schema),
  ];
}

const ajv = new Ajv({ strict: false });

/** Validates schemas against the meta schema. */
function findFaults(schemas: readonly unknown[]): string[] {
  return schemas.flatMap((schema) =>
    ajv.validateSchema(schema as object) === true ? [] : [`${ajv.errorsText()}: ${JSON.stringify(schema)}`],
  );
}

describe('the schemas that the server compiles without validation', () => {
  it.each(readdirSync(OPERATIONS).filter((name) => name.endsWith('.schemas.json')))(
    'are valid schemas in an OpenAPI document: %s',
    async (name) => {
      const definition: Document = JSON.parse(readFileSync(new URL(name, OPERATIONS), 'utf8'));
      expect(await openapiFaults(definition)).toEqual([]);
      const api = await new OpenAPIBackend({ definition, quick: true, validate: false }).init();
      const operations = api.getOperations() as unknown as OperationSchemas[];
      const schemas = [...operations.flatMap(listSchemas), ...Object.values(api.definition.components?.schemas ?? {})];

      expect(schemas.length).toBeGreaterThan(10);
      expect(findFaults(schemas)).toEqual([]);
    },
  );

  it('would fail this check if they were invalid', () => {
    expect(findFaults([{ type: 'text' }, { required: 'id' }, { type: 'string' }])).toHaveLength(2);
  });

  it('would fail this check in an invalid OpenAPI document', async () => {
    expect(await openapiFaults({ openapi: '3.0.3', paths: {} })).not.toEqual([]);
  });
});
