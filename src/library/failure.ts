import type { Decision, Fault, RecordedRequest } from '../../generated/library.ts';
import { messageOf } from '../lib/errors.ts';
import type { ControlClient } from './control-client.ts';
import { formatRequestLine } from './received.ts';
import { describeRefusal } from './refusals.ts';

/** An object that can explain a failed test: a mock, a world, or the result of `connect`. */
export type Witness = Pick<ControlClient, 'decisions' | 'faults' | 'requests'>;

/** The maximum number of different refusals, and of different notices, in a report. */
const MAX_REPORTED = 10;
/** How many of the latest decisions, and of the latest requests, to read. */
const MAX_READ = 200;
/** The maximum number of affected requests, and of faults that were not injected, in a report. */
const MAX_FAULTS = 3;

/**
 * Describes possible causes of a failed test: the latest refusals with explanations and fixes, other errors, mistakes
 * in requests, and the effects of faults. Empty if there are none.
 *
 * @param test the name of the test, if several run at the same time
 */
export async function describeFailure({ decisions, requests, faults }: Witness, test?: string): Promise<string> {
  const [refusals, entries, allFaults] = await Promise.all([
    decisions.list({ effect: 'deny', limit: MAX_READ }),
    requests.list({ limit: MAX_READ }),
    faults.list(),
  ]);
  const where = test === undefined ? '' : ` in "${test}"`;
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [
      `the mock refused${where}, latest first:`,
      mergeRepeats(refusals.map((refusal) => ({ id: refusal.id, text: describeRefusal(refusal) }))),
    ],
    [`the mock noticed${where}, latest first:`, mergeRepeats(listNotices(refusals, entries))],
    [`faults${where}:`, describeFaults(entries, allFaults)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...lines].join('\n'))
    .join('\n');
}

/** The description of a decision or a request, which contains its id. */
interface Notice {
  readonly id: string;
  readonly text: string;
}

/** Reports texts that differ only in their id once, with a count, because retries repeat the same mistake. */
function mergeRepeats(notices: readonly Notice[]): string[] {
  const byText = new Map<string, { readonly text: string; count: number }>();
  for (const { id, text } of notices) {
    const key = text.replace(id, '');
    const repeated = byText.get(key);
    if (repeated === undefined) byText.set(key, { text, count: 1 });
    else repeated.count += 1;
  }
  const texts = [...byText.values()].map(({ text, count }) => `${text}${count > 1 ? `\n    (${count} times)` : ''}`);
  const omitted = texts.length - MAX_REPORTED;
  return [...texts.slice(0, MAX_REPORTED), ...(omitted > 0 ? [`  and ${omitted} more`] : [])];
}

/** Returns errors without a decision, and hints about requests, except hints repeated in fixes. */
function listNotices(refusals: readonly Decision[], entries: readonly RecordedRequest[]): Notice[] {
  const fixes = new Set(refusals.flatMap((refusal) => refusal.fixes.map(({ text }) => text)));
  return entries.flatMap((entry) => {
    const { id, status, reason, fault, explanation } = entry;
    const isError = status !== null && status >= 400 && status < 500 && reason === null && fault === null;
    const hints = entry.hints.filter(({ text }) => !fixes.has(text)).map(({ text }) => `    hint: ${text}`);
    if (!isError && hints.length === 0) return [];
    const reasons = explanation === null ? [] : [`    ${explanation}`];
    return [{ id, text: [`  ${formatRequestLine(entry)}`, ...reasons, ...hints].join('\n') }];
  });
}

function describeFaults(entries: readonly RecordedRequest[], faults: readonly Fault[]): string[] {
  const affected = entries.filter(({ fault }) => fault !== null).slice(0, MAX_FAULTS);
  const idle = faults.filter(({ fired }) => fired === 0).slice(0, MAX_FAULTS);
  return [
    ...affected.map((entry) => `  ${formatRequestLine(entry)}`),
    ...idle.map(({ id, match, seen }) => {
      const matches = seen === 0 ? 'no request matched' : `${seen} matched`;
      return `  fault ${id} for ${JSON.stringify(match)} was not injected: ${matches}`;
    }),
  ];
}

/** Prints possible causes. An error here is only printed, so that it doesn't hide the failure of the test. */
export async function printFailure(mock: Witness, test?: string): Promise<void> {
  const text = await describeFailure(mock, test).catch(
    (thrown: unknown) => `the possible causes cannot be read: ${messageOf(thrown)}`,
  );
  if (text !== '') console.error(text);
}
