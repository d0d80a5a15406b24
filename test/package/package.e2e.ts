import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { minVersion, satisfies } from 'semver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMock } from '../../src/index.ts';
import { launchProgram, type Server, waitUntilReady } from '../support/command.ts';
import { behavesLikeTheMock, type Door } from '../support/doors.ts';
import { imageSpec, type ScratchRoot, scratchRoot } from '../support/image.ts';
import { linksOf } from '../support/links.ts';
import {
  copyInstallation,
  copyWithoutBinary,
  installPackage,
  PATIENTLY,
  packPackage,
  write,
} from '../support/package.ts';
import { documentationPages } from './architecture/source-files.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const tool = (name: string) => join(ROOT, 'scripts/e2e/node_modules/.bin', name);
const text = (path: string) => readFile(join(ROOT, path), 'utf8');

let tarball: string;
let progress: string;
/** Where the package was installed from its tarball, with the runners and types that its users bring. */
let user: string;

beforeAll(async () => {
  ({ tarball, progress } = await packPackage());
  user = await installPackage(tarball, ['vitest', 'testcontainers', 'typescript', '@types/node', 'jose']);
}, 600_000);

/** The blocks of a page in one language. */
async function blocks(page: string, language: string): Promise<string[]> {
  const found = (await text(page)).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'));
  return [...found].map(([, body = '']) => body);
}

/** The programs in TypeScript of all pages for users. */
async function shownPrograms(): Promise<string[]> {
  return (await Promise.all(documentationPages().map(({ path }) => blocks(path, 'ts')))).flat();
}

const doorOf = ({ url }: { url: string }): Door => ({ url, fetch: (input, init) => fetch(input, init) });

it('packing reports each step, because it takes a minute', () => {
  const steps = progress.split('\n').filter((line) => line.startsWith('- '));

  expect(steps.length).toBeGreaterThan(10);
  expect(steps).toContainEqual(expect.stringMatching(/^- writing the bodies of runai\.2\.24, document \d+ of \d+$/));
});

describe('through startMock, in process without a socket', () => {
  const started = startMock({ listen: false });
  afterAll(async () => (await started).stop());

  behavesLikeTheMock(() => started);
});

describe('through startMock, listening', () => {
  const started = startMock();
  afterAll(async () => (await started).stop());

  behavesLikeTheMock(async () => doorOf(await started));
});

describe('through the command of the packed tarball', () => {
  let server: Server;
  beforeAll(async () => {
    const command = join(user, 'node_modules/.bin/nv-auth-mock');
    server = await waitUntilReady(launchProgram(command, ['start', '--port', '0', '--json'], user));
  });
  afterAll(() => server.crash());

  behavesLikeTheMock(async () => doorOf(server));
});

describe('through the start command of the image, in a temporary root', () => {
  const spec = imageSpec();
  /** As the image's own user, where this may be somebody else. */
  const uid = process.getuid?.() === 0 ? spec.uid : undefined;
  let image: ScratchRoot;
  let server: Server;
  const environment = (port: number) => ({
    ...Object.fromEntries(Object.entries(spec.environment).map(([name, value]) => [name, image.here(value)])),
    NV_AUTH_MOCK_PORT: String(port),
  });
  beforeAll(async () => {
    image = await scratchRoot(user);
    await chmod(image.root, 0o755);
    const [program = '', ...args] = [...spec.entrypoint, ...spec.command].map(image.here);
    const surroundings = { env: environment(0), uid };
    server = await waitUntilReady(launchProgram(program, [...args, '--json'], join(image.root, 'app'), surroundings));
  });
  afterAll(() => server.crash());

  behavesLikeTheMock(async () => doorOf(server));

  it('is healthy by its own health check', async () => {
    const [program = '', ...args] = spec.healthcheck.map(image.here);
    const { code, stdout } = await launchProgram(program, args, image.root, { env: environment(server.port), uid })
      .ended;

    expect([code, stdout]).toEqual([0, `ready on ${server.url.replace('0.0.0.0', '127.0.0.1')}\n`]);
  });
});

