import type { RecordedEntry } from '@nv-auth-mock/conformance';
import type { Context, Operations } from '../../../contract/request.ts';
import type { World } from '../../../contract/world.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { type Page, type PageQuery, selectPage } from '../../../decisions/responses/page.ts';
import { createStreamedList } from '../../../decisions/responses/streamed-list.ts';
import { checkMatch } from '../../../journal/check.ts';
import type { JournalEntry } from '../../../journal/entry.ts';
import { createHar, createHarEntry } from '../../../journal/har.ts';
import { createMatcher, type Match } from '../../../journal/match.ts';
import { MAX_ENTRIES } from '../../../journal/ring.ts';
import { JournalEnded, verify } from '../../../journal/verify.ts';
import { type EntryView, viewEntry } from '../../../journal/view.ts';
import { UserError } from '../../../lib/errors.ts';
import { type ControlledServer, listKnownNames } from '../controlled-server.ts';
import { describeWithFixes } from '../decision-view.ts';
import { readDuration } from '../durations.ts';
import { notStoredProblem } from '../lists.ts';
import { checkPrincipal } from '../principal-check.ts';

const DEFAULT_LIMIT = 100;

/** The maximum length of each list of a check: a whole journal has as many refusals, and as many other requests. */
const MAX_CHECKED_ENTRIES = 2 * MAX_ENTRIES;

/** The longest wait of a verification, in milliseconds. */
const MAX_WAIT_MS = 60_000;

export function requestOperations(controlled: ControlledServer) {
  const { version, routes } = controlled;

  /** Creates a function that renders entries. If a refusal has no hint, its decision's first fix takes the place of one. */
  const createViewer =
    ({ activityLog }: World, bodies = true) =>
    (entry: JournalEntry): EntryView => {
      const view = viewEntry(entry, { bodies });
      if (entry.hints.length > 0 || entry.decision === null) return view;
      const decision = activityLog.decisions.byId(entry.decision);
      const [fix] = decision === null ? [] : describeWithFixes(controlled, decision).fixes;
      return fix === undefined ? view : { ...view, hints: [{ code: 'fix', text: fix.text }] };
    };

  return {
    list_requests: async (context) => {
      const { bodies = true, ...query } = context.query;
      const { entries, total, next } = await findRequests(controlled, context, query, DEFAULT_LIMIT);
      const { droppedCount } = context.world.activityLog.journal;
      const toBody = (requests: never[]) => ({ requests, total, dropped: droppedCount, next });
      return {
        status: 200,
        body: streamRequests(context.world, entries, createViewer(context.world, bodies), toBody),
      };
    },
    get_request: ({ world, params }) => {
      const { journal } = world.activityLog;
      const entry = journal.find(params.requestId);
      if (entry !== undefined) return { status: 200, body: createViewer(world)(entry) };
      throw notStoredProblem('request', journal.numberOf(params.requestId), journal.recordedCount);
    },
    export_requests: async (context) => ({
      status: 200,
      headers: { 'content-disposition': `attachment; filename="${context.world.id}.har"` },
      body: streamRequests(
        context.world,
        (await findRequests(controlled, context, context.query, Number.POSITIVE_INFINITY)).entries.toReversed(),
        (entry) => createHarEntry(viewEntry(entry)),
        (entries) => createHar(entries, version),
      ),
    }),
    verify_requests: async (context) => {
      const { world, body } = context;
      const { match: criteria, within, ...expectation } = body;
      const { times, atLeast, atMost } = expectation;
      if (times !== undefined && (atLeast !== undefined || atMost !== undefined)) {
        const other = atLeast === undefined ? 'atMost' : 'atLeast';
        throw invalidRequest(`Fields \`times\` and \`${other}\` exclude each other. Send one of them.`);
      }
      if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
        throw invalidRequest(`Field \`atLeast\` (${atLeast}) must not be above \`atMost\` (${atMost}).`);
      }
      const match = checkMatch(criteria, listKnownNames(controlled), (name) => `Field \`match.${name}\``, false);
      await checkPrincipal(controlled, world, match.principal, 'Field `match.principal`');
      const waitMs =
        within === undefined ? 0 : readDuration('within', within, (wait) => wait <= MAX_WAIT_MS, ', up to 60 s');
      const { activityLog } = world;
      const onLeft = (callback: () => void) => context.onDisconnect(callback);
      const { journal, verifications } = activityLog;
      const verifying = verify(journal, match, expectation, waitMs, verifications, onLeft);
      const { verified, count, matched, nearest, dropped } = await verifying.catch((thrown: unknown) => {
        throw thrown instanceof JournalEnded ? verificationEndedProblem(thrown, world.id) : thrown;
      });
      const nearestViews = nearest.map(({ entry, differs }) => {
        const request = createViewer(world)(entry);
        return { request, differs, hint: request.hints[0]?.text ?? null };
      });
      return {
        status: 200,
        body: streamRequests(world, matched, createViewer(world), (entries) => ({
          verified,
          count,
          matched: entries,
          nearest: nearestViews,
          dropped,
        })),
      };
    },
    check_requests: async ({ world, body }) => {
      // Loaded on demand.
      const { checkTraffic } = await import('@nv-auth-mock/conformance');
      const recorded = Object.hasOwn(body, 'log') ? body : yieldEntries(world);
      const { longWork } = world.activityLog.journal;
      const report = await longWork
        .run(() => checkTraffic(routes(), controlled.server.addresses.locate, recorded))
        .catch((thrown: unknown) => {
          throw thrown instanceof UserError ? invalidRequest(thrown.message) : thrown;
        });
      const { checked, skipped, conforming, violations, skippedRequests } = report;
      return {
        status: 200,
        body: {
          checked,
          skipped,
          skippedRequests: skippedRequests.slice(0, MAX_CHECKED_ENTRIES),
          conforming: conforming.slice(0, MAX_CHECKED_ENTRIES),
          total: violations.length,
          violations: violations.slice(0, MAX_CHECKED_ENTRIES),
        },
      };
    },
  } satisfies Partial<Operations<'control'>>;
}

