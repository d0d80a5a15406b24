import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Which user this process runs as, and who owns a path: without this, a message about refused permissions is of no use
 * in a container. If the path does not exist, or cannot be seen, the nearest folder above it that can. Empty if the
 * system has no uids.
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