describe('the package', () => {
  it('passes publint and are-the-types-wrong', async () => {
    await run(tool('publint'), ['run', tarball, '--strict']);
    await run(tool('attw'), [tarball, '--profile', 'esm-only', '--entrypoints', './vitest']);
    await run(tool('attw'), [tarball, '--profile', 'node16', '--entrypoints', '.', './testcontainers']);
  });

  it('has no version range for vitest, because npm 10 (Node 20 and 22) would fail to install it', async () => {
    // It fails on the optional peers of vitest 4 and 5, with a fault of its own (npm/cli#9787). A peer without a range it
    // passes over, and pnpm and Yarn, which let a package import only what it declares, take it for one of any version.
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(await text('package.json'));

    expect(Object.keys(peerDependencies)).not.toContain('vitest');
    expect(peerDependenciesMeta).toHaveProperty('vitest', { optional: true });
  });

  it('has no dependency that requires a newer Node', async () => {
    const own = JSON.parse(await readFile(join(user, 'node_modules/nv-auth-mock/package.json'), 'utf8'));
    const { packages } = JSON.parse(await readFile(join(user, 'package-lock.json'), 'utf8'));
    const oldest = minVersion(own.engines.node)?.version ?? '';
    const asked = Object.entries(packages as Record<string, { engines?: { node?: string } }>).filter(
      ([path]) => path !== '',
    );
    const refusing = asked.filter(([, { engines }]) => !satisfies(oldest, engines?.node ?? '*'));

    expect(oldest).toBe('20.19.0');
    expect(asked.length).toBeGreaterThan(1);
    expect(refusing.map(([path, { engines }]) => `${path} asks for ${engines?.node}`)).toEqual([]);
  });

  it('does not contain the pages for maintainers and the workspaces', async () => {
    const files = await readdir(join(user, 'node_modules/nv-auth-mock'), { recursive: true });
    const forMaintainers =
      /^(?:docs\/maintaining|test|conformance|console|CONTRIBUTING\.md|src\/services\/README\.md)(?:\/|$)/;

    expect(files).toContain('docs/reference/limits.md');
    expect(files.filter((file) => forMaintainers.test(file))).toEqual([]);
  });

  it('contains the files that its pages link to, except for links to the repository', async () => {
    const folder = join(user, 'node_modules/nv-auth-mock');
    const entries = await readdir(folder, { recursive: true });
    const pages = entries.filter((file) => file.endsWith('.md'));
    const links = pages.map(async (page) => {
      const found = linksOf(await readFile(join(folder, page), 'utf8')).filter(({ path }) => path !== '');
      return found.map((link) => ({ ...link, page }));
    });
    const all = (await Promise.all(links)).flat();
    const leads = ({ page, path, from }: (typeof all)[number]) =>
      // A file beside the package is not one of it.
      from === 'page' ? entries.includes(join(dirname(page), path, '.')) : existsSync(join(ROOT, path));

    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'SECURITY.md']));
    expect(new Set(all.map(({ from }) => from))).toEqual(new Set(['page', 'root']));
    expect(all.filter((link) => !leads(link))).toEqual([]);
  });

  it('contains a bill of materials and the licenses of its components', async () => {
    const folder = join(user, 'node_modules/nv-auth-mock');

    for (const file of ['dist/sbom.cdx.json', 'dist/THIRD-PARTY-NOTICES.txt', 'LICENSE']) {
      expect(await readFile(join(folder, file), 'utf8'), file).toBe(await text(file));
    }
  });

  it('loads neither the native module nor a framework before it starts', async () => {
    const script = `import { startMock } from 'nv-auth-mock';
      const loaded = process.moduleLoadList.filter((name) => name.startsWith('NativeModule http') || name.includes('Internal Binding http_parser'));
      console.log(JSON.stringify([typeof startMock, loaded]));`;
    await write(user, { 'import.mjs': script });
    const { stdout } = await run(process.execPath, ['import.mjs'], { cwd: user });

    expect(JSON.parse(stdout)).toEqual(['function', []]);
  });

  it.each([
    ['oldest', 'typescript@5.2.2', '@types/node@20.19.43'],
    ['newest', 'typescript@7.0.2', '@types/node@26.6.6'],
  ])(
    'has declarations that the %s TypeScript and types of Node accept, strictly and alone',
    async (...versions) => {
      const folder = await copyInstallation([], versions.slice(1));
      await cp(join(ROOT, 'dist/types'), join(folder, 'node_modules/nv-auth-mock/dist/types'), { recursive: true });
      const apis = (await readdir(join(ROOT, 'dist/types/apis'))).map((file) => file.replace(/\.d\.ts$/, ''));
      await write(folder, {
        'all.mts': `import { startMock, type Mock } from 'nv-auth-mock';
        ${apis.map((api, index) => `import type { components as c${index} } from 'nv-auth-mock/apis/${api}';`).join('\n')}
        export type All = [${apis.map((_, index) => `c${index}`).join(', ')}];
        export const started: Promise<Mock> = startMock({ runai: '3.0' });`,
        'required.cts': `import mock = require('nv-auth-mock');
        export const started: Promise<mock.Mock> = mock.startMock({ runai: '3.0' });`,
      });
      const flags = '--noEmit --strict --module nodenext --target es2022 --lib es2023,esnext.disposable --types node';
      const tsc = ['node_modules/typescript/bin/tsc', ...flags.split(' '), 'all.mts', 'required.cts'];
      const { code, stdout } = await launchProgram(process.execPath, tsc, folder).ended;

      expect(stdout).toBe('');
      expect(code).toBe(0);
    },
    240_000,
  );

  it('type-checks the programs of the documentation, strictly', async () => {
    const programs = await shownPrograms();
    const files: Record<string, string> = Object.fromEntries(
      programs.map((program, index) => [`program-${index}.ts`, program]),
    );
    files['required.cts'] = `import mock = require('nv-auth-mock');
      import containers = require('nv-auth-mock/testcontainers');
      const started: Promise<mock.Mock> = mock.startMock({ runai: '3.0' });
      export const all = [started, new containers.NvAuthMockContainer(), mock.useMock({ beforeAll, beforeEach, afterEach, afterAll })];
      declare function beforeAll(hook: () => Promise<void>): void;
      declare function beforeEach(hook: () => Promise<void>): void;
      declare function afterEach(hook: (done: (fault?: string) => void) => void | Promise<void>): void;
      declare function afterAll(hook: () => Promise<void>): void;`;
    files['misspelt.ts'] = `import type { FaultOrder, OperationName, RequestMatch } from 'nv-auth-mock';
      export const rights: readonly OperationName[] = ['grant_token', 'listFunctions', 'invokeAtOwnHost', 'simulations_list'];
      // @ts-expect-error: there is no such operation
      export const operation: OperationName = 'grant_tokn';
      // @ts-expect-error: nor such a service
      export const match: RequestMatch = { service: 'runia' };
      // @ts-expect-error: nor such a reason
      export const refused: RequestMatch = { reason: 'expired_tokn' };
      // @ts-expect-error: nor such a place to break a connection
      export const order: FaultOrder = { do: { drop: 'after' } };`;
    Object.assign(files, await examplesForVitest());
    await write(user, files);
    const flags =
      '--noEmit --strict --module nodenext --target es2022 --lib es2023,esnext.disposable,dom --types node --skipLibCheck';
    // `.bin/tsc` may be that of TypeScript 7.
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, ...flags.split(' '), ...Object.keys(files)], { cwd: user }).catch(
      ({ stdout }: { stdout: string }) => {
        const ours = stdout
          .split('\n')
          .filter((line) => /^(?:program|misspelt|\w+\.test|required|node_modules\/nv-auth-mock)/.test(line));
        expect(ours).toEqual([]);
      },
    );
  });
});

