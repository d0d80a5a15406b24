import type { Decision, Fault, RecordedRequest } from '../../generated/library.ts';
import { formatRequestLine } from './received.ts';
import { describeRefusal } from './refusals.ts';
import type { Switchboard } from './switchboard.ts';

/** An object that can explain a failed test: a mock, a world, or the result of `connect`. */
export type Witness = Pick<Switchboard, 'decisions' | 'faults' | 'requests'>;

/** The maximum number of different refusals, and of different notices, in a report. */
const MAX_REPORTED = 10;
/** How many of the latest decisions and requests to look at. */
const MAX_READ = 200;
const MAX_FAULTS = 3;

/**
 * Describes possible causes of a failed test: the latest refusals with explanations and fixes, other errors, mistakes
 * in requests, and the effects of faults. Empty if there are none.
 *
 * @param test the name of the test, if several run at the same time
 */
export async function describeFailure({ decisions, requests, faults }: Witness, test?: string): Promise<string> {
  const [refusals, entries, all] = await Promise.all([
    decisions.list({ effect: 'deny', limit: MAX_READ }),
    requests.list({ limit: MAX_READ }),
    faults.list(),
  ]);
  return formatFailure(refusals, entries, all, test);
}

/**
 * @param refusals latest first
 * @param entries entries of the journal, latest first
 */
function formatFailure(
  refusals: readonly Decision[],
  entries: readonly RecordedRequest[],
  faults: readonly Fault[],
  test?: string,
): string {
  const where = test === undefined ? '' : ` in "${test}"`;
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [
      `the mock refused${where}, latest first:`,
      mergeRepeats(refusals.map((refusal) => [refusal.id, describeRefusal(refusal)])),
    ],
    [`the mock noticed${where}, latest first:`, mergeRepeats(listNotices(refusals, entries))],
    [`faults${where}:`, describeFaults(entries, faults)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...lines].join('\n'))
    .join('\n');
}

/** Reports texts that differ only in their id once, with a count, because retries repeat the same mistake. */
function mergeRepeats(texts: readonly (readonly [id: string, text: string])[]): string[] {
  const byText = new Map<string, { readonly text: string; times: number }>();
  for (const [id, text] of texts) {
    const key = text.replace(id, '');
    const repeated = byText.get(key);
    if (repeated === undefined) byText.set(key, { text, times: 1 });
    else repeated.times += 1;
  }
  const all = [...byText.values()].map(({ text, times }) => `${text}${times > 1 ? `\n    (${times} times)` : ''}`);
  const more = all.length - MAX_REPORTED;
  return [...all.slice(0, MAX_REPORTED), ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** Returns errors without a decision, and hints about requests, except hints repeated in fixes. */
function listNotices(
  refusals: readonly Decision[],
  entries: readonly RecordedRequest[],
): (readonly [id: string, text: string])[] {
  const fixes = new Set(refusals.flatMap((refusal) => refusal.fixes.map(({ text }) => text)));
  return entries.flatMap((entry) => {
    const { id, status, reason, fault, explanation } = entry;
    const isError = status !== null && status >= 400 && status < 500 && reason === null && fault === null;
    const hints = entry.hints.filter(({ text }) => !fixes.has(text)).map(({ text }) => `    hint: ${text}`);
    if (!isError && hints.length === 0) return [];
    const why = explanation === null ? [] : [`    ${explanation}`];
    return [[id, [`  ${formatRequestLine(entry)}`, ...why, ...hints].join('\n')] as const];
  });
}

/** Describes the requests affected by faults, and the faults that weren't injected. */
function describeFaults(entries: readonly RecordedRequest[], faults: readonly Fault[]): string[] {
  const affected = entries.filter(({ fault }) => fault !== null).slice(0, MAX_FAULTS);
  const idle = faults.filter(({ fired }) => fired === 0).slice(0, MAX_FAULTS);
  return [
    ...affected.map((entry) => `  ${formatRequestLine(entry)}`),
    ...idle.map(({ id, match, seen }) => {
      const passed = seen === 0 ? 'no request matched' : `${seen} matched`;
      return `  fault ${id} for ${JSON.stringify(match)} was not injected: ${passed}`;
    }),
  ];
}

/** Prints possible causes. An error here is only printed, so that it doesn't hide the failure of the test. */
export async function printFailure(mock: Witness, test?: string): Promise<void> {
  const text = await describeFailure(mock, test).catch(
    (thrown: unknown) => `the possible causes cannot be read: ${thrown instanceof Error ? thrown.message : thrown}`,
  );
  if (text !== '') console.error(text);
}
