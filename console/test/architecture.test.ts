import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importsOf, ROOT, sourceFiles } from '../../test/package/architecture/source-files.ts';

/**
 * What each folder of the console may import. The console is an ordinary client of the control API: of the server's code
 * it imports only `console-entry`. The reasons are in `docs/maintaining/decisions/0030-the-console.md`.
 */
const ROOMS: readonly { files: RegExp; may: readonly RegExp[] }[] = [
  {
    files: /^console\/src\/control-api\//,
    may: [/^console\/src\/(control-api\/|connection$)/, /^@preact\/signals$/, /^console-entry$/],
  },
  // Shared by all: the address, the window, the connection and the preferences.
  { files: /^console\/src\/(address|connection|duration|preferences|window)$/, may: [/^@preact\/signals$/] },
  {
    files: /^console\/src\/state\//,
    may: [
      /^console\/src\/(state|control-api)\//,
      /^console\/src\/(address|connection|duration)$/,
      /^@preact\/signals$/,
      /^console-entry$/,
    ],
  },
  {
    files: /^console\/src\/parts\//,
    may: [/^console\/src\/parts\//, /^console\/src\/(connection|duration|preferences|window)$/, /^preact(\/hooks)?$/],
  },
  {
    files: /^console\/src\/views\/index$/,
    may: [/^console\/src\/views\/([a-z-]+)\/\1$/],
  },
  {
    files: /^console\/src\/views\/([a-z-]+)\//,
    may: [
      /^console\/src\/views\/OWN\//,
      /^console\/src\/(parts|state|control-api)\//,
      /^console\/src\/(address|connection|duration|window)$/,
      /^preact(\/hooks)?$/,
      /^\.\/[a-z-]+\.css$/,
    ],
  },
  {
    files: /^console\/src\/(frame\/[a-z-]+|main)$/,
    may: [/^(console\/src|\.)\//, /^console-entry$/, /^preact(\/hooks)?$/, /^@preact\/signals$/],
  },
];

const FILES = ['.ts', '.tsx'].flatMap((ending) => sourceFiles('console/src', ending));
const read = (path: string) => readFileSync(posix.join(ROOT, path), 'utf8');
const nameOf = (path: string) => path.replace(/\.tsx?$/, '');

function violations(name: string, target: string): string[] {
  const room = ROOMS.find(({ files }) => files.test(name));
  if (room === undefined) return [`${name} is in no room`];
  const own = room.files.exec(name)?.[1] ?? '';
  const isAllowed = room.may.some(({ source }) => new RegExp(source.replaceAll('OWN', own)).test(target));
  return isAllowed ? [] : [`${name} -> ${target}`];
}

describe('the console', () => {
  it('imports only what the rules of its folders allow', () => {
    const found = FILES.flatMap((file) =>
      importsOf(file).flatMap(({ target }) => violations(nameOf(file.path), nameOf(target))),
    );

    expect(found).toEqual([]);
    expect(violations('console/src/views/requests/list', 'console/src/views/clock/clock')).toHaveLength(1);
  });

  it('has three files of the server in its script, and no module of Node', () => {
    const { sources } = JSON.parse(read('dist/console/console.js.map')) as { sources: string[] };
    const ofServer = sources.flatMap((source) => /^(?:\.\.\/)+(src\/.*)/.exec(source)?.[1] ?? []);

    const own = ['decisions/explaining/needs.ts', 'lib/curl.ts', 'library/calls.ts'];
    expect(ofServer.toSorted()).toEqual(own.map((path) => `src/${path}`));
    expect(sources.filter((source) => /browser-external|node:/.test(source))).toEqual([]);
  });

  it('has one script without foreign URLs, which is less than 60 kB with gzip', () => {
    const script = read('dist/console/console.js');

    expect(gzipSync(script).length).toBeLessThan(60_000);
    expect(script.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\/[a-z]/);
  });
});
