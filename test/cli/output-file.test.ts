import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { checkOutput, writeOutput } from '../../src/cli/output-file.ts';
import { it } from '../support/in-folder.ts';

it('a file name with a possible password is rejected, and not repeated in the message', async ({ folder }) => {
  for (const name of ['ada:secret@host', 'https=/ada:secret@host', 'report?token=secret', 'nvapi-secret']) {
    const file = `${folder}/${name}`;
    const tries = [checkOutput('--report', file), writeOutput('--junit', file, '')];
    for (const refused of await Promise.allSettled(tries)) {
      expect(refused).toMatchObject({
        reason: { message: expect.stringMatching(/^--\w+ looks like a URL, or contains a credential\./) },
      });
    }
  }
  expect(await readdir(folder)).toEqual([]);
});
