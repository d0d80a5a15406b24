// @ts-check
/**
 * What takes an hour: `npm run nightly`. Each part can be run by itself, with the settings that its table in test/README.md
 * names; here it gets those of a night, unless the environment has others. Ends with one table.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** A seed for everything that is random tonight; a part prints it with what it found. */
const { NIGHTLY_SEED: seed = String(Date.now() % 1_000_000_007) } = process.env;

/** The properties of which `npm test` tries a few rounds. */
const PROPERTIES = [
  'core/decide-properties',
  'explaining/hints/total',
  'ngc-keys/least-rights',
  'services/nvcf/properties',
  'store/sqlite',
];

/** @type {readonly { name: string, files: readonly string[], config?: string, settings: Record<string, string> }[]} */
const PARTS = [
  {
    name: 'soak in 192 MB, over 50 worlds',
    files: ['test/soak/soak'],
    settings: { SOAK_MINUTES: '20', SOAK_SEED: seed },
  },
  { name: 'kill -9 while it writes', files: ['test/soak/kills'], settings: { SOAK_KILLS: '200' } },
  {
    name: 'kill -9, by node:sqlite',
    files: ['test/soak/kills'],
    settings: { SOAK_KILLS: '50', TEST_DRIVER: 'node:sqlite' },
  },
  {
    name: 'files and disks, by node:sqlite',
    files: ['test/cli/disk', 'test/cli/data', 'test/store/open', 'test/store/recovery', 'test/store/tampered'],
    config: 'vitest.e2e.config.ts',
    settings: { TEST_DRIVER: 'node:sqlite' },
  },
  {
    name: 'takeovers by a standby',
    files: ['test/standby/kills', 'test/standby/stops'],
    config: 'vitest.e2e.config.ts',
    settings: { STANDBY_KILLS: '100', STANDBY_STOPS: '20' },
  },
  { name: 'random requests, every version', files: ['test/fuzz/'], settings: { FUZZ_SEED: seed } },
  { name: 'models', files: ['test/models/'], settings: { MODEL_SEED: seed, MODEL_RUNS: '1000' } },
  {
    name: 'properties',
    files: PROPERTIES.map((file) => `test/${file}.test.ts`),
    config: 'vitest.config.ts',
    settings: { PROPERTY_ROUNDS: 'all', PROPERTY_SEED: seed },
  },
  {
    name: 'valid requests, every version',
    files: ['test/fuzz/valid'],
    config: 'vitest.e2e.config.ts',
    settings: { PROPERTY_ROUNDS: 'all', PROPERTY_SEED: seed },
  },
];

/** @type {{ part: string, settings: string, minutes: string, result: string }[]} */
const table = [];
for (const { name, files, config = 'vitest.long.config.ts', settings } of PARTS) {
  const effective = Object.fromEntries(
    Object.entries(settings).map(([variable, value]) => [variable, process.env[variable] ?? value]),
  );
  process.stdout.write(`\n== ${name}\n`);
  const begin = performance.now();
  const child = spawn('npx', ['--no-install', 'vitest', 'run', '--config', config, ...files], {
    cwd: ROOT,
    env: { ...process.env, ...effective },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  table.push({
    part: name,
    settings: Object.entries(effective)
      .map(([variable, value]) => `${variable}=${value}`)
      .join(' '),
    minutes: ((performance.now() - begin) / 60_000).toFixed(1),
    result: code === 0 ? 'ok' : 'FAILED',
  });
}
process.stdout.write('\n');
for (const { part, settings, minutes, result } of table) {
  process.stdout.write(`${part.padEnd(32)}${result.padEnd(8)}${minutes.padStart(6)} min  ${settings}\n`);
}
process.exitCode = table.every(({ result }) => result === 'ok') ? 0 : 1;
