/** The linter's rules for imports, with imports that they must reject and accept. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

const REJECTED: readonly [file: string, imported: string][] = [
  ['decisions/a', '../store/index.ts'],
  ['decisions/a', 'node:fs'],
  ['decisions/a', '../services/ngc-keys/key-policy.ts'],
  ['decisions/explaining/a', '../../journal/journal.ts'],
  ['lib/a', '../decisions/problem.ts'],
  ['store/a', './sqlite/index.ts'],
  ['store/a', '../tokens/keys.ts'],
  ['tokens/a', '../http/bodies.ts'],
  ['journal/a', '../worlds/world.ts'],
  ['services/runai/a', 'fastify'],
  ['services/runai/a', 'better-sqlite3'],
  ['services/runai/a', 'node:fs/promises'],
  ['services/runai/a', '../control/problem.ts'],
  ['services/runai/a', '../../http/service.ts'],
  ['services/runai/a', '../../store/sqlite/index.ts'],
  ['services/runai/operations/a', '../../control/problem.ts'],
  ['services/runai/tables/a', '../problem.ts'],
  ['services/control/a', 'fastify'],
  ['services/control/a', '../runai/index.ts'],
  ['services/control/a', '../../app/server.ts'],
  ['http/a', '../services/runai/index.ts'],
  ['worlds/a', '../store/sqlite/index.ts'],
  ['app/a', '../store/sqlite/index.ts'],
  ['app/a', '../store/postgres/index.ts'],
  ['app/a', '../services/runai/index.ts'],
];

const ACCEPTED: readonly [file: string, imported: string][] = [
  ['services/runai/operations/a', '../../../decisions/problem.ts'],
  ['services/runai/a', '../../store/collection.ts'],
  ['services/nvcf/catalogue/a', '../view.ts'],
  ['http/steps/a', '../bodies.ts'],
  ['store/sqlite/a', '../rows.ts'],
];

const createFileName = (file: string, imported: string) => `src/${file}-${Buffer.from(imported).toString('hex')}.ts`;
let folder: string;
let output: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imports-'));
  for (const name of ['biome.json', 'biome.imports.json']) await copyFile(join(ROOT, name), join(folder, name));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, imported] of [...REJECTED, ...ACCEPTED]) {
    const path = join(folder, createFileName(file, imported));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `export { x } from '${imported}';\n`);
  }
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const options = ['lint', 'src', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=github'];
  output = await new Promise((resolve) => {
    execFile(process.execPath, [biome, ...options], { cwd: folder }, (_, stdout) => resolve(stdout));
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(REJECTED)('%s must not import %s', (file, imported) => {
  expect(output).toContain(createFileName(file, imported));
});

it.each(ACCEPTED)('%s may import %s', (file, imported) => {
  expect(output).not.toContain(createFileName(file, imported));
});
