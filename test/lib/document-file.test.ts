import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createLineFinder, parseDocument, readDocument } from '../../src/lib/document-file.ts';
import { it } from '../support/in-folder.ts';

const YAML = ['# a seed', 'runai:', '  users:', '    - name: a', '    - name: b', '      role: c', 'port: 1'].join(
  '\n',
);

describe('the line of a path in a file', () => {
  it.for([
    ['runai', 2],
    ['runai.users', 3],
    ['runai.users[1]', 5],
    ['runai.users[1].role', 6],
    ['runai.users[0].role', 4],
    ['port', 7],
  ] as const)('of %s is %i', async ([place, line], { folder, expect }) => {
    const file = join(folder, 'seed.yaml');
    await writeFile(file, YAML);

    expect((await createLineFinder(file))(place)).toBe(line);
  });
});

it('a file that does not exist has no lines', async ({ folder }) => {
  expect((await createLineFinder(join(folder, 'nothing.yaml')))('port')).toBeUndefined();
});

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

describe('a document in UTF-16', () => {
  const bytes = Buffer.from('{"port": 1}', 'utf16le');
  it.for([
    ['with a mark, as PowerShell 5 writes it', Buffer.concat([Buffer.from([0xff, 0xfe]), bytes])],
    [
      'with the bytes of each character swapped',
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(bytes).swap16()]),
    ],
    ['without a mark', bytes],
    ['without a mark, swapped', Buffer.from(bytes).swap16()],
  ] as const)('%s is refused with what to do', async ([, content], { folder }) => {
    const file = join(folder, 'seed.json');
    await writeFile(file, content);

    await expect(readDocument(file, '--seed')).rejects.toThrow('is UTF-16, save it as UTF-8');
  });

  it('is no empty document, and no document of one character', async ({ folder }) => {
    for (const [index, text] of ['', '1', '\uFEFF{}'].entries()) {
      const file = join(folder, `${index}.yaml`);
      await writeFile(file, text);

      await expect(readDocument(file, '--seed')).resolves.not.toBeUndefined();
    }
  });
});
