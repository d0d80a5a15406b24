/** `npm run image-check` without a container engine, and with one whose build fails. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, launchProgram } from '../support/command.ts';
import { ROOT } from './architecture/source-files.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** Runs it where a folder has the only commands. */
const checkIn = (folder: string, env: Readonly<Record<string, string>> = {}) =>
  launchProgram(process.execPath, [VITEST, 'run', '--config', 'vitest.image.config.ts'], ROOT, {
    env: { PATH: folder, ...env },
  }).ended;

describe('the check of the image', () => {
  it('is skipped without an engine, and fails if one is required', async ({ folder }) => {
    const skipped = await checkIn(folder);
    const failed = await checkIn(folder, { IMAGE_CHECK: 'required' });

    expect(skipped.stdout).toContain('SKIP: no container engine answers (docker, podman)\n');
    expect(skipped.code).toBe(0);
    expect(failed.stderr).toContain('no container engine answers (docker, podman)');
    expect(failed.code).toBe(1);
  });

  it('fails with a failed build, and removes only objects with its own names', async ({ folder }) => {
    // An engine that has something of everything.
    await writeFile(
      join(folder, 'podman'),
      `#!${process.execPath}
      const args = process.argv.slice(2);
      require('node:fs').appendFileSync(__dirname + '/calls', args.join(' ') + '\\n');
      if (args[0] === 'build') { console.error('no space left'); process.exit(125); }
      console.log('found');`,
    );
    await chmod(join(folder, 'podman'), 0o755);
    const { code, stderr } = await checkIn(folder);
    const calls = (await readFile(join(folder, 'calls'), 'utf8')).split('\n');
    const listed = calls.filter((call) => /^(?:ps|volume ls|network ls) /.test(call));

    expect(stderr).toMatch(/build .* ended with 125:\s+no space left/);
    expect(code).toBe(1);
    expect(calls.filter((call) => call.startsWith('run '))).toEqual([]);
    expect(listed).toHaveLength(3);
    for (const call of listed) expect(call).toMatch(/ --filter name=nv-auth-mock-check-[0-9a-f]{8}-$/);
    expect(calls.filter((call) => call.startsWith('image rm'))).toEqual([
      expect.stringMatching(/^image rm --force nv-auth-mock-check-[0-9a-f]{8}-image$/),
    ]);
  });
});
