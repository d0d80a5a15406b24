import type { Problem } from '../../core/problem.ts';
import { decodeAscii } from '../../core/redact.ts';
import type { Arrived, InFlightRequest, Route } from '../flight.ts';

/** Contains no text from the page, so that a page cannot flood the findings. */
const FOREIGN_PAGE =
  'A request from a web page of another origin was refused. Such requests are in the log, not in the journal.';

/** May the request enter? A possibly real credential in it is reported either way. */
export function admit(arrived: Arrived): void {
  const { server, raw, context, fault } = arrived;
  if (reportForeignCredentials(server, context, raw.url ?? '')) arrived.isForeign = true;
  for (const line of raw.rawHeaders) reportForeignCredentials(server, context, line);
  if (isOfForeignPage(fault)) context.findings.report('foreign_page', FOREIGN_PAGE, context.now);
  if (fault !== null) throw fault;
}

/** Such a request changes nothing in the world: no fault is injected, and it is not counted. */
export function isOfForeignPage(fault: Problem | null): boolean {
  return fault?.kind === 'foreign_page';
}

/** Reports possibly real credentials in an incoming text. @returns whether there were any */
export function reportForeignCredentials(
  { tripwire }: Arrived['server'],
  { findings, now }: Arrived['context'],
  text: string,
): boolean {
  // Most headers are too short to hold one.
  if (text.length < tripwire.shortest) return false;
  const warnings = tripwire.warn(decodeAscii(text));
  for (const warning of warnings) findings.report('foreign_credential', warning, now);
  return warnings.length > 0;
}

/** Normalizes the ids in the path. */
export function locate({ operation }: Route, { context }: Pick<InFlightRequest, 'context'>): void {
  // UUIDs are case-insensitive on input (RFC 9562, 4).
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}
