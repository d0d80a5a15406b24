/** Values of the command line are repeated without possible secrets. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { it } from '../support/command.ts';

/** More forms: `test/app/secret-values.e2e.ts`. */
const VALUES = [
  'https://ada:1/secret@127.0.0.1:1',
  'http://127.0.0.1:1/path?token=secret',
  'https=//ada:secret@127.0.0.1:1',
  'ada:secret@127.0.0.1:1',
];

const DOCUMENT = JSON.stringify({ openapi: '3.0.3', paths: { '/api/v1/users': { get: { responses: {} } } } });

describe.concurrent('no command repeats a secret in a value:', () => {
  it.for([
    'VALUE',
    'help VALUE',
    'start VALUE',
    '--dta=VALUE',
    '-=VALUE',
    '--data VALUE',
    '--tls-cert VALUE --tls-key VALUE',
    'health --host VALUE',
    'env --url VALUE',
    'env --format VALUE',
    'health --url VALUE',
    'report --url VALUE',
    'report --fail-on VALUE',
    'compare --against VALUE',
    'compare --against http://127.0.0.1:1 --url VALUE',
    'compare --against http://127.0.0.1:1 --service VALUE',
    'verify --spec VALUE',
    'verify --har VALUE',
    'verify --journal --url VALUE',
    'verify --spec spec.json --document VALUE',
    'verify --spec spec.json --service VALUE',
    'verify --spec spec.json --baseline VALUE',
    'verify --spec spec.json --baseline VALUE --update-baseline',
    'verify --har empty.har --junit VALUE',
    'export VALUE --url http://127.0.0.1:1',
    'import VALUE --url http://127.0.0.1:1',
    'init VALUE',
    'init --kind VALUE',
  ])('%s', async (line, { command, folder, expect }) => {
    await writeFile(join(folder, 'spec.json'), DOCUMENT);
    await writeFile(join(folder, 'empty.har'), JSON.stringify({ log: { entries: [] } }));
    for (const value of VALUES) {
      const { code, stdout, stderr } = await command.run(line.split(' ').map((arg) => arg.replace('VALUE', value)));

      expect(code).toBeGreaterThan(0);
      expect(stdout + stderr).not.toContain('secret');
      expect(await readdir(folder)).toEqual(['empty.har', 'spec.json']);
    }
  });

  it('a command with the URL of a running server', async ({ command, expect }) => {
    const { url } = await command.start();
    for (const value of VALUES) {
      for (const args of [
        ['export', value],
        ['env', '--client-url', value],
        ['report', '--world', value],
      ]) {
        const { code, stdout, stderr } = await command.run([...args, '--url', url]);

        expect(code).toBe(2);
        expect(stdout + stderr).not.toContain('secret');
      }
    }
  });
});
