import { checkTraffic } from '../conformance/traffic/check.ts';
import type { Exchange } from '../conformance/traffic/exchange.ts';
import { exchangeOf, exchangesIn } from '../conformance/traffic/har.ts';
import { judgeOfRoutes } from '../conformance/traffic/judge.ts';
import type { World } from '../contract/world.ts';
import { Problem } from '../core/problem.ts';
import { Unusable } from '../core/unusable.ts';
import type { Routes } from '../http/routes.ts';
import { harEntry } from '../journal/har.ts';
import { viewOf } from '../journal/view.ts';
import type { Ports } from '../services/index.ts';

/** How many requests without violations an answer has at most, and how many violations. */
const MOST_TOLD = 1000;

/** Checks recorded traffic for the control API. */
export function trafficPort(routes: () => Routes): Ports['checkTraffic'] {
  return async (world, archive) => {
    const exchanges = archive === null ? journalOf(world) : exchangesIn(archive, 'The body');
    const checking = checkTraffic(judgeOfRoutes(routes()), exchanges).catch((thrown: unknown) => {
      throw thrown instanceof Unusable ? new Problem('invalid_request', thrown.message) : thrown;
    });
    const { checked, skipped, conforming, violations } = await checking;
    return {
      ...{ checked, skipped, conforming: conforming.slice(0, MOST_TOLD) },
      ...{ total: violations.length, violations: violations.slice(0, MOST_TOLD) },
    };
  };
}

/** The requests in the journal of a world, oldest first. Each is read when it is asked for: to hide its secrets takes time. */
function* journalOf({ activityLog: { journal } }: World): Generator<Exchange> {
  for (const entry of journal.newestFirst().toReversed()) {
    const view = viewOf(entry);
    const exchange = exchangeOf(harEntry(view), view.id);
    if (exchange !== null) yield exchange;
  }
}
