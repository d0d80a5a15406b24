import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../support/command.ts';

describe('nv-auth-mock verify', () => {
  it('finds the document that fits best, and exits with 0 when there is no difference', async ({ command, folder }) => {
    const own = JSON.parse(
      await (await import('node:fs/promises')).readFile(
        new URL('../../openapi/runai/get_access_keys.json', import.meta.url),
        'utf8',
      ),
    );
    await writeFile(join(folder, 'spec.json'), JSON.stringify(own));
    const { code, stdout } = await command.launch(['verify', '--spec', 'spec.json']).ended;

    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe('1 operation compared with runai.2.24, 0 differences');
  });

  const refused: [what: string, text: string | null, args: string[], said: string][] = [
    ['a file that is not there', null, [], 'cannot be read'],
    ['what is no OpenAPI document', 'a: 1', [], 'it has no `paths`'],
    ['a document that the mock does not serve', 'paths: {}', ['--document', 'runai.9'], 'Available are: air.2.0'],
    ['operations that nobody knows', 'paths: { /nothing: { get: {} } }', [], 'has no operation that the mock serves'],
  ];

  it.for(refused)('ends with 2 and one message for %s', async ([, text, args, said], { command, folder }) => {
    if (text !== null) await writeFile(join(folder, 'spec.yaml'), text);
    const { code, stderr } = await command.launch(['verify', '--spec', 'spec.yaml', ...args]).ended;

    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});
