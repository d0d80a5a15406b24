// @ts-check
/** How StrykerJS changes one part (`parts.mjs`), which `MUTATION_PART` names. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { currentPart, KEPT } from './parts.mjs';

const { name, files } = currentPart();

export default {
  testRunner: 'vitest',
  // By its path: plugins are looked for beside the project, which does not have it.
  plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: files,
  coverageAnalysis: 'perTest',
  // What runs only when a file is loaded, such as a table, would need all tests for each change.
  ignoreStatic: true,
  // vitest does not look at types.
  disableTypeChecks: false,
  incremental: true,
  incrementalFile: `${KEPT}/${name}.incremental.json`,
  concurrency: availableParallelism(),
  // On a machine that does much else, too, a test may take long without hanging.
  timeoutMS: 30_000,
  thresholds: { high: 95, low: 85, break: 85 },
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  htmlReporter: { fileName: `${KEPT}/${name}.html` },
  jsonReporter: { fileName: `${KEPT}/${name}.json` },
  tempDirName: `${KEPT}/sandbox-${name}`,
  ignorePatterns: ['bench', 'coverage', 'docs', 'examples', 'scripts/mutation/node_modules', '.github'],
  allowConsoleColors: false,
};
