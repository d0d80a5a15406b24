import { defineConfig } from 'vitest/config';
import { groupOf } from './scripts/mutation/parts.mjs';

/**
 * The tests that StrykerJS runs for each change of a group: `npm run mutation`. `dist/` is there already, and is not built of
 * changed sources.
 */
export default defineConfig({
  test: {
    // A change is tried in a thread of its own, in which its files share what they import.
    isolate: false,
    include: [...groupOf(process.env['MUTATION_GROUP'] ?? '').tests],
    testTimeout: 20_000,
  },
});