describe('without the binary of its native module', () => {
  const reported = 'A data file needs better-sqlite3, which was installed without its binary';
  let folder: string;
  beforeAll(async () => {
    folder = await copyWithoutBinary(user);
  });

  it('the command prints one line with the fix for a data file', async () => {
    const program = join(folder, 'node_modules/.bin/nv-auth-mock');
    const { code, stdout, stderr } = await launchProgram(program, ['--port', '0', '--data', 'mock.db'], folder).ended;

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(reported);
    for (const remedy of ['npm rebuild better-sqlite3', 'pnpm approve-builds', 'yarn rebuild better-sqlite3']) {
      expect(stderr).toContain(remedy);
    }
  });

  it('the library works in memory, and throws the same message for a data file', async () => {
    await write(folder, {
      'start.mjs': `import { startMock } from 'nv-auth-mock';
        const mock = await startMock();
        console.log((await mock.fetch('/_mock/worlds', { method: 'POST' })).status);
        await mock.stop();
        await startMock({ data: 'mock.db' }).catch((e) => console.log(e.message));`,
    });
    const { stdout } = await run(process.execPath, ['start.mjs'], { cwd: folder });
    const [made, message, ...more] = stdout.trim().split('\n');

    expect(made).toBe('201');
    expect(message).toContain(reported);
    expect(more).toEqual([]);
  });

  it('a binary for another version of Node is reported', async () => {
    const release = join(folder, 'node_modules/better-sqlite3/build/Release');
    await mkdir(release, { recursive: true });
    await write(release, { 'better_sqlite3.node': 'of another machine' });
    const program = join(folder, 'node_modules/.bin/nv-auth-mock');
    const { code, stderr } = await launchProgram(program, ['-p', '0', '--data', 'mock.db'], folder).ended;

    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/has a binary that Node \S+ cannot load .*npm rebuild better-sqlite3/);
  });
});

