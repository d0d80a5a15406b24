import type { RecordedEntry } from '@nv-auth-mock/conformance';
import type { World } from '../contract/world.ts';
import { Problem } from '../decisions/problem.ts';
import { UserError } from '../diagnostics/user-error.ts';
import type { Routes } from '../http/routes.ts';
import { createHarEntry } from '../journal/har.ts';
import { viewEntry } from '../journal/view.ts';
import type { Ports } from '../services/index.ts';

/** The maximum number of conforming requests, and of violations, in a response. */
const MAX_LISTED = 1000;

/** Checks recorded traffic for the control API. */
export function createTrafficPort(routes: () => Routes): Ports['checkTraffic'] {
  return async (world, archive) => {
    const { checkTraffic } = await import('@nv-auth-mock/conformance');
    const checking = checkTraffic(routes(), archive ?? listEntries(world)).catch((thrown: unknown) => {
      throw thrown instanceof UserError ? new Problem('invalid_request', thrown.message) : thrown;
    });
    const { checked, skipped, conforming, violations } = await checking;
    return {
      ...{ checked, skipped, conforming: conforming.slice(0, MAX_LISTED) },
      ...{ total: violations.length, violations: violations.slice(0, MAX_LISTED) },
    };
  };
}

/** Yields the requests in a world's journal, oldest first. Lazy, because hiding secrets takes time. */
function* listEntries({ activityLog: { journal } }: World): Generator<RecordedEntry> {
  for (const entry of journal.newestFirst().toReversed()) {
    const view = viewEntry(entry);
    yield { entry: createHarEntry(view), place: view.id };
  }
}
