import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minVersion, satisfies } from 'semver';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LINES } from '../../../scripts/nodes.mjs';
import { ROOT, sourceFiles } from './source-files.ts';

interface Step {
  readonly run?: string;
  readonly uses?: string;
}
interface Job {
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const MANIFEST = JSON.parse(read('package.json'));
/** The workspaces, with their folders. */
const WORKSPACES = MANIFEST.workspaces.map((folder: string) => ({
  folder,
  ...JSON.parse(read(`${folder}/package.json`)),
})) as readonly { readonly folder: string; readonly name: string; readonly scripts: Record<string, string> }[];
const listYamlFiles = (folder: string) => readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.yml'));
const WORKFLOWS = listYamlFiles('.github/workflows').map((file) => ({
  file,
  workflow: parse(read(`.github/workflows/${file}`)) as Workflow,
}));

describe.each(WORKFLOWS)('$file', ({ file, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('runs existing scripts only', () => {
    const lines = steps.flatMap(({ run = '' }) => run.split('\n'));
    const called = lines.flatMap((line) => {
      const [, script, workspace] = /^\s*npm run (?:--silent )?(\S+)(?: -w (\S+))?/.exec(line) ?? [];
      return script === undefined ? [] : [{ script, workspace }];
    });
    const findScripts = (workspace: string | undefined) =>
      workspace === undefined ? MANIFEST.scripts : WORKSPACES.find(({ name }) => name === workspace)?.scripts;

    expect(called.length).toBeGreaterThan(0);
    expect(called.filter(({ script, workspace }) => !(script in (findScripts(workspace) ?? {})))).toEqual([]);
  });

  it('runs only npm commands that a clone can run, except publishing', () => {
    const lines = steps.flatMap(({ run = '' }) => run.split('\n')).filter((line) => line !== '');

    expect(lines.filter((line) => !/^npm (?:ci$|run |publish )/.test(line))).toEqual([]);
  });

  it('uses actions of GitHub and Docker only, pinned to commits with a version comment', () => {
    const used = read(`.github/workflows/${file}`)
      .split('\n')
      .filter((line) => line.includes('uses:'));

    expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    expect(
      used.filter((line) => !/uses: (?:actions|docker)\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    ).toEqual([]);
  });

  it('has read permissions by default, and a timeout for each job', () => {
    const written = jobs.flatMap(({ permissions = {} }) => Object.entries(permissions));

    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(written.filter(([name, right]) => right !== 'read' && name === 'contents')).toEqual([]);
    expect(workflow.concurrency).toBeDefined();
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(360);
  });
});

describe.each(WORKSPACES)('the tests of $folder', ({ folder, name, scripts }) => {
  /** The commands of each job, and of `.ci/run`. */
  const jobs = [
    ...WORKFLOWS.flatMap(({ file, workflow }) =>
      Object.entries(workflow.jobs).map(([job, { steps }]) => ({
        job: `${file}: ${job}`,
        commands: steps.map(({ run = '' }) => run),
      })),
    ),
    {
      job: '.ci/run',
      commands: [...read('.ci/run').matchAll(/^tests \S+ (.*?)(?: --)?$/gm)].map(([, line]) => `npm run ${line}`),
    },
  ];

  it.each([
    ['check', 'test'],
    ['test:e2e', 'test:e2e'],
  ])('run once, by a separate command, in each job that runs `npm run %s`', (rootScript, workspaceScript) => {
    if (!(workspaceScript in scripts)) return;
    const runsRootScript = (command: string) => new RegExp(`^npm run ${rootScript}(?! -w )`).test(command);
    // `npm run check` of the root runs the tests of all workspaces, unless the command excludes their folders.
    const alsoRunsWorkspace = (command: string) =>
      rootScript === 'check' && runsRootScript(command) && !command.includes(folder);
    const jobsWithRootScript = jobs.filter(({ commands }) => commands.some(runsRootScript));
    const wrongJobs = jobsWithRootScript.filter(({ commands }) => {
      const runs = commands.filter((command) => command === `npm run ${workspaceScript} -w ${name}`);
      return commands.some(alsoRunsWorkspace) || runs.length !== 1;
    });

    expect(jobsWithRootScript.length).toBeGreaterThan(2);
    expect(wrongJobs.map(({ job }) => job)).toEqual([]);
  });
});

it('the tests run on the oldest supported Node, and on no older one', () => {
  const { engines } = MANIFEST;
  const nodes = WORKFLOWS.flatMap(({ workflow }) => Object.values(workflow.jobs)).flatMap(
    ({ strategy }) => strategy?.matrix.node ?? [],
  );

  expect(nodes).toEqual(['20.19', '22', '24', '26']);
  expect(Object.keys(LINES)).toEqual(nodes.map((node) => node.split('.')[0]));
  expect(minVersion(engines.node)?.version).toBe(`${nodes[0]}.0`);
  for (const node of nodes) expect(satisfies(minVersion(node)?.version ?? '', engines.node)).toBe(true);
});

describe('issue forms', () => {
  it.each(listYamlFiles('.github/ISSUE_TEMPLATE').filter((file) => file !== 'config.yml'))('are valid: %s', (file) => {
    const { name, description, body } = parse(read(`.github/ISSUE_TEMPLATE/${file}`));
    const fields = body.filter(({ type }: { type: string }) => type !== 'markdown');
    const ids = fields.map(({ id }: { id: string }) => id);

    expect([typeof name, typeof description]).toEqual(['string', 'string']);
    expect(new Set(ids).size).toBe(fields.length);
    for (const { type, attributes } of fields) {
      expect(['input', 'textarea', 'dropdown']).toContain(type);
      expect(attributes.label).toBeTypeOf('string');
    }
    expect(ids).toEqual(expect.arrayContaining(['version', 'decision']));
    expect(JSON.stringify(body)).toContain('GET /_mock/decisions/<id>');
  });

  it('link to the repository of the package', () => {
    const { contact_links: links } = parse(read('.github/ISSUE_TEMPLATE/config.yml'));
    const base = MANIFEST.bugs.url.replace(/\/issues$/, '');

    expect(links.map(({ url }: { url: string }) => url).filter((url: string) => !url.startsWith(base))).toEqual([]);
    expect(MANIFEST.repository.url).toBe(`git+${base}.git`);
    for (const page of ['SECURITY.md', 'CHANGELOG.md']) expect(read(page)).toContain(`${base}/`);
  });
});

it('a release uses OIDC instead of secrets', () => {
  const { workflow } = WORKFLOWS.find(({ file }) => file === 'release.yml') as (typeof WORKFLOWS)[number];

  expect(workflow.jobs['npm']).toMatchObject({ environment: 'release', permissions: { 'id-token': 'write' } });
  for (const { file } of WORKFLOWS) expect(read(`.github/workflows/${file}`)).not.toContain('secrets.');
});

it('Dependabot checks every file with versions', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directory?: string; directories?: string[] }[];
  };
  const listFolders = (system: string) =>
    updates
      .filter((update) => update['package-ecosystem'] === system)
      .flatMap(({ directory, directories = [] }) => directory ?? directories)
      .toSorted();
  const findFolders = (name: string) =>
    ['bench', 'clients', 'conformance', 'console', 'examples', 'scripts', 'test']
      .flatMap((folder) => sourceFiles(folder, name))
      .filter(({ path }) => path.endsWith(`/${name}`))
      .map(({ path }) => `/${path.slice(0, -name.length - 1)}`);

  expect(listFolders('npm')).toEqual(['/', ...findFolders('package-lock.json')].toSorted());
  expect(listFolders('github-actions')).toEqual(['/']);
  expect(listFolders('docker')).toEqual(['/']);
});

it('every version of a dependency is exact', () => {
  const others = ['bench', 'conformance', 'console', 'scripts'].flatMap((folder) =>
    sourceFiles(folder, 'package.json'),
  );
  const manifests = ['package.json', ...others.map(({ path }) => path)];
  const entries = manifests.flatMap((path) => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(read(path));
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides });
  });
  const versions = entries.filter(([, version]) => typeof version === 'string');

  expect(versions.length).toBeGreaterThan(50);
  expect(
    versions.filter(([, version]) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version as string)),
  ).toEqual([]);
});

it('a release has provenance attestations', () => {
  const release = read('.github/workflows/release.yml');
  const published = release.split('\n').filter((line) => line.includes('npm publish'));

  expect(published.length).toBeGreaterThan(0);
  expect(published.filter((line) => !/--provenance|--dry-run/.test(line))).toEqual([]);
  expect(release).toContain('actions/attest-build-provenance@');
});
