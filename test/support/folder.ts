import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates an empty folder. */
export function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'nv-auth-mock-test-'));
}
