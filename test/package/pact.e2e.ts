/** The example for Pact, run by its verifier. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify, stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { copyInstallation, write } from '../support/package.ts';

const run = promisify(execFile);
const EXAMPLE = new URL('../../examples/pact/verify.mjs', import.meta.url);
/** The newest one that Node 20 runs. */
const PACT = '@pact-foundation/pact@15.0.1';
/** A busy machine takes its time, and Pact is 50 MB. */
const PATIENCE_MS = 240_000;

const CONTRACT = {
  consumer: { name: 'dashboard' },
  provider: { name: 'nvidia-auth' },
  interactions: [
    {
      description: 'functions with an expired key',
      providerStates: [{ name: 'an expired key' }],
      request: {
        method: 'GET',
        path: '/v2/nvcf/functions',
        headers: { Authorization: 'Bearer any' },
        generators: { header: { Authorization: { type: 'ProviderState', expression: `Bearer $\{key}` } } },
      },
      response: { status: 403 },
    },
  ],
  metadata: { pactSpecification: { version: '3.0.0' } },
};

it("Pact's verifier gets the key of a state handler", { timeout: PATIENCE_MS }, async () => {
  const folder = await copyInstallation([], [PACT]);
  const program = await readFile(EXAMPLE, 'utf8');
  await write(folder, { 'pact.json': JSON.stringify(CONTRACT), 'verify.mjs': program });
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], PACT_DO_NOT_TRACK: 'true' };
  const { stdout, stderr } = await run(process.execPath, ['verify.mjs'], { cwd: folder, env, timeout: PATIENCE_MS });
  const output = stripVTControlCharacters(stdout + stderr);

  expect(output.match(/has status code .*OK/g), output).toHaveLength(1);
});
