/** The example in Go, which `nv-auth-mock init --kind go` writes. */
import { spawnSync } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { it, launchProgram } from '../support/command.ts';
import { findFreePort } from '../support/ports.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/go/', import.meta.url));

// On Windows, Go needs more environment variables than the PATH and HOME that tests pass to child processes.
const hasGo = process.platform !== 'win32' && spawnSync('go', ['version']).status === 0;

/** Runs a command of Go offline, with the URL of a server. */
async function runGo(folder: string, line: string, url = '') {
  const [program = '', ...args] = line.split(' ');
  const env = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', NV_AUTH_MOCK_URL: url };
  const { code, stdout, stderr } = await launchProgram(program, args, folder, { env }).ended;
  return { code, text: stdout + stderr };
}

describe.runIf(hasGo)('the example in Go', () => {
  it('is formatted, passes `go vet` and its tests, and deletes its worlds', async ({ command, folder }) => {
    await cp(EXAMPLE, folder, { recursive: true });
    const { url, call } = await command.start();

    expect(await runGo(folder, 'gofmt -l .')).toEqual({ code: 0, text: '' });
    expect(await runGo(folder, 'go vet ./...')).toEqual({ code: 0, text: '' });
    expect(await runGo(folder, 'go test ./...', url)).toEqual({ code: 0, text: expect.stringMatching(/^ok\s/) });
    expect((await call('GET /_mock/worlds')).body.worlds).toMatchObject([{ id: 'default' }]);
  });

  it('fails without a server, with the command that starts it', async ({ folder }) => {
    await cp(EXAMPLE, folder, { recursive: true });
    const { code, text } = await runGo(folder, 'go test ./...', `http://127.0.0.1:${await findFreePort()}`);

    expect([code, text]).toEqual([1, expect.stringContaining('Start the mock with: npx --no-install nv-auth-mock')]);
  });

  it('passes beside the package of a project', async ({ command, folder }) => {
    await writeFile(join(folder, 'client.go'), 'package billing\n');
    await command.run(['init', '--kind', 'go']);
    const { url } = await command.start();

    expect(await runGo(folder, 'go mod init example.test/app')).toMatchObject({ code: 0 });
    expect(await runGo(folder, 'go test -count=1', url)).toEqual({ code: 0, text: expect.stringContaining('\nok') });
  });
});
