import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Creates a folder for a run of the tests, which is removed at its end. Other users can enter it. */
export function createRunFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, 'nv-auth-mock-'));
  chmodSync(folder, 0o755);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
