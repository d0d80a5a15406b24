import { describe, expect, it } from 'vitest';
import { mergedDocuments } from '../../../scripts/documents.mjs';
import { ofAllVersions } from '../../../scripts/handler-types/all-versions.mjs';
import { enumsOf } from '../../../scripts/handler-types/enums.mjs';
import { libraryTypes } from '../../../scripts/handler-types/library.mjs';
import { operationTypes } from '../../../scripts/handler-types/operations.mjs';
import { schemasModule } from '../../../scripts/handler-types/schemas.mjs';
import type { Handler, Operations } from '../../../src/contract/request.ts';
import type { ServiceDefinition } from '../../../src/contract/service.ts';

const TEXT = { type: 'string' };
const createPathParam = (name: string) => ({ name, in: 'path', required: true, schema: TEXT });

/** Creates the types of an operation, one line per member. */
function createTypes(operation: object, more: { readonly security?: object[]; readonly paths?: object } = {}) {
  const paths = { '/things/{id}': { get: { operationId: 'getThing', responses: {}, ...operation } }, ...more.paths };
  return operationTypes('things', { security: [{ key: [] }], components: {}, ...more, paths })
    .split('\n')
    .map((line) => line.trim());
}

describe('the values of enums', () => {
  it('are listed by schema and member, also for list items and references', () => {
    const schemas = {
      Toy: { properties: { colour: { enum: ['red', 'blue'] }, parts: { items: { enum: ['a'] } }, name: TEXT } },
      Painted: { properties: { finish: { $ref: '#/components/schemas/Finish' } } },
      Finish: { enum: ['matt'] },
      Plain: { properties: { name: TEXT } },
      Text: TEXT,
    };

    expect(enumsOf({ components: { schemas } })).toEqual({
      Toy: { colour: ['red', 'blue'], parts: ['a'] },
      Painted: { finish: ['matt'] },
    });
  });
});

describe('the schemas of a document', () => {
  it('are constants without references and slow keywords', () => {
    const tree = { $ref: '#/components/schemas/Tree' };
    const code = { type: 'string', format: 'int64', pattern: '^(?=a)', 'x-example': 'a' };
    const schemas = {
      Tree: { properties: { type: TEXT, branches: { items: tree, uniqueItems: true } } },
      Garden: { properties: { tree, code: { ...code }, id: { ...code, format: 'uuid', pattern: '^a$' } } },
    };
    const planted = { properties: { type: TEXT, branches: { items: {} } } };
    const garden = {
      properties: {
        tree: planted,
        code: { type: 'string' },
        id: { type: 'string', format: 'uuid', pattern: '^a$' },
      },
    };

    const written = schemasModule({ components: { schemas } }).split(
      /;?\nexport const \w+ = |export const \w+ = |;\n$/,
    );

    expect(written.filter(Boolean).map((text) => JSON.parse(text))).toEqual([planted, garden]);
  });
});

describe('the types of an operation', () => {
  it('have a string for each path parameter, which is optional if an alias lacks it', () => {
    const alias = {
      operationId: 'getThing_alias',
      'x-alias-of': 'getThing',
      responses: {},
      parameters: [createPathParam('org'), createPathParam('id')],
    };
    const lines = createTypes(
      { parameters: [createPathParam('id')] },
      { paths: { '/orgs/{org}/things/{id}': { get: alias } } },
    );
    expect(lines).toContain('params: { readonly "id": string; readonly "org"?: string };');
    expect(lines).not.toContain('getThing_alias: {');
  });

  it('are public only if the document requires no credential', () => {
    expect(createTypes({})).toContain('isPublic: false;');
    expect(createTypes({ security: [] })).toContain('isPublic: true;');
  });

  it('have bytes for bodies other than JSON and forms, and no error responses', () => {
    const lines = createTypes({
      requestBody: { content: { '*/*': {} } },
      responses: { 200: { content: { 'text/html': {} } }, 204: {}, 403: { content: { 'application/json': {} } } },
    });
    expect(lines).toContain('body: Buffer;');
    expect(lines).toContain('200: Buffer;');
    expect(lines).toContain('204: undefined;');
    expect(lines.filter((line) => line.startsWith('403'))).toEqual([]);
  });
});

describe('a document of all versions', () => {
  it('does not require members of some versions only', () => {
    const properties = { id: TEXT, since: { ...TEXT, 'x-profiles': ['3.0'] } };
    expect(ofAllVersions({ properties, required: ['id', 'since'] })).toMatchObject({ required: ['id'] });
    const parameter = { name: 'since', in: 'query', required: true, 'x-profiles': ['3.0'], schema: TEXT };
    expect(ofAllVersions(parameter)).toMatchObject({ required: false });
  });

  it('has no examples, and keeps members called `example`', () => {
    expect(ofAllVersions({ properties: { example: TEXT }, example: {} })).toEqual({ properties: { example: TEXT } });
  });

  it('allows any members in objects without properties', () => {
    expect(ofAllVersions({ type: 'object' })).toEqual({ type: 'object', additionalProperties: true });
  });
});

