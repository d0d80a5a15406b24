import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createLineFinder } from '../../src/lib/document-file.ts';
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
