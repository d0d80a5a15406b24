import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { currentPart } from './scripts/mutation/parts.mjs';

/** Runs quick files first, because the first failure decides. Vitest runs the slowest or largest files first. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toReversed();
  }
}

/**
 * The tests that StrykerJS runs for each change of a part: `npm run mutation`. `dist/` is there already, and is not built of
 * changed sources.
 */
export default defineConfig({
  test: {
    // A change is tried in a thread of its own, in which its files share what they import.
    isolate: false,
    include: [...currentPart().tests],
    sequence: { sequencer: QuickFirst },
    testTimeout: 20_000,
  },
});
