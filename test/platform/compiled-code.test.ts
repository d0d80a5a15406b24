import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { keepCompiledCode } from '../../src/platform/compiled-code.ts';
import { it } from '../support/in-folder.ts';

const require = createRequire(import.meta.url);
const LONG_AGO = new Date('2020-01-01T00:00:00Z');

/** A module of CommonJS that says how it is called. */
const SOURCE = `const { sep } = require('node:path');
exports.about = () => [sep, __filename, __dirname, module.exports === exports, typeof this];
exports.line = () => new Error('here').stack.split('\\n')[1];
exports.answer = 41;
`;

/** Requires a module as a process does that has not done so before. */
function load(file: string) {
  delete require.cache[file];
  return require(file);
}

/** Loads the module once and keeps its code, as a process does that ends. */
function runOnce(folder: string, file: string) {
  const keep = keepCompiledCode(file, folder);
  const loaded = load(file);
  keep();
  return loaded;
}

async function prepared(folder: string) {
  const file = join(folder, 'answer.cjs');
  const code = join(folder, 'code');
  await writeFile(file, SOURCE);
  runOnce(code, file);
  const [name = 'none'] = await readdir(code);
  const kept = join(code, name);
  // A file that is written anew is younger.
  await utimes(kept, LONG_AGO, LONG_AGO);
  const isWrittenAnew = async () => (await stat(kept)).mtimeMs !== LONG_AGO.getTime();
  return { file, code, kept, isWrittenAnew };
}

afterEach(() => {
  delete require.extensions['.cjs'];
});

describe('compiled code', () => {
  it('is that of a module as Node loads it', async ({ folder }) => {
    const { file, code } = await prepared(folder);

    for (const loaded of [runOnce(code, file), runOnce(code, file)]) {
      expect(loaded.about().slice(1)).toEqual([file, folder, true, 'object']);
      expect(loaded.line()).toContain(`${file}:3:`);
    }
  });

  it('is kept for the next process, which keeps nothing again', async ({ folder }) => {
    const { file, code, isWrittenAnew } = await prepared(folder);

    expect(await readdir(code)).toEqual([expect.stringMatching(/^answer\.cjs-[0-9a-f]{16}$/)]);
    expect(runOnce(code, file).answer).toBe(41);
    expect(await isWrittenAnew()).toBe(false);
  });

  it('is not taken for that of another source of the same length', async ({ folder }) => {
    const { file, code, isWrittenAnew } = await prepared(folder);
    await writeFile(file, SOURCE.replace('41', '42'));

    expect(runOnce(code, file).answer).toBe(42);
    expect(await isWrittenAnew()).toBe(true);
  });

  it.for([0, 40, 200])('is compiled again if byte %i of it is damaged', async (at, { folder }) => {
    const { file, code, kept, isWrittenAnew } = await prepared(folder);
    const bytes = await readFile(kept);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(kept, bytes);
    await utimes(kept, LONG_AGO, LONG_AGO);

    expect(runOnce(code, file).answer).toBe(41);
    expect(await isWrittenAnew()).toBe(true);
  });

  it.for([0, 31, 32, 100])('is compiled again if only %i bytes of it are left', async (length, { folder }) => {
    const { file, code, kept, isWrittenAnew } = await prepared(folder);
    await writeFile(kept, (await readFile(kept)).subarray(0, length));
    await utimes(kept, LONG_AGO, LONG_AGO);

    expect(runOnce(code, file).answer).toBe(41);
    expect(await isWrittenAnew()).toBe(true);
  });

  it('is told apart by the folder of its module', async ({ folder }) => {
    const { code } = await prepared(folder);
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'answer.cjs'), SOURCE.replace('41', '43'));

    expect(runOnce(code, join(other, 'answer.cjs')).answer).toBe(43);
    expect(await readdir(code)).toHaveLength(2);
  });
});

it('is not kept of modules that are not in the folder of the bundle', async ({ folder }) => {
  const { file, code } = await prepared(folder);
  await mkdir(join(folder, 'bundle'));
  const main = join(folder, 'bundle', 'main.cjs');
  await writeFile(main, '');
  const keep = keepCompiledCode(main, code);
  await writeFile(file, SOURCE.replace('41', '42'));

  expect(load(file).answer).toBe(42);
  keep();
  expect(runOnce(code, file).answer).toBe(42);
});

describe('the folder for it', () => {
  it('is one that nobody else can write to', async ({ folder }) => {
    const { code, kept } = await prepared(folder);

    expect((await stat(code)).mode & 0o777).toBe(0o700);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
  });

  it('is left alone if others may write to it', async ({ folder }) => {
    const { file, code, isWrittenAnew } = await prepared(folder);
    await chmod(code, 0o777);
    await writeFile(file, SOURCE.replace('41', '42'));

    expect(runOnce(code, file).answer).toBe(42);
    expect(await isWrittenAnew()).toBe(false);
  });

  it('is left alone if it is a link, or cannot be made', async ({ folder }) => {
    const { file, code } = await prepared(folder);
    await symlink(code, join(folder, 'link'));

    for (const unusable of ['link', 'none/code', 'answer.cjs']) {
      expect(runOnce(join(folder, unusable), file).answer).toBe(41);
    }
    expect((await readdir(folder)).sort()).toEqual(['answer.cjs', 'code', 'link']);
  });

  it('may go while a process runs', async ({ folder }) => {
    const { file, code } = await prepared(folder);
    const keep = keepCompiledCode(file, join(folder, 'gone'));
    load(file);
    await rm(join(folder, 'gone'), { recursive: true });

    expect(keep).not.toThrow();
    expect(await readdir(code)).toHaveLength(1);
  });
});
