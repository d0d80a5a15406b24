import type { RecordedEntry } from '@nv-auth-mock/conformance';
import type { World } from '../contract/world.ts';
import { Problem } from '../decisions/problem.ts';
import { UserError } from '../diagnostics/user-error.ts';
import type { Routes } from '../http/routes.ts';
import { createHarEntry } from '../journal/har.ts';
import { viewEntry } from '../journal/view.ts';
import type { Ports } from '../services/index.ts';

/** The maximum number of conforming requests, and of violations, in a response. */
const MAX_LISTED_ENTRIES = 1000;

/** Returns the function that checks recorded traffic for the control API. The checker is loaded on demand. */
export function createTrafficPort(routes: () => Routes): Ports['checkTraffic'] {
  return async (world, archive) => {
    const { checkTraffic } = await import('@nv-auth-mock/conformance');
    const report = await checkTraffic(routes(), archive ?? yieldEntries(world)).catch((thrown: unknown) => {
      throw thrown instanceof UserError ? new Problem('invalid_request', thrown.message) : thrown;
    });
    const { checked, skipped, conforming, violations } = report;
    return {
      checked,
      skipped,
      conforming: conforming.slice(0, MAX_LISTED_ENTRIES),
      total: violations.length,
      violations: violations.slice(0, MAX_LISTED_ENTRIES),
    };
  };
}

/** Yields the requests in a world's journal, oldest first. One at a time, because hiding secrets takes time. */
function* yieldEntries({ activityLog: { journal } }: World): Generator<RecordedEntry> {
  for (const entry of journal.newestFirst().toReversed()) {
    const view = viewEntry(entry);
    yield { entry: createHarEntry(view), place: view.id };
  }
}
