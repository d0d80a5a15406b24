import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { emptyFolder } from './folder.ts';

const run = promisify(execFile);

/** Timeout for a slow network. */
const PATIENCE_MS = 60_000;

/**
 * Fetches a commit of a public GitHub repository into a separate folder.
 *
 * @param name such as `NVIDIA/nv-air-sdk`
 * @returns null if it cannot be fetched, for example offline
 */
export async function repositoryAt(name: string, commit: string): Promise<string | null> {
  const cwd = await emptyFolder();
  const git = (...args: readonly string[]) =>
    run('git', args, { cwd, timeout: PATIENCE_MS, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } });
  try {
    await git('init', '--quiet');
    await git('fetch', '--quiet', '--depth', '1', `https://github.com/${name}`, commit);
    await git('checkout', '--quiet', 'FETCH_HEAD');
    return cwd;
  } catch {
    return null;
  }
}
