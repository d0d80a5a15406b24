import { readFileSync } from 'node:fs';
import { chown, cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyFolder } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the last stage of the Dockerfile says of how its image runs. */
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

/** A folder that is laid out as the image is. */
export interface ScratchRoot {
  readonly root: string;
  /** An argument of the Dockerfile as it is here. */
  here(argument: string): string;
}

/**
 * Lays a folder out as the Dockerfile's last stage does. Everything belongs to root but `/data`.
 *
 * @param packageFolder a folder in which the package and what it needs were installed
 */
export async function scratchRoot(packageFolder: string): Promise<ScratchRoot> {
  const root = await emptyFolder();
  const { uid } = imageSpec();
  const source = join(packageFolder, 'node_modules');
  await cp(join(source, 'nv-auth-mock'), join(root, 'app'), { recursive: true });
  await cp(source, join(root, 'app/node_modules'), {
    recursive: true,
    filter: (path) => path !== join(source, 'nv-auth-mock'),
  });
  for (const folder of ['data', 'etc/nv-auth-mock']) await mkdir(join(root, folder), { recursive: true });
  if (process.getuid?.() === 0) await chown(join(root, 'data'), uid, uid);
  const here = (argument: string) =>
    argument === '/nodejs/bin/node' ? process.execPath : argument.replace(/^\/(app|data|etc)(?=\/)/, `${root}/$1`);
  return { root, here };
}
