import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface SourceFile {
  /** The path below the root: `src/lib/clock.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Lists the files below a folder with an ending, without installed packages. */
export function sourceFiles(folder: string, ending: string): SourceFile[] {
  return readdirSync(posix.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .sort()
    .map((name) => posix.join(folder, name))
    .map((path) => ({ path, text: readFileSync(posix.join(ROOT, path), 'utf8') }));
}

/** Lists the pages for users, without pages for maintainers. */
export function documentationPages(): SourceFile[] {
  return sourceFiles('docs', '.md').filter((page) => !page.path.startsWith('docs/maintaining/'));
}
