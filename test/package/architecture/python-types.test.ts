import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { pythonTypes, TARGET } from '../../../scripts/clients/python.mjs';

it('the types of the Python package are those of the control API; update them with `node scripts/clients/python.mjs`', async () => {
  expect(await readFile(TARGET, 'utf8')).toBe(await pythonTypes());
});
