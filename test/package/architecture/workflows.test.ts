import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minVersion } from 'semver';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LINES } from '../../../scripts/nodes.mjs';
import { ROOT, sourceFiles } from './source-files.ts';

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const MANIFEST = JSON.parse(read('package.json'));
const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows'))
  .filter((file) => file.endsWith('.yml'))
  .map((file) => ({ file, text: read(`.github/workflows/${file}`) }))
  .map(({ file, text }) => ({ file, text, workflow: parse(text), jobs: Object.values<Job>(parse(text).jobs) }));

describe.each(WORKFLOWS)('$file', ({ text, workflow, jobs }) => {
  const steps = jobs.flatMap((job) => job.steps);

  it('runs only existing scripts, besides `npm ci` and publishing', () => {
    const scripts = new Map([['', MANIFEST.scripts]]);
    for (const folder of MANIFEST.workspaces) {
      const { name, scripts: own } = JSON.parse(read(`${folder}/package.json`));
      scripts.set(name, own);
    }
    const lines = steps.flatMap(({ run = '' }) => run.split('\n')).filter((line) => line !== '');
    const unknown = lines.filter((line) => {
      const [, script = '', workspace = ''] = /^npm run (?:--silent )?(\S+)(?: -w (\S+))?/.exec(line) ?? [];
      return !/^npm (?:ci$|publish )/.test(line) && !(script in (scripts.get(workspace) ?? {}));
    });

    expect(lines).not.toEqual([]);
    expect(unknown).toEqual([]);
  });

  it('uses actions of GitHub and Docker only, pinned to commits with a version comment', () => {
    const used = text.split('\n').filter((line) => line.includes('uses:'));

    expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    expect(
      used.filter((line) => !/uses: (?:actions|docker)\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    ).toEqual([]);
  });

  it('has no secrets, read permissions by default, and a timeout for each job', () => {
    const written = jobs.flatMap(({ permissions = {} }) => Object.entries(permissions));

    expect(text).not.toContain('secrets.');
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(written.filter(([name, right]) => right !== 'read' && name === 'contents')).toEqual([]);
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(360);
  });
});

it('the tests run on each supported Node, from the oldest', () => {
  const nodes = WORKFLOWS.flatMap(({ jobs }) => jobs).flatMap(({ strategy }) => strategy?.matrix.node ?? []);

  expect(nodes.map((node) => node.split('.')[0])).toEqual(Object.keys(LINES));
  expect(minVersion(MANIFEST.engines.node)?.version).toBe(`${nodes[0]}.0`);
});

it('every version of a dependency is exact', () => {
  const manifests = ['bench', 'conformance', 'console', 'scripts'].flatMap((folder) =>
    sourceFiles(folder, 'package.json'),
  );
  const entries = [...manifests.map(({ text }) => JSON.parse(text)), MANIFEST].flatMap(
    ({ dependencies, devDependencies, optionalDependencies, overrides }) =>
      Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides }),
  );
  const versions = entries.filter(([, version]) => typeof version === 'string');

  expect(versions.length).toBeGreaterThan(50);
  expect(
    versions.filter(([, version]) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version as string)),
  ).toEqual([]);
});

it('a release uses OIDC, and has provenance attestations', () => {
  const { text, workflow } = WORKFLOWS.find(({ file }) => file === 'release.yml') as (typeof WORKFLOWS)[number];
  const published = text.split('\n').filter((line) => line.includes('npm publish'));

  expect(workflow.jobs.npm).toMatchObject({ environment: 'release', permissions: { 'id-token': 'write' } });
  expect(published).not.toEqual([]);
  expect(published.filter((line) => !/--provenance|--dry-run/.test(line))).toEqual([]);
  expect(text).toContain('actions/attest-build-provenance@');
});
