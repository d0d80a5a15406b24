import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Who this process is, and whose a path is: a message of refused permissions is of no use in a container without it. Of a
 * path that is not there, or cannot be seen, the nearest folder above it that can. Empty where the system has no uids.
 */
export function whose(path: string): string {
  const uid = process.getuid?.();
  if (uid === undefined) return '';
  const { shown, stats } = nearestSeen(resolve(path));
  const mode = (stats.mode & 0o7777).toString(8).padStart(3, '0');
  return ` (this process has uid ${uid}; ${shown} belongs to uid ${stats.uid}, mode ${mode})`;
}

function nearestSeen(path: string) {
  try {
    return { shown: path, stats: statSync(path) };
  } catch (cause) {
    if (path === dirname(path)) throw cause;
    return nearestSeen(dirname(path));
  }
}
