/** The Go module, as it would be published: its own tests, those of a user, and the example. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentationPages, sourceFiles } from '../architecture/source-files.ts';
import { launchProgram, MAIN } from '../support/command.ts';
import { emptyFolder } from '../support/folder.ts';
import { createGoProxy, GO_MODULE, hasGo } from '../support/go.ts';
import { write } from '../support/package.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATIENCE_MS = 240_000;

/** The race detector needs a C compiler. */
const RACE = spawnSync('cc', ['--version']).status === 0 ? ['-race'] : [];

/** A test of a user that fails, and one that passes. */
const USER_TESTS = `package user

import (
	"net/http"
	"testing"

	nvauthmock "${GO_MODULE}"
)

func list(t *testing.T, mock *nvauthmock.Mock) int {
	request, _ := http.NewRequest("GET", mock.URL+"/api/v3/simulations/", nil)
	request.Header.Set("Authorization", "Bearer "+mock.Key("nvcf-deployer"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

func TestFails(t *testing.T) {
	t.Parallel()
	if status := list(t, nvauthmock.Start(t).World(t)); status != 200 {
		t.Errorf("got %d", status)
	}
}

func TestPasses(t *testing.T) {
	t.Parallel()
	if status := list(t, nvauthmock.Start(t).World(t)); status != 403 {
		t.Errorf("got %d", status)
	}
}
`;

describe.runIf(hasGo)('the Go module', { timeout: PATIENCE_MS }, () => {
  let user: string;
  let env: Readonly<Record<string, string>>;

  async function go(folder: string, ...args: readonly string[]) {
    const { code, stdout, stderr } = await launchProgram('go', args, folder, { env }).ended;
    return { code, text: stdout + stderr };
  }

  beforeAll(async () => {
    const { url, version } = await createGoProxy();
    user = await emptyFolder();
    env = {
      NV_AUTH_MOCK_COMMAND: MAIN,
      GOPROXY: url,
      GOSUMDB: 'off',
      GOTOOLCHAIN: 'local',
      GOMODCACHE: await emptyFolder(),
      // Go's own files in its cache cannot be deleted.
      GOFLAGS: '-modcacherw',
    };
    await write(user, { 'user_test.go': USER_TESTS, 'go.mod': 'module example.test/user\n\ngo 1.19\n' });
    const got = await go(user, 'get', '-t', `${GO_MODULE}@${version}`);

    expect(got).toEqual({ code: 0, text: expect.stringContaining(`added ${GO_MODULE} ${version}`) });
  }, PATIENCE_MS);

  it('passes its own tests in the module cache', async () => {
    const { code, text } = await go(user, 'test', ...RACE, GO_MODULE);

    expect(text).toMatch(new RegExp(`^ok\\s+${GO_MODULE}`, 'm'));
    expect(code).toBe(0);
  });

  it('logs the refusals in the world of a failed test only', async () => {
    const { code, text } = await go(user, 'test', '.');

    expect(code).toBe(1);
    expect(text.match(/^ *--- (?:FAIL|PASS): \w+/gm)).toEqual(['--- FAIL: TestFails']);
    expect(text).toContain('the mock refused in TestFails, latest first:');
    expect(text).toContain('GET /api/v3/simulations/\n');
    expect(text).toContain('fix: ');
    expect(text.match(/the mock refused/g)).toHaveLength(1);
  });

  it('passes the tests of the documentation', async () => {
    const pages = [...documentationPages(), ...sourceFiles('clients/go', '.md')];
    const shown = pages.flatMap(({ text }) => [...text.matchAll(/^```go\n(.*?)^```$/gms)].map(([, code = '']) => code));
    for (const [index, code] of shown.entries()) {
      await mkdir(join(user, `shown${index}`));
      await write(join(user, `shown${index}`), { 'shown_test.go': code });
    }
    const { code, text } = await go(user, 'test', './shown...');
    const { stdout: formatted } = await launchProgram('gofmt', ['-l', '.'], user).ended;

    expect(shown.length).toBeGreaterThan(1);
    expect(text.match(/^ok/gm)).toHaveLength(shown.length);
    expect([code, formatted]).toEqual([0, '']);
  });

  it('passes gofmt and go vet', async () => {
    const formatted = await launchProgram('gofmt', ['-l', 'clients', 'examples'], ROOT).ended;
    const checked = await go(join(ROOT, 'clients/go'), 'vet', './...');

    expect(formatted).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(checked).toEqual({ code: 0, text: '' });
  });

  it('is used by the first test of `nv-auth-mock init`, which passes', async () => {
    await mkdir(join(user, 'first'));
    const written = await launchProgram(process.execPath, [MAIN, 'init', 'first', '--kind', 'go'], user).ended;
    const { code, text } = await go(user, 'test', './first');

    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(text).toMatch(/^ok\s+example\.test\/user\/first/m);
    expect(code).toBe(0);
  });

  it('is installed by the commands that `nv-auth-mock init` prints in an empty folder', async () => {
    const empty = await emptyFolder();
    const { stdout } = await launchProgram(process.execPath, [MAIN, 'init', '--kind', 'go'], empty).ended;
    const [, ...steps] = stdout.slice(stdout.indexOf('Next, in')).trim().split('\n');
    const offline = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' };
    const ended = await launchProgram('sh', ['-ec', steps.join('\n')], empty, { env: offline }).ended;

    expect(ended.stdout).toMatch(/^ok\s/m);
    expect([ended.code, steps.length]).toEqual([0, 4]);
  });

  it('is used by the example, which passes', async () => {
    const { code, text } = await go(join(ROOT, 'examples/go'), 'test', './...');

    expect(text).toMatch(/^ok\s+example\.test/m);
    expect(code).toBe(0);
  });
});

it('the npm package contains the example in Go, and not the module', () => {
  const list = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

  expect(list).toContain('"examples/go/client_test.go"');
  expect(list).not.toContain('"clients/');
});
