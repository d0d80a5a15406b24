/**
 * What `npm run image-check` says where there is no engine, and where one builds nothing. What it says of an image only an
 * engine can show.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { it, launchProgram } from '../support/command.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/image-check.mjs', import.meta.url));

/** Runs it where a folder has the only commands there are. */
function checkIn(folder: string, env: Readonly<Record<string, string>> = {}) {
  return launchProgram(process.execPath, [SCRIPT], folder, { env: { PATH: folder, ...env } }).ended;
}

describe('the check of the image', () => {
  it('has nothing to check without an engine', async ({ folder }) => {
    const { code, stdout, stderr } = await checkIn(folder);

    expect(stdout).toBe('SKIP  no container engine answers (docker, podman)\n');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('is bad without an engine where one is required', async ({ folder }) => {
    const { code, stdout } = await checkIn(folder, { IMAGE_CHECK: 'required' });

    expect(stdout).toBe('BAD  no container engine answers (docker, podman)\n');
    expect(code).toBe(1);
  });

  it('ends with the build that fails, and removes only what has a name of its own', async ({ folder }) => {
    // An engine that has something of everything, and builds nothing.
    await writeFile(
      join(folder, 'podman'),
      `#!${process.execPath}
      const args = process.argv.slice(2);
      require('node:fs').appendFileSync('calls', args.join(' ') + '\\n');
      if (args[0] === 'build') { console.error('no space left'); process.exit(125); }
      console.log(args[0] === 'image' ? 'somebody/elses:image' : args[0] === 'version' ? '5.0' : 'found');`,
    );
    await chmod(join(folder, 'podman'), 0o755);
    const { code, stdout } = await checkIn(folder);
    const calls = (await readFile(join(folder, 'calls'), 'utf8')).split('\n');
    const listed = calls.filter((call) => /^(?:ps|volume ls|network ls) /.test(call));

    expect(stdout).toMatch(/^BAD {2}the Dockerfile builds: .*125.*\nno space left\n0 ok, 1 bad\n$/m);
    expect(code).toBe(1);
    expect(calls.filter((call) => call.startsWith('run '))).toEqual([]);
    expect(listed.length).toBeGreaterThan(2);
    for (const call of listed) expect(call).toMatch(/ --filter name=nv-auth-mock-check-[0-9a-f]{8}-$/);
    expect(calls.filter((call) => call.startsWith('image rm'))).toEqual([]);
  });
});
