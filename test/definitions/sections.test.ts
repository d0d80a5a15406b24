import { describe, expect, it } from 'vitest';
import { layOut, type Section } from '../../src/definitions/sections.ts';

interface Row {
  readonly id: string;
  readonly needs: 'read' | 'write';
  readonly source: string;
  readonly owners?: true;
}

describe('layOut', () => {
  it('gives each row what its section says, and its own', () => {
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

  it('lets a row say otherwise than its section', () => {
    const rows = layOut('id', [
      { needs: 'read', source: 'page 1', rows: { list: {}, get: { source: 'page 2' } } },
    ] as const satisfies readonly Section<Row, 'id'>[]);

    expect(rows.map(({ id, source }) => [id, source])).toEqual([
      ['list', 'page 1'],
      ['get', 'page 2'],
    ]);
  });

  it('takes a list of keys where the rows say nothing of their own', () => {
    const rows = layOut('id', [
      { needs: 'read', source: 'page 1', rows: ['list', 'get'] },
    ] as const satisfies readonly Section<Row, 'id'>[]);

    expect(rows).toEqual([
      { id: 'list', needs: 'read', source: 'page 1' },
      { id: 'get', needs: 'read', source: 'page 1' },
    ]);
  });

  it('shows what a row says of itself before what its section says', () => {
    const [row] = layOut('id', [{ source: 'page 1', rows: { change: { needs: 'write' } } }] as const);

    expect(Object.keys(row ?? {})).toEqual(['id', 'needs', 'source']);
  });

  it('keeps what was written as types, so that whoever names a row is held to it', () => {
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

  it('does not compile where a section or a row says what is not known', () => {
    const misspelt = [
      {
        // @ts-expect-error `raed` is none of what can be needed
        needs: 'raed',
        source: 'page 1',
        rows: {
          // @ts-expect-error a row has no such member
          list: { owner: true },
          // @ts-expect-error `wirte` is none of what can be needed
          get: { needs: 'wirte' },
        },
      },
    ] as const satisfies readonly Section<Row, 'id'>[];

    expect(misspelt).toHaveLength(1);
  });

  it('does not compile as a table where neither section nor row says what a row must have', () => {
    const sections = [{ needs: 'read', rows: ['list'] }] as const satisfies readonly Section<Row, 'id'>[];
    // @ts-expect-error `source` is said nowhere
    const rows: readonly Row[] = layOut('id', sections);

    expect(rows).toHaveLength(1);
  });
});
