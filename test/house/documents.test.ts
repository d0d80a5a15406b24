import { describe, expect, it } from 'vitest';
import { mergeDocuments } from '../../scripts/documents.mjs';

const fragment = (name: string, path: string, schema: object) => ({
  name,
  document: {
    openapi: '3.0.3',
    info: { title: 'Toys', version: '1' },
    security: [],
    paths: { [path]: { get: { operationId: `get_${path.slice(1)}` } } },
    components: { schemas: { Toy: schema } },
  },
});

describe('fragments of one service are merged', () => {
  it('into one document with the operations of all', () => {
    const merged = mergeDocuments([
      fragment('a.json', '/balls', { type: 'object' }),
      fragment('b.json', '/dolls', { type: 'object' }),
    ]);

    expect(Object.keys(merged.paths)).toEqual(['/balls', '/dolls']);
    expect(merged.components).toEqual({ schemas: { Toy: { type: 'object' } } });
  });

  it('unless components of one name differ: both files are named', () => {
    const fragments = [
      fragment('a.json', '/balls', { type: 'object' }),
      fragment('b.json', '/dolls', { type: 'string' }),
    ];

    expect(() => mergeDocuments(fragments)).toThrow('components/schemas/Toy differs between a.json and b.json');
  });

  it('unless an operation is in two of them: both files are named', () => {
    const fragments = [fragment('a.json', '/balls', {}), fragment('b.json', '/balls', {})];

    expect(() => mergeDocuments(fragments)).toThrow('GET /balls is in a.json and in b.json');
  });
});
