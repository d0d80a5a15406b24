import { describe, expect, it } from 'vitest';
import { mergedDocuments } from '../../scripts/documents.mjs';
import { ofAllVersions } from '../../scripts/handler-types/all-versions.mjs';
import { enumsOf } from '../../scripts/handler-types/enums.mjs';
import { libraryTypes } from '../../scripts/handler-types/library.mjs';
import { operationTypes } from '../../scripts/handler-types/operations.mjs';
import { schemasModule } from '../../scripts/handler-types/schemas.mjs';
import type { Handler, Operations } from '../../src/contract/request.ts';
import type { ServiceDefinition } from '../../src/contract/service.ts';

const TEXT = { type: 'string' };
const pathParam = (name: string) => ({ name, in: 'path', required: true, schema: TEXT });

/** The types of one operation, a line for each member. */
function typesOf(operation: object, more: { readonly security?: object[]; readonly paths?: object } = {}) {
  const paths = { '/things/{id}': { get: { operationId: 'getThing', responses: {}, ...operation } }, ...more.paths };
  return operationTypes('things', { security: [{ key: [] }], components: {}, ...more, paths })
    .split('\n')
    .map((line) => line.trim());
}

describe('the values of enums', () => {
  it('are listed by schema and member, also those of entries of lists and of references', () => {
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
  it('are constants without references, and without what takes long to validate', () => {
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
  it('have text for each path parameter, which may be missing where an alias lacks it', () => {
    const alias = {
      operationId: 'getThing_alias',
      'x-alias-of': 'getThing',
      responses: {},
      parameters: [pathParam('org'), pathParam('id')],
    };
    const lines = typesOf({ parameters: [pathParam('id')] }, { paths: { '/orgs/{org}/things/{id}': { get: alias } } });
    expect(lines).toContain('params: { readonly "id": string; readonly "org"?: string };');
    expect(lines).not.toContain('getThing_alias: {');
  });

  it('say that there is no caller only where the document asks for no credential', () => {
    expect(typesOf({})).toContain('isPublic: false;');
    expect(typesOf({ security: [] })).toContain('isPublic: true;');
  });

  it('have bytes for what is neither JSON nor a form, and no answers that refuse', () => {
    const lines = typesOf({
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
  it('requires nothing that only some versions have', () => {
    const properties = { id: TEXT, since: { ...TEXT, 'x-profiles': ['3.0'] } };
    expect(ofAllVersions({ properties, required: ['id', 'since'] })).toMatchObject({ required: ['id'] });
    const parameter = { name: 'since', in: 'query', required: true, 'x-profiles': ['3.0'], schema: TEXT };
    expect(ofAllVersions(parameter)).toMatchObject({ required: false });
  });

  it('has no examples, but every member, whatever it is called', () => {
    expect(ofAllVersions({ properties: { example: TEXT }, example: {} })).toEqual({ properties: { example: TEXT } });
  });

  it('lets objects of which nothing is said have any members', () => {
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
  const document = (schemas: object) => ({
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

  it('are interfaces by their names there, with the descriptions as comments', async () => {
    const types = await libraryTypes(document({ Toy: toy, Part: { type: 'string', 'x-type': 'ToyPart' } }), []);
    const [, written = ''] = /(\/\*\* A toy.*?^\})/ms.exec(types) ?? [];

    expect(written.replaceAll(/\n */g, ' ')).toBe(
      '/** A toy. */ export interface Toy { /** RFC 3339. Its id. */ readonly id: string; readonly reason: DenyReason | null; ' +
        'readonly size?: "s" | "m"; readonly parts?: readonly ToyPart[]; readonly [key: string]: unknown; }',
    );
    expect(types).toContain('export type ToyPart = string;');
    expect(types).toContain("import type { DenyReason } from '../src/decisions/reasons.ts';");
  });

  it('have the names of the services and of their operations', async () => {
    const types = await libraryTypes(document({}), [['toys', emulated]]);

    expect(types).toContain('export type ServiceName = "toys";');
    expect(types).toContain('export type OperationName = "getA" | "invokeAtOwnHost";');
  });

  it('are the same wherever the document writes one out, because it may be null there', async () => {
    const { control } = Object.fromEntries(await mergedDocuments());
    const schemas: Record<string, { 'x-type'?: string }> = control.components.schemas;
    const named = new Map(Object.entries(schemas).map(([name, schema]) => [schema['x-type'] ?? name, schema]));
    const bare = ({ description: _, nullable: __, 'x-type': ___, ...rest }: Record<string, unknown>) => rest;
    const copies = (part: unknown): Record<string, unknown>[] => {
      if (typeof part !== 'object' || part === null) return [];
      const own = 'nullable' in part && 'properties' in part && 'x-type' in part ? [part] : [];
      return [...own, ...Object.values(part).flatMap(copies)];
    };
    const written = copies(schemas);

    expect(written.length).toBeGreaterThan(3);
    for (const copy of written) expect(bare(copy)).toEqual(bare({ ...named.get(String(copy['x-type'])) }));
  });
});

/** Each of these compiles only as long as the line below its directive does not. */
describe('the compiler', () => {
  it('refuses parameters, statuses and bodies that the document does not have', () => {
    const handlers = [
      ((context) => {
        // @ts-expect-error the path has no such parameter
        context.params.version;
        return { status: 204 };
      }) satisfies Handler<'nvcf', 'deleteFunctionVersion'>,
      // @ts-expect-error it answers 204, and 200 to nobody
      (() => ({ status: 200 })) satisfies Handler<'nvcf', 'deleteFunctionVersion'>,
      // @ts-expect-error a function has more members
      (() => ({ status: 200, body: { function: { id: '' } } })) satisfies Handler<'nvcf', 'getFunctionVersion'>,
      // @ts-expect-error nobody is known on a public operation
      ((context) => context.caller.principal) satisfies Handler<'nvcf', 'getHealth'>,
    ];
    expect(handlers).toHaveLength(4);
  });

  it('wants a handler for each operation of a service whose name it knows, and the right one', () => {
    const getHealth: Handler<'nvcf', 'getHealth'> = () => ({ status: 200, body: { status: 'UP' } });
    // @ts-expect-error there are more operations
    const some: ServiceDefinition<'nvcf'>['operations'] = { getHealth };
    // @ts-expect-error it answers in another form
    const wrong: Pick<Operations<'nvcf'>, 'listAssets'> = { listAssets: getHealth };
    expect([some, wrong]).toHaveLength(2);
  });
});
