import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/lint-documents.mjs', import.meta.url));

it('two linters find no error in any document, but for the explained ones', { timeout: 900_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT]).catch((thrown) => thrown);

  expect(stdout).toMatch(/^\d+ documents, two linters: 0 errors\n$/);
});
