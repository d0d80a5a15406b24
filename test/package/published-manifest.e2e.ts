import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { publishedManifest } from '../../scripts/published-manifest.mjs';
import { it } from '../support/in-folder.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const manifestText = () => readFile(join(ROOT, 'package.json'), 'utf8');

/** A clone that has nothing to build, with the manifest and the script of this one. */
async function cloneIn(folder: string, prepack?: string): Promise<string> {
  const own = JSON.parse(await manifestText());
  const steps: string[] = own.scripts.prepack.split(' && ');
  const kept = steps.filter((step) => step.includes('published-manifest'));
  own.scripts.prepack = prepack ?? kept.join(' && ');
  await mkdir(join(folder, 'scripts'));
  await cp(join(ROOT, 'scripts/published-manifest.mjs'), join(folder, 'scripts/published-manifest.mjs'));
  const text = `${JSON.stringify(own, null, 2)}\n`;
  await writeFile(join(folder, 'package.json'), text);
  return text;
}

async function pack(folder: string): Promise<void> {
  const environment = { PATH: process.env['PATH'], HOME: folder, npm_config_cache: join(folder, '.npm') };
  await run('npm', ['pack', '--silent'], { cwd: folder, env: environment });
}

describe('the manifest of a clone', () => {
  it('is packed with the driver as an optional peer and without workspaces, and is restored afterwards', async ({
    folder,
  }) => {
    const text = await cloneIn(folder);
    await pack(folder);
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json'], { cwd: folder });
    const published = JSON.parse(stdout);
    const { optionalDependencies, peerDependencies, peerDependenciesMeta } = published;
    const { optionalDependencies: _, workspaces: __, ...own } = JSON.parse(text);

    expect(optionalDependencies).toBeUndefined();
    expect(published).not.toHaveProperty('workspaces');
    expect(peerDependencies['better-sqlite3']).toBe('>=12');
    expect(peerDependenciesMeta['better-sqlite3']).toEqual({ optional: true });
    expect(published).toMatchObject(own);
    expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe(text);
    expect(await readdir(folder)).not.toContain('package.json.own');
  });

  it('is restored by the next packing if npm was killed during the previous one', async ({ folder }) => {
    const text = await cloneIn(folder);
    await run('npm', ['run', '--silent', 'prepack'], { cwd: folder });
    expect(await readFile(join(folder, 'package.json'), 'utf8')).not.toBe(text);
    await pack(folder);

    expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe(text);
  });
});

it('a dependency without a configured range is not published', () => {
  expect(() => publishedManifest({ optionalDependencies: { other: '1.0.0' } })).toThrow(/needs the range of other/);
});
