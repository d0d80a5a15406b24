import { defineConfig } from 'vitest/config';
import { currentPart } from './scripts/mutation/parts.mjs';

/**
 * The tests that StrykerJS runs for each change of a part: `npm run mutation`. `dist/` is there already, and is not built of
 * changed sources.
 */
export default defineConfig({
  test: {
    // A change is tried in a thread of its own, in which its files share what they import.
    isolate: false,
    include: [...currentPart().tests],
    testTimeout: 20_000,
  },
});
