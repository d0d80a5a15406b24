import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../test/package/architecture/source-files.ts';

const read = (path: string) => readFileSync(posix.join(ROOT, path), 'utf8');

describe('the bundle of the console', () => {
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
