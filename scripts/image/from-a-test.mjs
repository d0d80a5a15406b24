// @ts-check
/** What is checked of the image with Testcontainers, as tests of users start it. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { is, matches } from './expect.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */
/** @typedef {import('../../src/testcontainers.ts').NvAuthMockContainer} NvAuthMockContainer */

/** The package's own, as it was built. */
const BUILT = new URL('../../dist/testcontainers.js', import.meta.url).href;

/** @param {Engine} engine */
export async function startsWithOptions(engine) {
  const mock = await (await containerOf(engine)).withOptions({ runai: '3.0' }).withNetworkAliases('mocked').start();
  const headers = { authorization: `Bearer ${await mock.getToken()}` };
  is('a request with its token', (await fetch(`${mock.getUrl()}/api/v1/users`, { headers })).status, 200);
  const { configuration } = /** @type {any} */ (await (await fetch(`${mock.getAdminUrl()}/info`)).json());
  is('--runai', configuration.runai.value, '3.0');
  is('--alias', configuration.alias.value, ['mocked']);
  await mock.stop();
}

/** A file that nobody else on this machine may read. @param {Engine} engine */
export async function startsWithSeed(engine) {
  const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-check-'));
  try {
    const seed = join(folder, 'seed.yaml');
    await writeFile(
      seed,
      'extends: builtin\nrunai:\n  users: [{ email: ada@acme.test, role: L1 researcher, accessKey: { name: ada-key } }]\n',
    );
    await chmod(seed, 0o600);
    const mock = await (await containerOf(engine)).withSeed(seed).start();
    matches("a token with the seed's key", await mock.getToken('ada@acme.test'), /^eyJ/);
    await mock.stop();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {Engine} engine */
export async function tellsWhyItEnded(engine) {
  const container = (await containerOf(engine)).withEnvironment({ NV_AUTH_MOCK_RUNAI: '9' });
  const said = await container.start().then(
    () => 'it is ready',
    (/** @type {Error} */ { message }) => message,
  );
  matches(
    'the error',
    said,
    /^The mock did not become ready: [\s\S]* It said last:\nnv-auth-mock: NV_AUTH_MOCK_RUNAI is `9`\. /,
  );
}

/**
 * With the engine that is checked. What is left over is removed as everything else is, so the container that does this
 * for Testcontainers is not started.
 *
 * @param {Engine} engine
 * @returns {Promise<NvAuthMockContainer>}
 */
async function containerOf(engine) {
  process.env['DOCKER_HOST'] = await engine.socket();
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const { NvAuthMockContainer } = /** @type {typeof import('../../src/testcontainers.ts')} */ (await import(BUILT));
  return new NvAuthMockContainer(engine.image).withName(engine.name('tested'));
}
