/** The documents of the build, and two linters: `npm run lint:documents`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installTools } from '../../scripts/tools.mjs';
import { launchProgram } from '../support/command.ts';
import { ROOT } from './architecture/source-files.ts';

const DOCUMENTS = join(ROOT, 'dist/openapi');

/** Neither telemetry nor a look for newer versions. */
const env = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

it.each([
  ['Redocly', '@redocly/cli/bin/cli.js', ['--config', 'redocly.yaml', '--max-problems', '1000']],
  ['Spectral', '@stoplight/spectral-cli/dist/index.js', ['--ruleset', 'spectral.yaml', '--display-only-failures']],
])('%s finds no error in any document', { timeout: 900_000 }, async (_, program, options) => {
  const folder = await installTools('lint-documents');
  const documents = (await readdir(DOCUMENTS)).map((name) => join(DOCUMENTS, name));
  const args = [join(folder, 'node_modules', program), 'lint', ...options, ...documents];
  const { code, stdout, stderr } = await launchProgram(process.execPath, args, folder, { env }).ended;

  expect(code, `${stdout}${stderr}`).toBe(0);
});
