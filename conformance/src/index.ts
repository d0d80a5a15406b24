/** The parts that the server calls. Each is loaded on demand: comparing two documents needs no server. */
import type { FlagTexts, Routes } from '../../src/conformance-entry.ts';
import type { CompareFlags } from './command/compare.ts';
import type { VerifyFlags } from './command/verify.ts';
import type { TrafficReport } from './traffic/check.ts';
import type { RecordedEntry } from './traffic/of-server.ts';

export type { CompareFlags, RecordedEntry, TrafficReport, VerifyFlags };

/**
 * `nv-auth-mock verify`: compares a vendor's document, recorded traffic or the journal of a server with the documents of the
 * mock, and prints what differs. The exit code is 1 if something does.
 *
 * @throws Unusable if the flags do not fit together, or one of them cannot be used
 */
export async function verify(flags: FlagTexts & VerifyFlags): Promise<void> {
  return (await import('./command/verify.ts')).verify(flags);
}

/**
 * `nv-auth-mock compare`: compares the answers of the real service with those of a running mock. The exit code is 1 if they
 * differ, and 130 or 143 after a signal.
 *
 * @throws Unusable if one of them cannot be used
 */
export async function compare(given: CompareFlags, flags: FlagTexts): Promise<void> {
  return (await import('./command/compare.ts')).compare(given, flags);
}

/**
 * Checks recorded traffic by the documents that a server answers by.
 *
 * @param recorded an HTTP Archive, or its entries, each of which is asked for when it is checked
 * @throws Unusable if it is no archive
 */
export async function checkTraffic(routes: Routes, recorded: object | Iterable<RecordedEntry>): Promise<TrafficReport> {
  return (await import('./traffic/of-server.ts')).checkTraffic(routes, recorded);
}