describe('the types of the library', () => {
  const toy = {
    description: 'A toy.',
    type: 'object',
    required: ['id', 'reason'],
    additionalProperties: true,
    properties: {
      id: { description: 'Its id.', type: 'string', format: 'date-time' },
      reason: { type: 'string', nullable: true, 'x-type': 'DenyReason' },
      size: { type: 'string', enum: ['s', 'm'] },
      parts: { type: 'array', items: { $ref: '#/components/schemas/Part' } },
    },
  };
  const createDocument = (schemas: object) => ({
    openapi: '3.0.3',
    info: { title: '', version: '' },
    paths: {},
    components: { schemas },
  });
  const emulated = {
    paths: {
      '/a': { get: { operationId: 'getA' } },
      '/b': { get: { operationId: 'getA_alias', 'x-alias-of': 'getA' } },
    },
  };

  it('are interfaces with the names of the document, and descriptions as comments', async () => {
    const types = await libraryTypes(createDocument({ Toy: toy, Part: { type: 'string', 'x-type': 'ToyPart' } }), []);
    const [, written = ''] = /(\/\*\* A toy.*?^\})/ms.exec(types) ?? [];

    expect(written.replaceAll(/\n */g, ' ')).toBe(
      '/** A toy. */ export interface Toy { /** RFC 3339. Its id. */ readonly id: string; readonly reason: DenyReason | null; ' +
        'readonly size?: "s" | "m"; readonly parts?: readonly ToyPart[]; readonly [key: string]: unknown; }',
    );
    expect(types).toContain('export type ToyPart = string;');
    expect(types).toContain("import type { DenyReason } from '../src/decisions/reasons.ts';");
  });

  it('have a function for each call, with the parameters in its path and the body', async () => {
    const json = (name: string) => ({
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
    });
    const page = {
      type: 'object',
      properties: { toys: { type: 'array', items: { $ref: '#/components/schemas/Toy' } } },
    };
    const schemas = { Toy: { type: 'object' }, ToyEdit: { type: 'object' }, Nothing: { type: 'object' }, Toys: page };
    const paths = {
      '/_mock/toys': { get: { operationId: 'list_toys', responses: { 200: json('Toys') } } },
      '/_mock/toys/{toyId}': {
        patch: {
          operationId: 'edit_toy',
          requestBody: { required: true, ...json('ToyEdit') },
          responses: { 200: json('Toy') },
        },
        delete: { operationId: 'delete_toy', responses: { 204: {} } },
      },
      '/_mock/reset': { post: { operationId: 'reset', requestBody: json('Nothing'), responses: { 200: json('Toy') } } },
    };
    const lines = (await libraryTypes({ ...createDocument(schemas), paths }, []))
      .split('\n')
      .map((line) => line.trim());

    expect(lines).toEqual(
      expect.arrayContaining([
        'readonly list_toys: () => Promise<readonly Toy[]>;',
        'readonly edit_toy: (toyId: string, edit: ToyEdit) => Promise<Toy>;',
        'readonly delete_toy: (toyId: string) => Promise<void>;',
        'readonly reset: () => Promise<Toy>;',
        'list_toys: {"method":"GET","path":"/toys","takesBody":false,"list":"toys"},',
        'edit_toy: {"method":"PATCH","path":"/toys/{toyId}","takesBody":true},',
        'reset: {"method":"POST","path":"/reset","takesBody":false},',
      ]),
    );
  });

  it('have the names of the services and of their operations', async () => {
    const types = await libraryTypes(createDocument({}), [['toys', emulated]]);

    expect(types).toContain('export type ServiceName = "toys";');
    expect(types).toContain('export type OperationName = "getA" | "invokeAtOwnHost";');
  });

  it('are equal to their nullable copies in the document', async () => {
    const { control } = Object.fromEntries(await mergedDocuments());
    const schemas: Record<string, { 'x-type'?: string }> = control.components.schemas;
    const named = new Map(Object.entries(schemas).map(([name, schema]) => [schema['x-type'] ?? name, schema]));
    const removeNames = ({ description: _, nullable: __, 'x-type': ___, ...rest }: Record<string, unknown>) => rest;
    const listCopies = (part: unknown): Record<string, unknown>[] => {
      if (typeof part !== 'object' || part === null) return [];
      const own = 'nullable' in part && 'properties' in part && 'x-type' in part ? [part] : [];
      return [...own, ...Object.values(part).flatMap(listCopies)];
    };
    const written = listCopies(schemas);

    expect(written.length).toBeGreaterThan(3);
    for (const copy of written)
      expect(removeNames(copy)).toEqual(removeNames({ ...named.get(String(copy['x-type'])) }));
  });
});

/** Each line after a `@ts-expect-error` directive must not compile. */
describe('the compiler', () => {
  it('rejects parameters, statuses and bodies that the document does not have', () => {
    const handlers = [
      ((context) => {
        // @ts-expect-error the path has no such parameter
        context.params.version;
        return { status: 204 };
      }) satisfies Handler<'nvcf', 'deleteFunctionVersion'>,
      // @ts-expect-error it answers 204, never 200
      (() => ({ status: 200 })) satisfies Handler<'nvcf', 'deleteFunctionVersion'>,
      // @ts-expect-error a function has more members
      (() => ({ status: 200, body: { function: { id: '' } } })) satisfies Handler<'nvcf', 'getFunctionVersion'>,
      // @ts-expect-error a public operation has no caller
      ((context) => context.caller.principal) satisfies Handler<'nvcf', 'getHealth'>,
    ];
    expect(handlers).toHaveLength(4);
  });

  it('requires the correct handler for each operation of a known service', () => {
    const getHealth: Handler<'nvcf', 'getHealth'> = () => ({ status: 200, body: { status: 'UP' } });
    // @ts-expect-error there are more operations
    const some: ServiceDefinition<'nvcf'>['operations'] = { getHealth };
    // @ts-expect-error it answers in another form
    const wrong: Pick<Operations<'nvcf'>, 'listAssets'> = { listAssets: getHealth };
    expect([some, wrong]).toHaveLength(2);
  });
});
