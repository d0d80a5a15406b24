import { describe, expect, it } from 'vitest';
import { correct, factsOf } from '../../reference/facts.mjs';
import { wordless } from '../../reference/wordless.mjs';

it('a document without descriptions has only the structure of the selected operations', () => {
  const schema = { $ref: '#/components/schemas/title' };
  const parameter = { name: 'toy_id', in: 'path', required: true, schema: { type: 'string' } };
  const words = { description: 'Words.', title: 'Words' };
  const kind = { enum: [{ title: 'a value' }] };
  const document = {
    openapi: '3.0.3',
    info: words,
    servers: [{ url: 'https://toys.example', description: 'Words.' }],
    tags: [{ name: 'Toys' }],
    paths: {
      '/toys/{toy_id}': {
        summary: 'Words.',
        parameters: [{ ...parameter, description: 'Words.' }],
        get: {
          tags: ['Toys'],
          'x-internal': true,
          responses: { 200: { description: 'Words.', content: { 'application/json': { example: {}, schema } } } },
        },
        delete: { responses: { 204: { description: 'Words.' } } },
      },
      '/others': { get: { responses: {} } },
    },
    components: {
      schemas: { title: { ...words, properties: { description: { type: 'string', ...words }, kind }, default: words } },
    },
  };

  expect(wordless(document, (method, path) => method === 'get' && path.startsWith('/toys'))).toEqual({
    servers: [{ url: 'https://toys.example' }],
    paths: {
      '/toys/{toy_id}': {
        parameters: [parameter],
        get: { responses: { 200: { description: '', content: { 'application/json': { schema } } } } },
      },
    },
    components: { schemas: { title: { properties: { description: { type: 'string' }, kind }, default: words } } },
  });
});

describe('corrections', () => {
  const reason = 'A page says so.';
  const createDocument = () => {
    const first = { in: 'path', name: 'a', schema: {} };
    const second = { in: 'query', name: 'b', schema: {} };
    return { paths: { '/toys': { get: { parameters: [first, second] } } } };
  };

  it('change, add and remove members', () => {
    const document = createDocument();
    correct(document, [
      { at: 'paths * * parameters in=path schema maxLength', value: 36, reason },
      { at: 'paths /toys get parameters +', value: { in: 'query', name: 'c' }, reason },
      { at: ['paths /toys get parameters name=b schema'], reason },
    ]);

    expect(document.paths['/toys'].get.parameters).toEqual([
      { in: 'path', name: 'a', schema: { maxLength: 36 } },
      { in: 'query', name: 'b' },
      { in: 'query', name: 'c' },
    ]);
  });

  it.each(['paths /dolls get', 'paths /toys put'])('are rejected for an unknown path: %s', (at) => {
    expect(() => correct(createDocument(), [{ at, reason }])).toThrow(`The document has no \`${at}\` to correct.`);
  });

  it.each(['air.2.0', 'nvcf', 'nvct'])('of %s all have a reason', async (name) => {
    const facts = await factsOf(name);

    expect(facts.length).toBeGreaterThan(0);
    expect(facts.filter((fact) => fact.reason.trim() === '')).toEqual([]);
  });
});
