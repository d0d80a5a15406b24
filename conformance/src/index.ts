/** Entry points for the server, loaded on demand because comparing two documents needs no server. */
import type { CompareFlags } from './command/compare.ts';
import type { VerifyFlags } from './command/verify.ts';
import type { TrafficReport } from './traffic/check.ts';
import type { checkTraffic as checkTrafficOfServer, RecordedEntry } from './traffic/of-server.ts';

export type { RecordedEntry, TrafficReport };

/**
 * `nv-auth-mock verify`: compares a vendor's document, recorded traffic or the journal of a server with the mock's
 * documents, and prints the differences. The exit code is 1 if there are any.
 *
 * @throws UserError for an invalid flag or combination of flags
 */
export async function verify(flags: VerifyFlags): Promise<void> {
  return (await import('./command/verify.ts')).verify(flags);
}

/**
 * `nv-auth-mock compare`: compares the responses of the real service and a running mock. The exit code is 1 if they differ,
 * and 130 or 143 after a signal.
 *
 * @throws UserError if a flag is invalid or a service can't be used
 */
export async function compare(flags: CompareFlags): Promise<void> {
  return (await import('./command/compare.ts')).compare(flags);
}

/** See `traffic/of-server.ts`. */
export async function checkTraffic(...parts: Parameters<typeof checkTrafficOfServer>): Promise<TrafficReport> {
  return (await import('./traffic/of-server.ts')).checkTraffic(...parts);
}
