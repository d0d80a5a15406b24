import type { Fault } from './faults.ts';
import { requestLine } from './received.ts';
import { describeRefusal } from './refusals.ts';
import type { RecordedRequest } from './requests.ts';
import type { Decision, Switchboard } from './switchboard.ts';

/** What can tell why a test failed: a mock, a world, or what `connect` returns. */
export type Witness = Pick<Switchboard, 'decisions' | 'faults' | 'requests'>;

/** How many of each kind are told. */
const MOST_TOLD = 3;

/**
 * What a test that failed may have failed for, for people to read: the latest refusals with explanations and fixes, the
 * mistakes seen in requests, and what the faults did. Empty if there is nothing to tell.
 *
 * @param test its name, if others run at the same time
 */
export async function describeFailure({ decisions, requests, faults }: Witness, test?: string): Promise<string> {
  const [refusals, entries, all] = await Promise.all([
    decisions.list({ effect: 'deny', limit: MOST_TOLD }),
    requests.list(),
    faults.list(),
  ]);
  return failureText(refusals, entries, all, test);
}

/**
 * @param refusals latest first
 * @param entries of the journal, latest first
 */
function failureText(
  refusals: readonly Decision[],
  entries: readonly RecordedRequest[],
  faults: readonly Fault[],
  test?: string,
): string {
  const where = test === undefined ? '' : ` in "${test}"`;
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [`the mock refused${where}, latest first:`, refusals.map(describeRefusal)],
    [`the mock noticed${where}, latest first:`, hintLines(refusals, entries)],
    [`faults${where}:`, faultLines(entries, faults)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...lines].join('\n'))
    .join('\n');
}

/** The mistakes seen in requests, but for those that the fixes of a refusal repeat. */
function hintLines(refusals: readonly Decision[], entries: readonly RecordedRequest[]): string[] {
  const fixes = new Set(refusals.flatMap((refusal) => refusal.fixes.map(({ text }) => text)));
  return entries
    .map((entry) => ({ entry, hints: entry.hints.filter(({ text }) => !fixes.has(text)) }))
    .filter(({ hints }) => hints.length > 0)
    .slice(0, MOST_TOLD)
    .flatMap(({ entry, hints }) => [`  ${requestLine(entry)}`, ...hints.map(({ text }) => `    hint: ${text}`)]);
}

/** What faults struck, and which of them have not struck yet. */
function faultLines(entries: readonly RecordedRequest[], faults: readonly Fault[]): string[] {
  const struck = entries.filter(({ fault }) => fault !== null).slice(0, MOST_TOLD);
  const idle = faults.filter(({ fired }) => fired === 0).slice(0, MOST_TOLD);
  return [
    ...struck.map((entry) => `  ${requestLine(entry)}`),
    ...idle.map(({ id, match, seen }) => {
      const passed = seen === 0 ? 'no request matched' : `${seen} matched`;
      return `  fault ${id} for ${JSON.stringify(match)} has struck nothing: ${passed}`;
    }),
  ];
}

/** Prints it, for a test that failed; whatever happens here, the test's own failure is what counts. */
export async function printFailure(mock: Witness, test?: string): Promise<void> {
  const text = await describeFailure(mock, test).catch(
    (thrown: unknown) => `the mock cannot say what happened: ${thrown instanceof Error ? thrown.message : thrown}`,
  );
  if (text !== '') console.error(text);
}
