import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { listeningServer } from '../../support/listening.ts';
import { callsBelow, fetchThrough } from '../../support/sockets.ts';
import { tokenOf } from '../../support/worlds.ts';

const run = promisify(execFile);
const EXAMPLE = fileURLToPath(new URL('../../../examples/compose/', import.meta.url));
const { services } = parse(readFileSync(`${EXAMPLE}compose.yaml`, 'utf8'), { merge: true });
const IN_NETWORK = 'http://mock:6625';

/** The server of the example with its settings, except for the public URL, which does not resolve here. */
const { url } = await listeningServer({ world: services.mock.environment.NV_AUTH_MOCK_WORLD.split(',') });
const call = callsBelow(url, fetchThrough(Number(new URL(url).port)));
const readCredentials = async (world: string) => {
  const { runai, ngc } = (await call(`GET /w/${world}/_mock/cast`)).body;
  return { ...runai.users[0].accessKey, key: ngc.keys.find(({ name }: { name: string }) => name === 'owner').key };
};
/** The second access key of each world differs. */
const aliceCredentials = await readCredentials('alice');
const token = await tokenOf(call, aliceCredentials);
await call('POST /api/v1/access-keys', { token, body: { name: 'second' } });

async function runClient(environment: Readonly<Record<string, string>>): Promise<string> {
  const env = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(IN_NETWORK, url)]),
  );
  const { stdout } = await run(process.execPath, [`${EXAMPLE}client/client.mjs`], {
    env: { PATH: process.env['PATH'], ...env },
  });
  return stdout;
}

/** The environments in the documentation for the world `alice`: with its base URL, and with its credentials only. */
const page = readFileSync(fileURLToPath(new URL('../../../docs/how-to/in-compose.md', import.meta.url)), 'utf8');
const [byUrl, byCredentials] = [...page.matchAll(/^```yaml\n(environment:.*?)^```$/gms)].map(
  ([, block = '']) => parse(block).environment,
);

it('the documentation shows the environment of the example, and the fixed credentials of its world', () => {
  const { clientId, clientSecret, key } = aliceCredentials;

  expect(byUrl).toEqual(services.alice.environment);
  expect(byCredentials).toEqual({
    RUNAI_BASE_URL: IN_NETWORK,
    AIR_API_URL: IN_NETWORK,
    NVCF_BASE_URL: IN_NETWORK,
    RUNAI_CLIENT_ID: clientId,
    RUNAI_CLIENT_SECRET: clientSecret,
    NGC_API_KEY: key,
  });
});

it.each([
  ['alice', 5],
  ['bob', 4],
] as const)('the client of %s reaches its world by its base URL', async (world, keys) => {
  const printed = await runClient(services[world].environment);

  expect(printed).toMatch(
    new RegExp(`^issuer ${url}/w/${world}/auth/realms/acme: ${keys} access keys, \\d+ simulations`),
  );
});

it('a client reaches its world by credentials at the shared address', async () => {
  const printed = await runClient(byCredentials);

  expect(printed).toMatch(
    new RegExp(`^issuer ${url}/auth/realms/acme: 5 access keys, \\d+ simulations, \\d+ functions`),
  );
});
