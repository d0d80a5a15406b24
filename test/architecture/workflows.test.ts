import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minVersion, satisfies } from 'semver';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LINES } from '../../scripts/nodes.mjs';
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
const files = (folder: string) => readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.yml'));
const WORKFLOWS = files('.github/workflows').map((file) => ({
  file,
  workflow: parse(read(`.github/workflows/${file}`)) as Workflow,
}));

describe.each(WORKFLOWS)('$file', ({ file, workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('runs only scripts that there are', () => {
    const lines = steps.flatMap(({ run = '' }) => run.split('\n'));
    const called = lines.flatMap((line) => {
      const [, script, workspace] = /^\s*npm run (?:--silent )?(\S+)(?: -w (\S+))?/.exec(line) ?? [];
      return script === undefined ? [] : [{ script, workspace }];
    });
    const scriptsOf = (workspace: string | undefined) =>
      workspace === undefined ? MANIFEST.scripts : WORKSPACES.find(({ name }) => name === workspace)?.scripts;

    expect(called.length).toBeGreaterThan(0);
    expect(called.filter(({ script, workspace }) => !(script in (scriptsOf(workspace) ?? {})))).toEqual([]);
  });

  it('runs nothing that a clone cannot run, but for publishing', () => {
    const lines = steps.flatMap(({ run = '' }) => run.split('\n')).filter((line) => line !== '');

    expect(lines.filter((line) => !/^npm (?:ci$|run |publish )/.test(line))).toEqual([]);
  });

  it('uses actions of the forge and of Docker only, by their commits, and says which version each is', () => {
    const used = read(`.github/workflows/${file}`)
      .split('\n')
      .filter((line) => line.includes('uses:'));

    expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    expect(
      used.filter((line) => !/uses: (?:actions|docker)\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    ).toEqual([]);
  });

  it('may only read, unless a job says what it writes, and ends in time', () => {
    const written = jobs.flatMap(({ permissions = {} }) => Object.entries(permissions));

    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(written.filter(([name, right]) => right !== 'read' && name === 'contents')).toEqual([]);
    expect(workflow.concurrency).toBeDefined();
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(360);
  });
});

describe.each(WORKSPACES)('the tests of $folder', ({ folder, name, scripts }) => {
  /** What each job runs, and what CI does without one. */
  const places = [
    ...WORKFLOWS.flatMap(({ file, workflow }) =>
      Object.entries(workflow.jobs).map(([job, { steps }]) => ({
        place: `${file}: ${job}`,
        commands: steps.map(({ run = '' }) => run),
      })),
    ),
    {
      place: '.ci/run',
      commands: [...read('.ci/run').matchAll(/^tests \S+ (.*?)(?: --)?$/gm)].map(([, line]) => `npm run ${line}`),
    },
  ];

  it.each([
    ['check', 'test'],
    ['test:e2e', 'test:e2e'],
  ])('run once, by a command of their own, wherever `npm run %s` is run', (ofRoot, own) => {
    if (!(own in scripts)) return;
    const whole = new RegExp(`^npm run ${ofRoot}(?! -w )`);
    const running = places.filter(({ commands }) => commands.some((command) => whole.test(command)));
    const wrong = running.filter(({ commands }) => {
      const twice = commands.filter(
        (command) => ofRoot === 'check' && whole.test(command) && !command.includes(folder),
      );
      return twice.length > 0 || commands.filter((command) => command === `npm run ${own} -w ${name}`).length !== 1;
    });

    expect(running.length).toBeGreaterThan(2);
    expect(wrong.map(({ place }) => place)).toEqual([]);
  });
});

it('the tests run on the oldest Node that the package allows, and on no older one', () => {
  const { engines } = MANIFEST;
  const nodes = WORKFLOWS.flatMap(({ workflow }) => Object.values(workflow.jobs)).flatMap(
    ({ strategy }) => strategy?.matrix.node ?? [],
  );

  expect(nodes).toEqual(['20.19', '22', '24', '26']);
  expect(Object.keys(LINES)).toEqual(nodes.map((node) => node.split('.')[0]));
  expect(minVersion(engines.node)?.version).toBe(`${nodes[0]}.0`);
  for (const node of nodes) expect(satisfies(minVersion(node)?.version ?? '', engines.node)).toBe(true);
});

describe('the forms for issues', () => {
  it.each(files('.github/ISSUE_TEMPLATE').filter((file) => file !== 'config.yml'))('%s can be filled in', (file) => {
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

  it('lead to the repository of the package', () => {
    const { contact_links: links } = parse(read('.github/ISSUE_TEMPLATE/config.yml'));
    const base = MANIFEST.bugs.url.replace(/\/issues$/, '');

    expect(links.map(({ url }: { url: string }) => url).filter((url: string) => !url.startsWith(base))).toEqual([]);
    expect(MANIFEST.repository.url).toBe(`git+${base}.git`);
    for (const page of ['SECURITY.md', 'CHANGELOG.md']) expect(read(page)).toContain(`${base}/`);
  });
});

it('a release needs no secret: npm and the registry of images are shown who runs it', () => {
  const { workflow } = WORKFLOWS.find(({ file }) => file === 'release.yml') as (typeof WORKFLOWS)[number];

  expect(workflow.jobs['npm']).toMatchObject({ environment: 'release', permissions: { 'id-token': 'write' } });
  for (const { file } of WORKFLOWS) expect(read(`.github/workflows/${file}`)).not.toContain('secrets.');
});

it('Dependabot looks at every file that names versions', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directory?: string; directories?: string[] }[];
  };
  const looksAt = (system: string) =>
    updates
      .filter((one) => one['package-ecosystem'] === system)
      .flatMap(({ directory, directories = [] }) => directory ?? directories)
      .toSorted();
  const foldersOf = (name: string) =>
    ['bench', 'clients', 'conformance', 'console', 'examples', 'scripts', 'test']
      .flatMap((folder) => sourceFiles(folder, name))
      .filter(({ path }) => path.endsWith(`/${name}`))
      .map(({ path }) => `/${path.slice(0, -name.length - 1)}`);

  expect(looksAt('npm')).toEqual(['/', ...foldersOf('package-lock.json')].toSorted());
  expect(looksAt('gomod')).toEqual(foldersOf('go.mod').toSorted());
  expect(looksAt('github-actions')).toEqual(['/']);
  expect(looksAt('docker')).toEqual(['/']);
});

it('every version of a package is exact, because what is bundled is what was tested', () => {
  const others = ['bench', 'conformance', 'console', 'scripts'].flatMap((folder) =>
    sourceFiles(folder, 'package.json'),
  );
  const manifests = ['package.json', ...others.map(({ path }) => path)];
  const given = manifests.flatMap((path) => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(read(path));
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides });
  });
  const versions = given.filter(([, version]) => typeof version === 'string');

  expect(versions.length).toBeGreaterThan(50);
  expect(
    versions.filter(([, version]) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version as string)),
  ).toEqual([]);
});

it('what is released says from which commit and run it was made', () => {
  const release = read('.github/workflows/release.yml');
  const published = release.split('\n').filter((line) => line.includes('npm publish'));

  expect(published.length).toBeGreaterThan(0);
  expect(published.filter((line) => !/--provenance|--dry-run/.test(line))).toEqual([]);
  expect(release).toContain('actions/attest-build-provenance@');
});
