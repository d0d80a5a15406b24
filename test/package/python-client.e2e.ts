/** The Python package, as it would be published: its own tests, the example, the scaffold, and what the pages show. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { launchProgram, MAIN } from '../support/command.ts';
import { emptyFolder } from '../support/folder.ts';
import { write } from '../support/package.ts';
import { canImport, makeWheel, PYTHON, PYTHON_WITH_PIP, pythonWithPackage, WITH_COMMAND } from '../support/python.ts';
import { documentationPages, sourceFiles } from './architecture/source-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATIENCE_MS = 120_000;

/** A test that ends its process as nothing can prevent. */
const KILLS_ITSELF = `import os, signal

def test_crash(nv_auth_mock):
    print(f"the mock is at {nv_auth_mock.url}", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
`;

if (PYTHON === undefined) {
  process.stdout.write('SKIP: the Python package is tested where there is Python with pytest and venv\n');
}

it.runIf(PYTHON_WITH_PIP !== undefined)(
  'pip builds the wheel offline, with every source and its digest',
  { timeout: PATIENCE_MS },
  async () => {
    const wheel = await makeWheel(String(PYTHON_WITH_PIP));
    const checked = `import base64, csv, hashlib, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
record = {path: (digest, size) for path, digest, size in csv.reader(wheel.read("nv_auth_mock-${packageJson.version}.dist-info/RECORD").decode().splitlines())}
for path in wheel.namelist():
    digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(path)).digest()).rstrip(b"=").decode()
    assert path.endswith("/RECORD") or record[path] == (f"sha256={digest}", str(len(wheel.read(path)))), path
print(*sorted(set(record)), sep="\\n")`;
    const listed = execFileSync(String(PYTHON_WITH_PIP), ['-c', checked, wheel], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const sources = (await readdir(join(ROOT, 'clients/python/src/nv_auth_mock'))).filter((name) =>
      /\.py$|^py\.typed$/.test(name),
    );
    const described = ['LICENSE', 'METADATA', 'RECORD', 'WHEEL', 'entry_points.txt'];

    expect(listed).toEqual(
      [
        ...sources.map((name) => `nv_auth_mock/${name}`),
        ...described.map((name) => `nv_auth_mock-${packageJson.version}.dist-info/${name}`),
      ].sort(),
    );
  },
);

describe.runIf(PYTHON !== undefined)('the Python package', { timeout: PATIENCE_MS }, () => {
  let python: string;
  let wheel: string;
  beforeAll(async () => {
    ({ python, wheel } = await pythonWithPackage());
  }, PATIENCE_MS);

  /** Runs the tests of a folder; of a copy, because Python writes beside what it reads. */
  async function pytest(folder: string, ...more: readonly string[]) {
    const copy = join(await emptyFolder(), 'tests');
    await cp(join(ROOT, folder), copy, { recursive: true });
    return tested(copy, ...more);
  }
  const tested = (folder: string, ...more: readonly string[]) => testedWith(WITH_COMMAND, folder, ...more);
  const testedWith = (env: Readonly<Record<string, string>>, folder: string, ...more: readonly string[]) =>
    launchProgram(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...more, '.'], folder, { env });

  it('has type annotations, its entry point, its license, and no dependency', () => {
    const listed = execFileSync(python, ['-m', 'zipfile', '--list', wheel], { encoding: 'utf8' });
    expect(listed).toContain('nv_auth_mock/py.typed');
    expect(listed).toContain('LICENSE');
    expect(listed).not.toContain('tests/');
    const reported = `from importlib.metadata import distribution as d; one = d('nv-auth-mock')
print(one.requires, [(e.group, e.value) for e in one.entry_points])`;
    expect(execFileSync(python, ['-c', reported], { encoding: 'utf8' }).trim()).toBe(
      "None [('pytest11', 'nv_auth_mock.pytest_plugin')]",
    );
  });

  it('passes its own tests', async () => {
    const { code, stdout } = await (await pytest('clients/python/tests')).ended;
    expect({ code, output: code === 0 ? '' : stdout }).toEqual({ code: 0, output: '' });
    expect(stdout).toMatch(/^\d\d passed/m);
  });

  it('passes the example', async () => {
    const { code, stdout } = await (await pytest('examples/pytest')).ended;
    expect({ code, output: code === 0 ? '' : stdout }).toEqual({ code: 0, output: '' });
    expect(stdout).toContain('18 passed');
  });

  it('passes the test that `init` writes', async () => {
    const { code, stdout } = await (await pytest('examples/scaffold/pytest')).ended;
    expect({ code, output: code === 0 ? '' : stdout }).toEqual({ code: 0, output: '' });
    expect(stdout).toContain('1 passed');
  });

  it('runs the programs of the documentation', async () => {
    const pages = [...documentationPages(), ...sourceFiles('clients/python', '.md')];
    const shown = pages.flatMap(({ text }) =>
      [...text.matchAll(/^```python\n(.*?)^```$/gms)].map(([, code = '']) => code),
    );
    const [tests, programs] = [
      shown.filter((code) => /^def test_/m.test(code)),
      // What only changes the process shows nothing.
      shown.filter((code) => !/^def test_/m.test(code) && code.includes('print(')),
    ];
    const folder = await emptyFolder();
    await write(folder, Object.fromEntries(tests.map((code, index) => [`test_${index}.py`, code])));
    const { code, stdout } = await tested(folder).ended;
    expect({ code, output: code === 0 ? '' : stdout }).toEqual({ code: 0, output: '' });
    const count = tests.join('').match(/^def test_/gm)?.length;
    expect(stdout).toContain(`${count} passed`);
    for (const program of programs) {
      const ended = await launchProgram(python, ['-c', program], folder, { env: WITH_COMMAND }).ended;
      expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^http:/) });
    }
    expect(programs.length).toBeGreaterThan(0);
  });

  it.skipIf(!canImport(String(PYTHON), 'mypy'))('has types that pass a strict check', async () => {
    const copy = join(await emptyFolder(), 'python');
    await cp(join(ROOT, 'clients/python'), copy, { recursive: true });
    const { code, stdout } = await launchProgram(python, ['-m', 'mypy', '--cache-dir', '/dev/null', 'src'], copy).ended;
    expect({ code, output: code === 0 ? '' : stdout }).toEqual({ code: 0, output: '' });
  });

  it.each([
    ['by Node', WITH_COMMAND],
    ['by npx', { NV_AUTH_MOCK_COMMAND: 'npx --no-install nv-auth-mock' }],
    ['from the packages of the folder', {}],
  ])('leaves no server running after pytest is killed, if it was started %s', async (_how, env) => {
    const folder = await emptyFolder();
    await write(folder, { 'test_crash.py': KILLS_ITSELF });
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
    await symlink(MAIN, join(folder, 'node_modules/.bin/nv-auth-mock'));
    const running = testedWith(env, folder, '-s');
    const [, url = ''] = await running.waitForOutput(/the mock is at (\S+)\/w\//);
    expect((await running.ended).signal).toBe('SIGKILL');
    await expect.poll(() => fetch(url).catch(() => 'gone')).toBe('gone');
  });
});

it('the license of the Python package is that of the npm package', async () => {
  const license = await readFile(join(ROOT, 'LICENSE'), 'utf8');
  expect(await readFile(join(ROOT, 'clients/python/LICENSE'), 'utf8')).toBe(license);
});

it('the version of the Python package is that of the npm package', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  expect(await readFile(join(ROOT, 'clients/python/pyproject.toml'), 'utf8')).toContain(`\nversion = "${version}"\n`);
});