async function findRequests(
  controlled: ControlledServer,
  { world }: Context,
  { after, since, limit, hints, decision, ...match }: Match & PageQuery & { hints?: true; decision?: string },
  fallback: number,
): Promise<Page<JournalEntry>> {
  const { journal } = world.activityLog;
  await checkPrincipal(controlled, world, match.principal, 'Query parameter `principal`');
  const { fits } = createMatcher(
    checkMatch(match, listKnownNames(controlled), (name) => `Query parameter \`${name}\``, false),
  );
  const matching = journal.newestFirst(
    (facts, draft) =>
      (decision === undefined || draft.decision === decision) &&
      (hints === undefined || draft.hints.length > 0) &&
      fits(facts),
  );
  // Cursors are numbers, so they stay valid after the journal drops the request.
  return selectPage(
    matching,
    { after, since, limit },
    {
      order: 'newest first',
      positionOf: ({ number }) => [number],
      positionOfId: (id) => {
        const number = journal.numberOf(id);
        return number === null ? null : [number];
      },
      timeOf: ({ at }) => at,
    },
    fallback,
  );
}

/** Renders entries while sending them, to save memory. Omits those that the journal drops in the meantime. */
function streamRequests<Body extends object>(
  { activityLog: { journal } }: World,
  requests: readonly JournalEntry[],
  render: (entry: JournalEntry) => object,
  toBody: (entries: never[]) => Body,
): Body {
  const numbers = requests.map(({ number }) => number);
  const renderNumber = (number: number) => {
    const entry = journal.findByNumber(number);
    return entry && render(entry);
  };
  return createStreamedList(numbers, renderNumber, toBody);
}

/** Yields requests, oldest first. One at a time, because hiding secrets takes time. */
function* yieldEntries({ activityLog: { journal } }: World): Generator<RecordedEntry> {
  for (const entry of journal.newestFirst().toReversed()) {
    const view = viewEntry(entry);
    yield { entry: createHarEntry(view), place: view.id };
  }
}

function verificationEndedProblem({ reason }: JournalEnded, world: string): Problem {
  switch (reason) {
    case 'emptied':
      return new Problem('conflict', 'A reset of the world cleared the journal while the verification waited.');
    case 'deleted':
      return new Problem('no_such_world', `The world \`${world}\` was deleted while the verification waited.`);
    case 'stopping':
      return new Problem('unavailable', 'The server stopped while the verification waited.');
  }
}
