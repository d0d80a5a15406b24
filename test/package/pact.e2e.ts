/** The contract and the program of the pages on contract testing, verified by Pact. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify, stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyInstallation, write } from '../support/package.ts';

const run = promisify(execFile);
const DOCS = new URL('../../docs/', import.meta.url);
/** The newest one that Node 20 runs. */
const PACT = '@pact-foundation/pact@15.0.1';
/** A busy machine takes its time, and Pact is 50 MB. */
const PATIENCE_MS = 240_000;

/** Beside that of the page: one with the value of another state, and one without a state. */
const OTHERS = [
  {
    description: 'the access keys of the administrator',
    providerStates: [{ name: 'a reset mock' }, { name: 'an identity', params: { name: 'admin@acme.test' } }],
    request: {
      method: 'GET',
      path: '/api/v1/access-keys',
      headers: { Authorization: 'Bearer any' },
      generators: { header: { Authorization: { type: 'ProviderState', expression: `Bearer $\{bearer}` } } },
    },
    response: { status: 200 },
  },
  {
    description: 'access keys, without a token',
    request: { method: 'GET', path: '/api/v1/access-keys' },
    response: { status: 401 },
  },
];

let folder: string;
let contract: string;
beforeAll(async () => {
  folder = await copyInstallation([], [PACT]);
  const page = (name: string) => readFile(new URL(name, DOCS), 'utf8');
  const { interactions, ...rest } = JSON.parse(
    blockOf(await page('reference/api-documents.md'), 'json', '"interactions"'),
  );
  contract = JSON.stringify({ ...rest, interactions: [...interactions, ...OTHERS] });
  await write(folder, { 'verify.mjs': blockOf(await page('how-to/contract-testing.md'), 'ts', 'new Verifier') });
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
  it('accepts the contract of the page, and others', async () => {
    const output = await verified(contract);

    expect(output.match(/has status code .*OK/g)).toHaveLength(3);
    expect(output).not.toContain('FAILED');
    expect(output).not.toContain('Request Failed');
  });

  it('rejects it if the clock does not advance before the key is used', async () => {
    const output = await verified(changed('"to":"2099-01-02T00:00:00Z"', '"by":"1h"'));

    expect(output.match(/has status code .*OK/g)).toHaveLength(2);
    expect(output).toMatch(/expected 403 but was 200/);
  });

  it('rejects a misspelt state', async () => {
    const output = await verified(changed('"an identity"', '"an identiy"'));

    expect(output.match(/has status code .*OK/g)).toHaveLength(2);
    expect(output).toContain('One or more of the setup state change handlers has failed');
  });
});
