/** Parsed documents, and the validation of requests and responses. */
import { describe, expect, it } from 'vitest';
import { OperationRouter } from '../../src/http/openapi/operation-router.ts';
import { Documents } from '../../src/http/openapi.ts';
import { apiDocument, preparedAs } from '../support/api-document.ts';

const json = (schema: object) => ({ 'application/json': { schema } });
const toy = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', maxLength: 5 },
    kind: { type: 'string', enum: ['Ball', 'Doll', null], 'x-other-versions': { Kite: ['2', '3'] } },
    parts: { type: 'array', items: { type: 'object', properties: { kind: { enum: ['Wheel'] } } } },
  },
};
const document = {
  security: [],
  paths: {
    '/toys/{id}': {
      post: {
        operationId: 'make_toy',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'count', in: 'query', schema: { type: 'integer' } },
        ],
        requestBody: { required: true, content: json(toy) },
        responses: { 200: { content: json(toy) }, 204: {}, 303: { content: { '*/*': {} } } },
      },
    },
  },
  components: { schemas: { Refusal: { type: 'object', properties: { why: { type: 'string' } } } } },
  'x-errors': [{ $ref: '#/components/schemas/Refusal' }],
};
const read = await apiDocument(document);
const [operation] = read.operations;
if (operation === undefined) throw new Error('the document has an operation');

describe('an opened document', () => {
  it('is shared by its name', async () => {
    const documents = new Documents();
    const names: string[] = [];
    const prepare = async (name: string) => {
      names.push(name);
      return preparedAs(document);
    };
    const opened = await documents.open('toys', prepare);

    expect(await documents.open('toys', prepare)).toBe(opened);
    expect(await documents.open('games', prepare)).not.toBe(opened);
    expect(names).toEqual(['toys', 'games']);
  });

  it('is opened again after a fault', async () => {
    const documents = new Documents();
    const fault = new Error('EMFILE');
    const files = [Promise.reject(fault), Promise.resolve(preparedAs(document))];
    const prepare = async () => files.shift() ?? preparedAs(document);

    await expect(documents.open('toys', prepare)).rejects.toBe(fault);
    expect((await documents.open('toys', prepare)).operations).toHaveLength(1);
  });

  it('reads its schemas again after a fault', async () => {
    const prepared = preparedAs(document);
    const files = [() => Promise.reject(new Error('EMFILE')), prepared.schemas];
    const opened = await new Documents().open('toys', async () => ({
      ...prepared,
      schemas: () => files.shift()?.() ?? prepared.schemas(),
    }));

    await expect(opened.ready()).rejects.toThrow('EMFILE');
    await opened.ready();
    expect(opened.isReady).toBe(true);
  });

  it('has one router for each version', () => {
    const documents = new Documents();
    const createRouter = () => new OperationRouter([], false);
    const router = documents.getRouter('toys 2.25', createRouter);

    expect(documents.getRouter('toys 2.25', createRouter)).toBe(router);
    expect(documents.getRouter('toys 2.19', createRouter)).not.toBe(router);
  });

  it('reads its schemas on the first `ready()`, and only once', async () => {
    const prepared = preparedAs(document);
    let times = 0;
    const schemas = () => {
      times += 1;
      return prepared.schemas();
    };
    const opened = await new Documents().open('toys', async () => ({ ...prepared, schemas }));
    expect([opened.isReady, times]).toEqual([false, 0]);
    expect(() => opened.describeSchemaFault('Refusal', {})).toThrow('before `ready()` resolved');

    await Promise.all([opened.ready(), opened.ready()]);
    await opened.ready();
    expect([opened.isReady, times]).toEqual([true, 1]);
  });

  it('validates its error schemas and rejects undeclared members', () => {
    expect(read.describeSchemaFault('Refusal', { why: 'so' })).toBeNull();
    expect(read.describeSchemaFault('Refusal', { how: 'so' })).toContain(
      'Refusal: body must NOT have additional properties',
    );
    expect(() => read.describeSchemaFault('Toy', {})).toThrow('no `Toy` among its `x-errors`');
  });
});

describe('a request', () => {
  const findFault = (body: unknown, query: Record<string, unknown> = {}) =>
    operation.findRequestViolation({ path: { id: '1' }, query, body });

  it('that is valid has no fault, and the numbers of its query are converted', () => {
    const query = { count: '3' };

    expect(findFault({ name: 'ball', kind: 'Ball', further: 1 }, query)).toBeNull();
    expect(query).toEqual({ count: 3 });
  });

  it('that is invalid has a fault with the expected value', () => {
    const plain = { otherVersions: [] };

    expect(findFault(undefined)).toEqual({ sentence: expect.stringContaining('has no body'), ...plain });
    expect(findFault({})).toEqual({ sentence: expect.stringContaining('`name` is missing'), ...plain });
    expect(findFault({ name: 'ball' }, { count: 'x' })).toEqual({
      sentence: expect.stringContaining('`count`'),
      ...plain,
    });
  });

  it('with a value of other versions has a fault with these versions', () => {
    expect(findFault({ name: 'kite', kind: 'Kite' })?.otherVersions).toEqual(['2', '3']);
    expect(findFault({ name: 'kite', kind: 'constructor' })?.otherVersions).toEqual([]);
    expect(findFault({ name: 'kite', kind: {} })?.otherVersions).toEqual([]);
  });

  it('may spell enum values in any case, and nothing else', () => {
    const body = { name: 'BALL', kind: 'bALL', parts: [{ kind: 'WHEEL' }], further: 'WHEEL', none: null };

    expect(operation.normalizeSpelling(body)).toEqual({ ...body, kind: 'Ball', parts: [{ kind: 'Wheel' }] });
  });
});

describe('a response', () => {
  const JSON_TYPE = 'application/json';
  const cases: [label: string, fault: string | null, answer: [number, string | null, unknown]][] = [
    ['that is valid', null, [200, JSON_TYPE, { name: 'ball' }]],
    ['with bytes', null, [200, JSON_TYPE, Buffer.from('{}')]],
    ['with an undeclared member', 'body must NOT', [200, JSON_TYPE, { name: 'a', b: 1 }]],
    [
      'with an undeclared media type',
      'the document does not list the media type text/plain',
      [200, 'text/plain', 'ball'],
    ],
    ['with an undeclared status', 'the document does not list the status 404', [404, JSON_TYPE, {}]],
    ['without a body', null, [204, null, undefined]],
    ['with an unexpected body', 'it has a body, but the document has none', [204, JSON_TYPE, {}]],
    ['of any media type', null, [303, 'image/png', 'x']],
  ];

  it.each(cases)('is compared with its document: %s', (_what, fault, [status, mediaType, body]) => {
    const actual = operation.describeAnswerViolation(status, mediaType, body);

    if (fault === null) expect(actual).toBeNull();
    else expect(actual).toContain(fault);
  });
});
