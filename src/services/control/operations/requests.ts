import type { Context, Handler } from '../../../contract/request.ts';
import { parseInstant } from '../../../core/clock.ts';
import { DURATION_FORMS, parseDuration } from '../../../core/duration.ts';
import { Problem } from '../../../core/problem.ts';
import { streamedList } from '../../../core/streamed-list.ts';
import { checkedMatch } from '../../../journal/check.ts';
import type { JournalEntry } from '../../../journal/entry.ts';
import { harEntry, harOf } from '../../../journal/har.ts';
import { type Match, matcherOf } from '../../../journal/match.ts';
import { JournalEnded, verify } from '../../../journal/verify.ts';
import { factsOf, viewOf } from '../../../journal/view.ts';
import type { Ports } from '../ports.ts';

/** How many requests a list shows by default. */
const DEFAULT_LIMIT = 100;

/** How long a verification may wait, in milliseconds. */
const LONGEST_WAIT = 60_000;

/** Every request of the world, and whether those came that were expected. */
export function requestOperations({ known, version }: Ports) {
  const found = ({ world }: Context, query: Match & { readonly since?: string }): readonly JournalEntry[] => {
    const { since, ...match } = query;
    const { fits } = matcherOf(checkedMatch(match, known(), (name) => `Query parameter \`${name}\``, false));
    const isLater = since === undefined ? () => true : laterThan(world.chronicle.journal, since);
    return world.chronicle.journal.newestFirst().filter((entry) => isLater(entry) && fits(factsOf(entry)));
  };

  const list: Handler<'control', 'list_requests'> = (context) => {
    const { limit = DEFAULT_LIMIT, ...query } = context.query;
    const requests = found(context, query).slice(0, limit).map(viewOf);
    return { status: 200, body: { requests, dropped: context.world.chronicle.journal.dropped } };
  };

  const get: Handler<'control', 'get_request'> = ({ world, params }) => {
    const entry = world.chronicle.journal.find(params.requestId);
    if (entry !== undefined) return { status: 200, body: viewOf(entry) };
    throw new Problem(
      'not_found',
      'There is no request of this id. The newest 2000 are kept, until a reset or the end of the process; `GET /_mock/requests` lists them.',
    );
  };

  const exportHar: Handler<'control', 'export_requests'> = (context) => ({
    status: 200,
    headers: { 'content-disposition': `attachment; filename="${context.world.id}.har"` },
    body: streamedList(
      found(context, context.query)
        .map(({ number }) => number)
        .reverse(),
      // One that made room meanwhile is left out.
      (number) => {
        const entry = context.world.chronicle.journal.at(number);
        return entry && harEntry(viewOf(entry));
      },
      (entries) => harOf(entries, version),
    ),
  });

  const verifyRequests: Handler<'control', 'verify_requests'> = async ({ world, body }) => {
    const { match: given, within, ...expectation } = body;
    checkBounds(expectation);
    const match = checkedMatch(given, known(), (name) => `Field \`match.${name}\``, false);
    const wait = waitOf(within);
    const { chronicle } = world;
    const unfollow = wait === 0 ? () => {} : chronicle.follow();
    const verifying = verify(chronicle.journal, match, expectation, wait, chronicle.verifications).finally(unfollow);
    const { verified, count, matched, nearest } = await verifying.catch((thrown: unknown) => {
      throw thrown instanceof JournalEnded ? endedProblem(thrown) : thrown;
    });
    return {
      status: 200,
      body: {
        verified,
        count,
        matched: matched.map(viewOf),
        nearest: nearest.map(({ entry, differences }) => ({
          request: viewOf(entry),
          differs: differences.map(({ sentence }) => sentence),
          hint: entry.hints[0]?.text ?? null,
        })),
        dropped: world.chronicle.journal.dropped,
      },
    };
  };

  return { list_requests: list, get_request: get, export_requests: exportHar, verify_requests: verifyRequests };
}

/** @param since the id of a request, or a time */
function laterThan(journal: Context['world']['chronicle']['journal'], since: string): (entry: JournalEntry) => boolean {
  const number = journal.numberOf(since);
  if (number !== null) return (entry) => entry.number > number;
  const instant = parseInstant(since);
  if (instant !== null) return ({ at }) => at >= instant;
  throw new Problem(
    'invalid_request',
    'Query parameter `since` must be the id of a request of this world, or a time as RFC 3339 writes it.',
  );
}

interface Bounds {
  readonly times?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

function checkBounds({ times, atLeast, atMost }: Bounds): void {
  if (times !== undefined && (atLeast !== undefined || atMost !== undefined)) {
    const other = atLeast === undefined ? 'atMost' : 'atLeast';
    throw new Problem('invalid_request', `Fields \`times\` and \`${other}\` exclude each other; send one of them.`);
  }
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    throw new Problem('invalid_request', `Field \`atLeast\` (${atLeast}) must not be above \`atMost\` (${atMost}).`);
  }
}

function waitOf(within: string | undefined): number {
  if (within === undefined) return 0;
  const milliseconds = parseDuration(within);
  if (milliseconds !== null && milliseconds <= LONGEST_WAIT) return milliseconds;
  throw new Problem('invalid_request', `Field \`within\` must be ${DURATION_FORMS}, of at most 60 s.`);
}

function endedProblem({ why }: JournalEnded): Problem {
  if (why === 'emptied') {
    return new Problem('conflict', 'The journal was emptied by a reset of the world while the verification waited.');
  }
  return new Problem('unavailable', 'The world ended, or the server stopped, while the verification waited.');
}
