// @ts-check
/**
 * Runs the tests that take an hour: `npm run nightly`. Each part can be run on its own with the settings in test/README.md.
 * The settings below are defaults that the environment can override. Prints a summary at the end.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const LONG = 'vitest.long.config.ts';
const E2E = 'vitest.e2e.config.ts';

/** The seed for all random tests. A part prints it with its findings. */
const { NIGHTLY_SEED: seed = String(Date.now() % 1_000_000_007) } = process.env;
const ownDriver = { TEST_DRIVER: 'node:sqlite' };
const allRounds = { PROPERTY_ROUNDS: 'all', PROPERTY_SEED: seed };

const FILES_AND_DISKS = 'test/cli/disk test/cli/data test/store/open test/store/recovery test/store/tampered';
/** Property tests, of which `npm test` only runs a few rounds. */
const PROPERTIES =
  'test/decisions/decide-properties.test.ts test/decisions/explaining/hints/total.test.ts test/services/ngc-keys/least-rights.test.ts ' +
  'test/services/nvcf/properties.test.ts test/store/memory.test.ts test/store/collections.test.ts ' +
  'test/tokens/claims-of-every-type.test.ts test/http/docs.test.ts test/journal/planted-secrets.test.ts ' +
  'test/worlds/seed/schema.test.ts test/services/runai/inherited-names.test.ts';

/** @type {readonly [name: string, config: string, files: string, settings: Record<string, string>][]} */
const PARTS = [
  ['soak in 128 MB, over 50 worlds', LONG, 'test/long/soak/soak', { SOAK_MINUTES: '20', SOAK_SEED: seed }],
  ['kill -9 while it writes', LONG, 'test/long/soak/kills', { SOAK_KILLS: '200' }],
  ['kill -9, by node:sqlite', LONG, 'test/long/soak/kills', { SOAK_KILLS: '50', ...ownDriver }],
  ['files and disks, by node:sqlite', E2E, FILES_AND_DISKS, ownDriver],
  ['kill -9 on PostgreSQL', E2E, 'test/e2e/postgres/kills', { POSTGRES_KILLS: '50', POSTGRES_STOPS: '20' }],
  ['random requests, every version', LONG, 'test/long/fuzz/', { FUZZ_SEED: seed }],
  ['models', LONG, 'test/long/models/', { MODEL_SEED: seed, MODEL_RUNS: '1000' }],
  ['properties', 'vitest.config.ts', PROPERTIES, allRounds],
  ['documents in other tools', LONG, 'test/package/tools-', {}],
  ['valid requests, every version', E2E, 'test/long/fuzz/valid', allRounds],
];

const rows = PARTS.map(([name, config, files, settings]) => {
  process.stdout.write(`\n== ${name}\n`);
  const env = { ...settings, ...process.env };
  const begin = performance.now();
  const args = ['--no-install', 'vitest', 'run', '--config', config, ...files.split(' ')];
  const { status } = spawnSync('npx', args, { cwd: ROOT, env, stdio: 'inherit' });
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  const used = Object.keys(settings).map((variable) => `${variable}=${env[variable]}`);
  return { isOk: status === 0, text: [name.padEnd(32), minutes.padStart(6), 'min ', ...used].join(' ') };
});
process.stdout.write('\n');
for (const { isOk, text } of rows) process.stdout.write(`${isOk ? 'ok    ' : 'FAILED'}  ${text}\n`);
process.exitCode = rows.every(({ isOk }) => isOk) ? 0 : 1;
