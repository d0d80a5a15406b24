import type { Problem } from '../../core/problem.ts';
import type { Arrived } from '../in-flight.ts';
import { reportForeignCredentials } from '../tripwire.ts';

/** Says nothing that the page can choose, so that it cannot fill the findings. */
const FOREIGN_PAGE =
  'A web page of another origin sent a request, which was refused. Such requests are in the log, and not in the journal.';

/** May the request come in at all? A credential in it that may be real is reported either way. */
export function admit(arrived: Arrived): void {
  const { server, raw, context, fault } = arrived;
  if (reportForeignCredentials(server, context, raw.url ?? '')) arrived.isForeign = true;
  for (const line of raw.rawHeaders) reportForeignCredentials(server, context, line);
  if (isOfForeignPage(fault)) context.findings.report('foreign_page', FOREIGN_PAGE, context.now);
  if (fault !== null) throw fault;
}

/** Such a request changes nothing in the world: it uses up no fault, and nobody who counts requests counts it. */
export function isOfForeignPage(fault: Problem | null): boolean {
  return fault?.kind === 'foreign_page';
}
