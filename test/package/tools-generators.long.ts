/** Clients that other tools generate from the documents, compiled. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyInstallation, write } from '../support/package.ts';

const run = promisify(execFile);
const PATIENCE_MS = 240_000;
const DOCUMENTS = fileURLToPath(new URL('../../dist/openapi/', import.meta.url));
const INSTALLED = [
  'openapi-typescript@7.13.0',
  'orval@7.13.2',
  '@hey-api/openapi-ts@0.95.0',
  'swagger-typescript-api@13.13.0',
  'typescript@5.9.3',
  '@types/node@20.19.43',
];

/** What is called, with the file and where the client goes. */
type Command = (file: string, name: string) => readonly string[];
const GENERATORS: Readonly<Record<string, Command>> = {
  'openapi-typescript': (file, name) => ['openapi-typescript/bin/cli.js', file, '-o', `made/${name}/types.ts`],
  orval: (file, name) => [
    'orval/dist/bin/orval.js',
    '--input',
    file,
    '--output',
    `made/${name}/orval.ts`,
    '--client',
    'fetch',
  ],
  'hey-api': (file, name) => [
    '@hey-api/openapi-ts/bin/run.js',
    ...['-i', file, '-o', `made/${name}/hey-api`, '--silent'],
    ...['-p', '@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
  ],
  'swagger-typescript-api': (file, name) => [
    'swagger-typescript-api/dist/cli.mjs',
    ...['generate', '-p', file, '-o', `made/${name}`, '-n', 'swagger.ts', '--silent'],
  ],
};
const COMPILER_OPTIONS = {
  strict: true,
  noEmit: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  skipLibCheck: true,
  lib: ['es2023', 'dom', 'dom.iterable'],
};

let folder: string;
beforeAll(async () => {
  folder = await copyInstallation([], INSTALLED);
}, PATIENCE_MS);

const node = (args: readonly string[]) => {
  const [script = '', ...more] = args;
  const env = { PATH: process.env['PATH'], HOME: folder };
  return run(process.execPath, [join(folder, 'node_modules', script), ...more], { cwd: folder, env });
};

/** This generator tells the compiler to check nothing. */
async function withChecks(file: string): Promise<void> {
  const made = await readFile(file, 'utf8');
  expect(made).toContain('// @ts-nocheck');
  await writeFile(file, made.replace('// @ts-nocheck', ''));
}

describe('a client', { timeout: PATIENCE_MS }, () => {
  it.each(readdirSync(DOCUMENTS))('that four generators create from %s compiles in strict mode', async (document) => {
    const name = document.replace(/\.json$/, '');
    for (const command of Object.values(GENERATORS)) await node(command(join(DOCUMENTS, document), name));
    await withChecks(join(folder, 'made', name, 'swagger.ts'));
    const project = `${name}.tsconfig.json`;
    await write(folder, {
      [project]: JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: [`made/${name}/**/*.ts`] }),
    });
    const errors = await node(['typescript/bin/tsc', '-p', project]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    const made = await readdir(join(folder, 'made', name));

    expect(made.sort()).toEqual(['hey-api', 'orval.ts', 'swagger.ts', 'types.ts']);
    expect(errors).toBe('');
  });
});
