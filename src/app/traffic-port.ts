import type { World } from '../contract/world.ts';
import { essenceOf } from '../core/media-type.ts';
import { Problem } from '../core/problem.ts';
import { Unusable } from '../core/unusable.ts';
import type { Routes } from '../http/routes.ts';
import { type EntryView, viewOf } from '../journal/view.ts';
import type { Ports } from '../services/index.ts';
import { checkTraffic } from '../traffic/check.ts';
import type { Exchange, RecordedBody } from '../traffic/exchange.ts';
import { exchangesIn } from '../traffic/har.ts';
import { judgeOfRoutes } from '../traffic/judge.ts';

/** How many requests without violations an answer has at most, and how many violations. */
const MOST_TOLD = 1000;

/** Checks recorded traffic for the control API. */
export function trafficPort(routes: () => Routes): Ports['checkTraffic'] {
  return async (world, archive) => {
    const exchanges = archive === null ? journalOf(world) : ofArchive(archive);
    const { checked, skipped, conforming, violations } = await checkTraffic(judgeOfRoutes(routes()), exchanges);
    return {
      ...{ checked, skipped, conforming: conforming.slice(0, MOST_TOLD) },
      ...{ total: violations.length, violations: violations.slice(0, MOST_TOLD) },
    };
  };
}

function ofArchive(archive: unknown): readonly Exchange[] {
  try {
    return exchangesIn(archive, 'The body');
  } catch (thrown) {
    throw thrown instanceof Unusable ? new Problem('invalid_request', thrown.message) : thrown;
  }
}

/** The requests in the journal of a world, oldest first. Each is read when it is asked for: to hide its secrets takes time. */
function* journalOf({ activityLog: { journal } }: World): Generator<Exchange> {
  for (const entry of journal.newestFirst().toReversed()) yield exchangeOf(viewOf(entry));
}

function exchangeOf({ id, method, path, query, status, request, response }: EntryView): Exchange {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  const search = new URLSearchParams(pairs).toString();
  return {
    ...{ place: id, method, url: search === '' ? path : `${path}?${search}` },
    request: bodyOf(request),
    answer: status === null ? null : { status, ...bodyOf(response) },
  };
}

/** Forms are kept as their fields. */
function bodyOf({ headers, body, size, truncated }: EntryView['request']): RecordedBody {
  const mediaType = essenceOf([headers['content-type'] ?? []].flat()[0]);
  if (truncated) return { mediaType, text: null };
  // A request can be refused before its body is read.
  const isUnread = size === null && (headers['content-length'] ?? '0') !== '0';
  if (body === null || body === undefined) return { mediaType, text: isUnread || (size ?? 0) > 0 ? null : '' };
  if (typeof body === 'string') return { mediaType, text: body };
  const isForm = mediaType === 'application/x-www-form-urlencoded';
  return {
    mediaType,
    text: isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body),
  };
}
