import type { RecordedEntry } from '@nv-auth-mock/conformance';
import type { Context, Handler } from '../../../contract/request.ts';
import type { World } from '../../../contract/world.ts';
import { Problem } from '../../../decisions/problem.ts';
import { type Page, type PageQuery, selectPage } from '../../../decisions/responses/page.ts';
import { createStreamedList } from '../../../decisions/responses/streamed-list.ts';
import { checkMatch } from '../../../journal/check.ts';
import type { JournalEntry } from '../../../journal/entry.ts';
import { createHar, createHarEntry } from '../../../journal/har.ts';
import { createMatcher, type Match } from '../../../journal/match.ts';
import { JournalEnded, verify } from '../../../journal/verify.ts';
import { type EntryView, viewEntry } from '../../../journal/view.ts';
import { DURATION_FORMS, parseDuration } from '../../../lib/duration.ts';
import { UserError } from '../../../lib/errors.ts';
import { type ControlledServer, listKnownNames } from '../controlled-server.ts';
import { describeWithFixes } from '../decision-view.ts';
import { notStoredProblem } from '../lists.ts';
import { checkPrincipal } from '../principal-check.ts';

const DEFAULT_LIMIT = 100;

/** The maximum number of conforming requests, and of violations, that a check lists. */
const MAX_CHECKED_ENTRIES = 1000;

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

  const list: Handler<'control', 'list_requests'> = async (context) => {
    const { bodies = true, ...query } = context.query;
    const { entries, total, next } = await findRequests(controlled, context, query, DEFAULT_LIMIT);
    const { droppedCount } = context.world.activityLog.journal;
    const toBody = (requests: never[]) => ({ requests, total, dropped: droppedCount, next });
    return {
      status: 200,
      body: streamRequests(context.world, entries, createViewer(context.world, bodies), toBody, bodies),
    };
  };

  const get: Handler<'control', 'get_request'> = ({ world, params }) => {
    const { journal } = world.activityLog;
    const entry = journal.find(params.requestId);
    if (entry !== undefined) return { status: 200, body: createViewer(world)(entry) };
    throw notStoredProblem('request', journal.numberOf(params.requestId), journal.recordedCount);
  };

  const exportHar: Handler<'control', 'export_requests'> = async (context) => ({
    status: 200,
    headers: { 'content-disposition': `attachment; filename="${context.world.id}.har"` },
    body: streamRequests(
      context.world,
      (await findRequests(controlled, context, context.query, Number.POSITIVE_INFINITY)).entries.toReversed(),
      (entry) => createHarEntry(viewEntry(entry)),
      (entries) => createHar(entries, version),
    ),
  });

  const verifyRequests: Handler<'control', 'verify_requests'> = async (context) => {
    const { world, body } = context;
    const { match: criteria, within, ...expectation } = body;
    if (expectation.times !== undefined && (expectation.atLeast !== undefined || expectation.atMost !== undefined)) {
      const other = expectation.atLeast === undefined ? 'atMost' : 'atLeast';
      throw new Problem('invalid_request', `Fields \`times\` and \`${other}\` exclude each other. Send one of them.`);
    }
    if (
      expectation.atLeast !== undefined &&
      expectation.atMost !== undefined &&
      expectation.atLeast > expectation.atMost
    ) {
      throw new Problem(
        'invalid_request',
        `Field \`atLeast\` (${expectation.atLeast}) must not be above \`atMost\` (${expectation.atMost}).`,
      );
    }
    const match = checkMatch(criteria, listKnownNames(controlled), (name) => `Field \`match.${name}\``, false);
    await checkPrincipal(controlled, world, match.principal, 'Field `match.principal`');
    const waitMs = readWait(within);
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
  };

  const checkRequests: Handler<'control', 'check_requests'> = async ({ world, body }) => {
    // Loaded on demand.
    const { checkTraffic } = await import('@nv-auth-mock/conformance');
    const recorded = Object.hasOwn(body, 'log') ? body : yieldEntries(world);
    const report = await checkTraffic(routes(), recorded).catch((thrown: unknown) => {
      throw thrown instanceof UserError ? new Problem('invalid_request', thrown.message) : thrown;
    });
    const { checked, skipped, conforming, violations } = report;
    return {
      status: 200,
      body: {
        checked,
        skipped,
        conforming: conforming.slice(0, MAX_CHECKED_ENTRIES),
        total: violations.length,
        violations: violations.slice(0, MAX_CHECKED_ENTRIES),
      },
    };
  };

  return {
    list_requests: list,
    get_request: get,
    export_requests: exportHar,
    verify_requests: verifyRequests,
    check_requests: checkRequests,
  };
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

/**
 * Renders entries while sending them, because a fully rendered journal would need too much memory. Omits entries that
 * the journal drops in the meantime.
 */
function streamRequests<Body extends object>(
  { activityLog: { journal } }: World,
  requests: readonly JournalEntry[],
  render: (entry: JournalEntry) => object,
  toBody: (entries: never[]) => Body,
  hasBodies = true,
): Body {
  const numbers = requests.map(({ number }) => number);
  const renderNumber = (number: number) => {
    const entry = hasBodies ? journal.redact(number) : journal.findByNumber(number);
    return entry && render(entry);
  };
  return createStreamedList(numbers, renderNumber, toBody);
}

/** Yields the requests in a world's journal, oldest first. One at a time, because hiding secrets takes time. */
function* yieldEntries({ activityLog: { journal } }: World): Generator<RecordedEntry> {
  for (const entry of journal.newestFirst().toReversed()) {
    const view = viewEntry(entry);
    yield { entry: createHarEntry(view), place: view.id };
  }
}

function readWait(within: string | undefined): number {
  if (within === undefined) return 0;
  const milliseconds = parseDuration(within);
  if (milliseconds !== null && milliseconds <= MAX_WAIT_MS) return milliseconds;
  throw new Problem('invalid_request', `Field \`within\` must be ${DURATION_FORMS}, up to 60 s.`);
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
