import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface SourceFile {
  /** Below the root: `src/time/clock.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Every file below a folder whose name ends so, without installed packages. */
export function sourceFiles(folder: string, ending: string): SourceFile[] {
  return readdirSync(posix.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .sort()
    .map((name) => posix.join(folder, name))
    .map((path) => ({ path, text: readFileSync(posix.join(ROOT, path), 'utf8') }));
}

/** The pages of the documentation that users read: neither those for maintainers nor moved ones. */
export function documentationPages(): SourceFile[] {
  return sourceFiles('docs', '.md').filter((page) => !page.path.startsWith('docs/maintaining/') && !isMoved(page));
}

/** Whether a page only links to its new place. */
export function isMoved({ text }: SourceFile): boolean {
  return text.startsWith('# Moved\n');
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** A file below `src/`, without its ending; or the package. */
  readonly target: string;
  readonly typeOnly: boolean;
}

/** What a file imports or re-exports, statically or not. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const statics = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from '([^']+)';/gms)];
  const bare = [...text.matchAll(/^import '([^']+)';/gm)];
  const dynamic = [...text.matchAll(/import\('([^']+)'\)/g)];
  return [
    ...statics.map(([, type, specifier]) => ({ specifier: String(specifier), typeOnly: type !== undefined })),
    ...[...bare, ...dynamic].map(([, specifier]) => ({ specifier: String(specifier), typeOnly: false })),
  ].map((found) => ({ ...found, target: targetOf(path, found.specifier) }));
}

function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix
    .join(posix.dirname(path), specifier)
    .replace(/^src\//, '')
    .replace(/\.ts$/, '');
}