describe('from an empty folder', () => {
  it('the test of the README passes', async () => {
    const [program = ''] = await blocks('README.md', 'js');
    await write(user, { 'readme.test.mjs': program });
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'readme.test.mjs'], { cwd: user });

    expect(stdout).toContain('# pass 1');
  });

  it('the example for node:test passes', async () => {
    await write(user, { 'clock.test.mjs': await text('examples/node-test/clock.test.mjs') });
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'clock.test.mjs'], { cwd: user });

    expect(stdout).toContain('# pass 1');
  });

  it('the examples for vitest and the programs of the documentation pass', async () => {
    const shown = (await shownPrograms()).filter((program) => /^test\b/m.test(program));
    const documented = Object.fromEntries(shown.map((program, index) => [`shown-${index}.test.ts`, program]));
    const files = { ...(await examplesForVitest()), ...documented };
    await write(user, files);
    const { stdout } = await vitest(...Object.keys(files));

    expect(Object.keys(files)).toEqual(expect.arrayContaining(['worlds.test.ts', 'client.test.ts', 'shown-0.test.ts']));
    expect(stdout).toMatch(new RegExp(`Test Files +${Object.keys(files).length} passed`));
  });

  it('a failed vitest test prints the refused request, the missing right and the fix', async () => {
    const example = await text('examples/vitest/keys.test.ts');
    await write(user, {
      'fails.test.ts': example.replace(/expect\(answer\)\.toBeRefused.*/, 'expect(answer.status).toBe(201);'),
    });
    const { stdout, stderr } = await vitest('fails.test.ts').catch(
      (ended: { stdout: string; stderr: string }) => ended,
    );
    const shown = stdout + stderr;

    expect(shown).toContain('1 failed');
    expect(shown).toContain('POST /api/v3/simulations/');
    expect(shown).toContain('it needs `air:simulation_create`');
    expect(shown).toMatch(/fix: service key `reader`: add the scope `air:simulation_create` \(PATCH \/_mock\/keys\//);
  });

  it('an `expect` for requests without `await` fails its vitest test at its own line', async () => {
    const program = `import { expect, test } from 'nv-auth-mock/vitest';
      test('forgets', async ({ mock }) => {
        expect(mock).toHaveReceived({ operation: 'grant_token' });
      });
      test('waits', async ({ mock }) => {
        await expect(mock).not.toHaveReceived();
      });`;
    await write(user, { 'forgets.test.mjs': program });
    const { stdout, stderr } = await vitest('forgets.test.mjs').catch(
      (ended: { stdout: string; stderr: string }) => ended,
    );

    expect(stdout + stderr).toContain('1 failed | 1 passed');
    expect(stdout + stderr).toContain('`toHaveReceived` was not awaited');
    expect(stdout + stderr).toContain('forgets.test.mjs:3:22');
    expect(stdout + stderr).not.toContain('Unhandled');
  });

  it('concurrent failed vitest tests print the refusals of their own worlds only', async () => {
    const program = `import { expect, test } from 'nv-auth-mock/vitest';
      for (const path of ['/api/v1/users', '/v2/nvcf/functions']) {
        test.concurrent('fails at ' + path, async ({ mock, onTestFailed }) => {
          onTestFailed(async () => console.log('still there', (await mock.clock.now()).ahead));
          const { status } = await mock.fetch(path);
          await new Promise((resolve) => setTimeout(resolve, 100));
          expect(status).toBe(200);
        });
      }`;
    await write(user, { 'fail.test.mjs': program });
    const { stdout, stderr } = await vitest('fail.test.mjs').catch(
      (ended: { stdout: string; stderr: string }) => ended,
    );
    const printed = [
      ...(stdout + stderr).matchAll(/the mock refused in "fails at (\S+)", latest first:\n((?: .*\n)+)/g),
    ];
    const requests = printed.map(([, test = '', refusals = '']) => [test, refusals.match(/^ {2}GET \S+/gm)]);

    expect(stdout).toContain('2 failed');
    expect(stdout.match(/still there PT0S/g)).toHaveLength(2);
    expect(requests.sort()).toEqual([
      ['/api/v1/users', ['  GET /api/v1/users']],
      ['/v2/nvcf/functions', ['  GET /v2/nvcf/functions']],
    ]);
  });
});

/** By their file names. */
async function examplesForVitest(): Promise<Record<string, string>> {
  const names = await readdir(join(ROOT, 'examples/vitest'));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await text(`examples/vitest/${name}`)])),
  );
}

function vitest(...files: readonly string[]) {
  return run(
    process.execPath,
    [join(user, 'node_modules/vitest/vitest.mjs'), 'run', PATIENTLY, ...files, '--root', user],
    {
      cwd: user,
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
}
