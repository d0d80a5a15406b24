import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Returns the user of this process and the owner of a path, which make permission errors understandable in a container.
 * If the path cannot be examined, uses the nearest folder above it. Empty if the system has no uids.
 */
export function describeOwner(path: string): string {
  const uid = process.getuid?.();
  if (uid === undefined) return '';
  const { shown, stats } = findNearestVisible(resolve(path));
  const mode = (stats.mode & 0o7777).toString(8).padStart(3, '0');
  return ` (this process has uid ${uid}; ${shown} belongs to uid ${stats.uid}, mode ${mode})`;
}

function findNearestVisible(path: string) {
  try {
    return { shown: path, stats: statSync(path) };
  } catch (cause) {
    if (path === dirname(path)) throw cause;
    return findNearestVisible(dirname(path));
  }
}
