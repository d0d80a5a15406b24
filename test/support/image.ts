import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyFolder } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How the image runs, from the last stage of the Dockerfile. */
export interface ImageSpec {
  readonly environment: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

export function imageSpec(): ImageSpec {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const stage = text.slice(text.lastIndexOf('\nFROM '));
  const lines = stage.split('\n').map((line) => line.trim());
  const after = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const list = (line: string | undefined) => JSON.parse(line?.slice(line.indexOf('[')) ?? '[]') as string[];
  const pairs = after('ENV').flatMap((line) => line.trim().split(/\s+/));
  return {
    environment: Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string])),
    uid: Number(after('USER')[0]?.split(':')[0]),
    entrypoint: list(after('ENTRYPOINT')[0]),
    command: list(after('CMD')[0]),
    healthcheck: list(after('HEALTHCHECK')[0]),
  };
}

/** Returns the paths that the image copies from a built project. */
export function imageParts(): readonly string[] {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const lists = [...text.matchAll(/cp -r --parents -t \/image\/app ([^&;]*)/g)].map(([, list = '']) => list);
  return lists.flatMap((list) => list.trim().split(/\s+/));
}

/** A folder with the layout of the image. */
export interface ScratchRoot {
  readonly root: string;
  /** Translates an argument of the Dockerfile to this folder. */
  here(argument: string): string;
}

/**
 * Creates a folder like the Dockerfile: with the copied parts, and a world-writable `/data`.
 *
 * @param packageFolder a folder in which the package and its dependencies are installed
 */
export async function scratchRoot(packageFolder: string): Promise<ScratchRoot> {
  const root = await emptyFolder();
  for (const part of imageParts()) {
    const source = part.startsWith('node_modules/') ? packageFolder : join(packageFolder, 'node_modules/nv-auth-mock');
    // The image has optional dependencies from the project.
    const from = existsSync(join(source, part)) ? source : ROOT;
    await cp(join(from, part), join(root, 'app', part), { recursive: true });
  }
  for (const folder of ['data', 'etc/nv-auth-mock']) await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, 'data'), 0o1777);
  const here = (argument: string) =>
    argument === '/nodejs/bin/node' ? process.execPath : argument.replace(/^\/(app|data|etc)(?=\/)/, `${root}/$1`);
  return { root, here };
}
