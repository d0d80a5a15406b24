import { dirname } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { currentPart } from './scripts/mutation/parts.mjs';

const { files: mutated, tests } = currentPart();

/** The folder with the tests of the mutated functions themselves. */
const OWN_FOLDER = `/${dirname(mutated[0] ?? '').replace(/^src/, 'test')}/`;

/**
 * Runs these tests before those through HTTP, which take longer, because the first failure decides. The order is fixed,
 * because a table that is loaded during a test is changed like code.
 */
class OwnTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isOwn = ({ moduleId }: TestSpecification) => moduleId.includes(OWN_FOLDER);
    const sorted = files.toSorted((one, other) => one.moduleId.localeCompare(other.moduleId));
    return [...sorted.filter(isOwn), ...sorted.filter((file) => !isOwn(file))];
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
    include: [...tests],
    sequence: { sequencer: OwnTestsFirst },
    testTimeout: 20_000,
  },
});
