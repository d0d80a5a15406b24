/** The examples of the documents, sent by Dredd with the hook that the package brings as an example. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { credentialOfExamples, DOCUMENTS_WITH_EXAMPLES } from '../support/cast.ts';
import { listeningServer } from '../support/listening.ts';
import { copyInstallation, write } from '../support/package.ts';

const run = promisify(execFile);
const PATIENCE_MS = 240_000;
const EXAMPLE = fileURLToPath(new URL('../../examples/dredd/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await copyInstallation([], ['dredd@14.1.0']);
}, PATIENCE_MS);

describe('Dredd', { timeout: PATIENCE_MS }, () => {
  it.each([...DOCUMENTS_WITH_EXAMPLES, ['control', {}, 'control'] as const])(
    'gets the documented response to the examples of %s, with %j',
    async (document, config) => {
      const { url } = await listeningServer(config);
      // biome-ignore lint/suspicious/noExplicitAny: the cast
      const cast: any = await (await fetch(`${url}/_mock/cast`)).json();
      const token = credentialOfExamples(cast, document);
      await write(folder, { 'served.json': await (await fetch(`${url}/openapi/${document}.json`)).text() });
      await run(process.execPath, [join(EXAMPLE, 'one-example.mjs'), 'served.json', 'one.json'], {
        cwd: folder,
      });
      const { paths }: { paths: object } = JSON.parse(await readFile(join(folder, 'one.json'), 'utf8'));
      const sent = Object.values(paths).flatMap((item) => Object.keys(item));
      const env = { PATH: process.env['PATH'], DOCUMENT: join(folder, 'one.json'), MOCK_URL: url, TOKEN: token };
      const args = [
        'node_modules/dredd/bin/dredd',
        'one.json',
        url,
        '--hookfiles',
        join(EXAMPLE, 'hooks.cjs'),
        '--no-color',
      ];
      // A failure ends it with another code than 0, and the text says which.
      const { stdout } = await run(process.execPath, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
      const [, passing = '', failing] =
        /complete: (\d+) passing, (\d+) failing, 0 errors, 0 skipped/.exec(stdout) ?? [];

      expect(failing, stdout.slice(-2000)).toBe('0');
      expect(sent.length).toBeGreaterThan(0);
      expect(Number(passing)).toBe(sent.length);
    },
  );
});
