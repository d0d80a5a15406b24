import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * The user of this process, and the owner of a path: without them, a message about permissions is useless in a
 * container. If the path does not exist or cannot be examined, it names the nearest folder above it that can be. Empty
 * if the system has no uids.
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
