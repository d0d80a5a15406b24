import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/lib/document-file.ts';

const parseYaml = (text: string) => parseDocument(text, '--spec x.yaml', false);

describe('a YAML document', () => {
  it.each([
    ['in a block', 'a: 1\nb:\n  c: 1\n  c: 2\n', 'line 4, column 3'],
    ['in braces', 'a: { b: 1, c: 2, "b": 3 }\n', 'line 1, column 18'],
    ['in a list', '- a: 1\n- a: 1\n  a: 2\n', 'line 3, column 3'],
    ['as numbers', '1: a\n0x1: b\n', 'line 2, column 1'],
    ['as empty keys', ': a\n: b\n', 'line 2, column 1'],
  ])('with duplicate keys %s is rejected with the position', async (_title, text, place) => {
    await expect(parseYaml(text)).rejects.toThrow(
      `--spec x.yaml is not valid YAML: Map keys must be unique at ${place}`,
    );
  });

  it('may have the same key in several objects, and similar keys', async () => {
    expect(await parseYaml('- a: &a { b: 1 }\n- a: *a\n  <<: *a\n- 1: x\n  "1.": y\n')).toEqual([
      { a: { b: 1 } },
      { a: { b: 1 }, b: 1 },
      { 1: 'x', '1.': 'y' },
    ]);
  });

  it('with 40,000 keys is parsed', async () => {
    const lines = Array.from({ length: 40_000 }, (_, at) => `k${at}: v\n`);

    expect(Object.keys(Object(await parseYaml(lines.join(''))))).toHaveLength(40_000);
  });
});
