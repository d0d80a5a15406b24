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

export interface Import {
  /** The specifier as it is written. */
  readonly specifier: string;
  /** A file below `src/`, without its ending; or the package. */
  readonly target: string;
}

/** Lists the static and dynamic imports and re-exports of a file. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const found = text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';|^import '([^']+)';|import\('([^']+)'\)/gms);
  return [...found]
    .map((names) => String(names.slice(1).find((name) => name !== undefined)))
    .map((specifier) => ({ specifier, target: resolveTarget(path, specifier) }));
}

function resolveTarget(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(path), specifier).replace(/^src\/|\.ts$/g, '');
}
