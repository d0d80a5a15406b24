/** The contract of the page about contract testing, verified by Pact, as users have it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { copied, write } from '../support/package.ts';

const run = promisify(execFile);
const PAGE = fileURLToPath(new URL('../../docs/how-to/contract-testing.md', import.meta.url));
/** The newest one that Node 20 runs. */
const PACT = '@pact-foundation/pact@15.0.1';
/** A busy machine takes its time, and Pact is 50 MB. */
const PATIENCE_MS = 240_000;

let folder: string;
let contract: string;
beforeAll(async () => {
  folder = await copied([], [PACT]);
  const page = await readFile(PAGE, 'utf8');
  contract = blockOf(page, 'json', '"interactions"');
  await write(folder, { 'verify.mjs': blockOf(page, 'ts', 'new Verifier') });
}, PATIENCE_MS);

/** The block of the page that has these words. */
function blockOf(page: string, language: string, words: string): string {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))];
  return blocks.map(([, body = '']) => body).find((body) => body.includes(words)) ?? '';
}

/** What the verifier says of a contract. */
async function verified(pact: string): Promise<string> {
  await write(folder, { 'pact.json': pact });
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], PACT_DO_NOT_TRACK: 'true' };
  const limits = { cwd: folder, env, timeout: PATIENCE_MS };
  const { stdout, stderr } = await run(process.execPath, ['verify.mjs'], limits).catch(
    (thrown: { stdout: string; stderr: string }) => thrown,
  );
  return stripVTControlCharacters(stdout + stderr);
}

/** The contract with another state or answer. */
const changed = (from: string, to: string) => {
  expect(contract).toContain(from);
  return contract.replace(from, to);
};

describe("Pact's verifier", { timeout: PATIENCE_MS }, () => {
  it('finds the contract of the page kept', async () => {
    const output = await verified(contract);

    expect(output.match(/has status code .*OK/g)).toHaveLength(3);
    expect(output).not.toContain('FAILED');
    expect(output).not.toContain('Request Failed');
  });

  it('finds it broken if the clock does not move before the key is used', async () => {
    const output = await verified(changed('"to": "2099-01-02T00:00:00Z"', '"by": "1h"'));

    expect(output.match(/has status code .*OK/g)).toHaveLength(2);
    expect(output).toMatch(/expected 403 but was 200/);
  });

  it('fails for a state that is misspelt', async () => {
    const output = await verified(changed('"an identity"', '"an identiy"'));

    expect(output.match(/has status code .*OK/g)).toHaveLength(2);
    expect(output).toContain('One or more of the setup state change handlers has failed');
  });
});
