import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { type Document, OpenAPIBackend } from 'openapi-backend';
import { describe, expect, it } from 'vitest';
import { closed } from '../../scripts/documents/closed.mjs';
import { prepared } from '../../scripts/documents/prepared.mjs';
import { resolved } from '../../scripts/documents/resolved.mjs';
import type { OperationSchemas } from '../../src/http/openapi/prepared.ts';
import { openapiFaults } from '../support/openapi-validators.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe('a part of a document that refers to nothing any more', () => {
  const inDocument = (schemas: object, part: unknown) => resolved({ components: { schemas } }, part);

  it('has in each place what was referred to, by way of others too', () => {
    const schemas = { Toy: { items: ref('Part') }, Part: { type: 'string' } };

    expect(inDocument(schemas, { anyOf: [ref('Toy'), ref('Part')] })).toEqual({
      anyOf: [{ items: { type: 'string' } }, { type: 'string' }],
    });
  });

  it('says nothing for people, and keeps members that are only called so', () => {
    const reported = { description: 'A toy.', example: 'ball', examples: ['ball'] };

    expect(
      inDocument({}, { ...reported, properties: { description: { ...reported, type: 'string' }, example: reported } }),
    ).toEqual({
      properties: { description: { type: 'string' }, example: {} },
    });
  });

  it('leaves values as they are, and members that are called like a reference', () => {
    const part = { enum: [{ description: 'x' }], default: { $ref: 'x' }, properties: { $ref: { type: 'string' } } };

    expect(inDocument({}, part)).toEqual(part);
  });

  it('cannot be made of what refers to itself, or to nothing', () => {
    const schemas = { Tree: { properties: { children: { items: ref('Tree') } } } };

    expect(() => inDocument(schemas, ref('Tree'))).toThrow('#/components/schemas/Tree refers to itself');
    expect(() => inDocument(schemas, ref('Leaf'))).toThrow(
      'the reference #/components/schemas/Leaf cannot be resolved',
    );
  });
});

it('a closed schema allows no members that it does not name, at any depth, unless it speaks of them', () => {
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

describe('what the server reads of a document', () => {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
  const sizes = { name: 'sizes', in: 'query', schema: { type: 'array', items: { type: 'string' } } };
  const json = (schema: object) => ({ 'application/json': { schema } });
  const schemas = {
    Toy: { properties: { name: { type: 'string' } }, 'x-other-versions': { age: ['2'] } },
    Refusal: { description: 'What went wrong.', properties: { why: { type: 'string' } } },
  };
  const made = prepared({
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
          requestBody: { required: true, content: json(ref('Toy')) },
          responses: {
            200: { description: 'Changed.', content: { ...json(ref('Toy')), 'text/plain': {} } },
            201: { description: 'Changed.', content: json({ items: ref('Toy') }) },
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
    components: { parameters: { id }, schemas, responses: { Refused: { content: json(ref('Refusal')) } } },
    'x-errors': [ref('Refusal')],
    'x-other-versions': [{ method: 'GET', path: '/toys', profiles: ['2'] }],
  });

  it('are the facts of each operation', () => {
    expect(made.operations).toEqual({
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

  it('are the schemas of what it is sent, and closed ones of what it answers', () => {
    const { paths, ...document } = made.schemas;
    const toy = { ...schemas.Toy, additionalProperties: false };

    expect(paths).toEqual({
      '/toys/{id}': {
        put: {
          operationId: 'change_toy',
          parameters: [id, sizes],
          requestBody: { required: true, content: json(schemas.Toy) },
          responses: {
            200: { description: '', content: { ...json(ref('Toy')), 'text/plain': { schema: {} } } },
            201: { description: '', content: json({ items: toy }) },
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
        responses: { Refused: { description: '', content: json(ref('Refusal')) } },
        schemas: { Toy: toy, Refusal: { properties: schemas.Refusal.properties, additionalProperties: false } },
      },
    });
  });
});

const OPERATIONS = new URL('../../dist/operations/', import.meta.url);

/** All schemas of an operation. */
function schemasOf({ parameters, requestBody, responses }: OperationSchemas): unknown[] {
  const content = [requestBody, ...Object.values(responses)].flatMap((one) => Object.values(one?.content ?? {}));
  return [...parameters.map((one) => (one as { schema: unknown }).schema), ...content.map(({ schema = {} }) => schema)];
}

const ajv = new Ajv({ strict: false });

/** What is wrong with schemas, as the schema of schemas has it. */
function faultsOf(schemas: readonly unknown[]): string[] {
  return schemas.flatMap((schema) =>
    ajv.validateSchema(schema as object) === true ? [] : [`${ajv.errorsText()}: ${JSON.stringify(schema)}`],
  );
}

describe('the schemas that the server compiles without looking at them', () => {
  it.each(readdirSync(OPERATIONS).filter((name) => name.endsWith('.schemas.json')))(
    'are schemas in an OpenAPI document: %s',
    async (name) => {
      const definition: Document = JSON.parse(readFileSync(new URL(name, OPERATIONS), 'utf8'));
      expect(await openapiFaults(definition)).toEqual([]);
      const api = await new OpenAPIBackend({ definition, quick: true, validate: false }).init();
      const operations = api.getOperations() as unknown as OperationSchemas[];
      const schemas = [...operations.flatMap(schemasOf), ...Object.values(api.definition.components?.schemas ?? {})];

      expect(schemas.length).toBeGreaterThan(10);
      expect(faultsOf(schemas)).toEqual([]);
    },
  );

  it('would be seen if they were none', () => {
    expect(faultsOf([{ type: 'text' }, { required: 'id' }, { type: 'string' }])).toHaveLength(2);
  });

  it('would be seen in something else than an OpenAPI document', async () => {
    expect(await openapiFaults({ openapi: '3.0.3', paths: {} })).not.toEqual([]);
  });
});
