// @ts-check
/** How StrykerJS changes one group of files (`parts.mjs`), which `MUTATION_GROUP` names. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { groupOf, KEPT } from './parts.mjs';

const { name, files } = groupOf(process.env['MUTATION_GROUP'] ?? '');

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
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `${KEPT}/${name}.json` },
  tempDirName: `${KEPT}/sandbox-${name}`,
  ignorePatterns: ['bench', 'coverage', 'docs', 'examples', 'scripts/mutation/node_modules', '.github'],
  allowConsoleColors: false,
};
