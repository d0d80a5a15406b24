import { describe, expect, it } from 'vitest';
import { layOut, type Section } from '../../src/contract/sections.ts';

interface Row {
  readonly id: string;
  readonly needs: 'read' | 'write';
  readonly source: string;
  readonly owners?: true;
}

describe('layOut', () => {
  it('merges each row with its section', () => {
    const rows = layOut('id', [
      { needs: 'read', source: 'page 1', rows: { list: {}, get: { owners: true } } },
      { source: 'page 2', rows: { change: { needs: 'write' } } },
    ] as const satisfies readonly Section<Row, 'id'>[]);

    expect(rows).toEqual([
      { id: 'list', needs: 'read', source: 'page 1' },
      { id: 'get', needs: 'read', source: 'page 1', owners: true },
      { id: 'change', needs: 'write', source: 'page 2' },
    ]);
  });

  it('lets a row override its section', () => {
    const rows = layOut('id', [
      { needs: 'read', source: 'page 1', rows: { list: {}, get: { source: 'page 2' } } },
    ] as const satisfies readonly Section<Row, 'id'>[]);

    expect(rows.map(({ id, source }) => [id, source])).toEqual([
      ['list', 'page 1'],
      ['get', 'page 2'],
    ]);
  });

  it('accepts a list of keys for rows without members of their own', () => {
    const rows = layOut('id', [
      { needs: 'read', source: 'page 1', rows: ['list', 'get'] },
    ] as const satisfies readonly Section<Row, 'id'>[]);

    expect(rows).toEqual([
      { id: 'list', needs: 'read', source: 'page 1' },
      { id: 'get', needs: 'read', source: 'page 1' },
    ]);
  });

  it('lists the members of a row before those of its section', () => {
    const [row] = layOut('id', [{ source: 'page 1', rows: { change: { needs: 'write' } } }] as const);

    expect(Object.keys(row ?? {})).toEqual(['id', 'needs', 'source']);
  });

  it('keeps literal types, so that the names of rows are checked', () => {
    const rows = layOut('id', [
      { needs: 'read', source: 'page 1', rows: { list: {}, get: { needs: 'write' } } },
      { needs: 'write', source: 'page 2', rows: ['change'] },
    ] as const satisfies readonly Section<Row, 'id'>[]) satisfies readonly Row[];
    const known: (typeof rows)[number]['id'] = 'change';
    // @ts-expect-error there is no such row
    const unknown: (typeof rows)[number]['id'] = 'chnage';

    expect(rows.map(({ id }) => id)).toContain(known);
    expect(rows.map(({ id }) => id)).not.toContain(unknown);
  });

  it('does not compile with an unknown value or member', () => {
    const misspelt = [
      {
        // @ts-expect-error `raed` is not a value of `needs`
        needs: 'raed',
        source: 'page 1',
        rows: {
          // @ts-expect-error a row has no such member
          list: { owner: true },
          // @ts-expect-error `wirte` is not a value of `needs`
          get: { needs: 'wirte' },
        },
      },
    ] as const satisfies readonly Section<Row, 'id'>[];

    expect(misspelt).toHaveLength(1);
  });

  it('does not compile as a table if a required member is missing', () => {
    const sections = [{ needs: 'read', rows: ['list'] }] as const satisfies readonly Section<Row, 'id'>[];
    // @ts-expect-error `source` is missing
    const rows: readonly Row[] = layOut('id', sections);

    expect(rows).toHaveLength(1);
  });
});
