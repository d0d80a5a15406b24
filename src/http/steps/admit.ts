import type { Problem } from '../../core/problem.ts';
import type { Arrived } from '../flight.ts';
import { reportForeignCredentials } from '../tripwire.ts';

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
