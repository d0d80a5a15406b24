// @ts-check
/** The configuration of StrykerJS for one part of `parts.mjs`, set in `MUTATION_PART`. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { currentPart, KEPT } from './parts.mjs';

const { name, files } = currentPart();

export default {
  testRunner: 'vitest',
  // An absolute path, because the plugin isn't among the project's packages.
  plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: files,
  coverageAnalysis: 'perTest',
  // Code that only runs on load, such as a table, would need all tests for every mutant.
  ignoreStatic: true,
  // Vitest ignores types.
  disableTypeChecks: false,
  incremental: true,
  incrementalFile: `${KEPT}/${name}.incremental.json`,
  concurrency: availableParallelism(),
  // Tests may be slow on a busy machine.
  timeoutMS: 30_000,
  thresholds: { high: 95, low: 85, break: 85 },
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  htmlReporter: { fileName: `${KEPT}/${name}.html` },
  jsonReporter: { fileName: `${KEPT}/${name}.json` },
  tempDirName: `${KEPT}/sandbox-${name}`,
  ignorePatterns: ['/bench', '/coverage', '/docs', '/examples', '/scripts/mutation/node_modules', '/.github'],
  allowConsoleColors: false,
};
