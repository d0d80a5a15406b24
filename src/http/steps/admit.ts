import type { Arrived } from '../in-flight.ts';
import { reportForeignCredentials } from '../tripwire.ts';

/** May the request come in at all? What it carries that may be a real credential is told in any case. */
export function admit({ server, raw, context, fault }: Arrived): void {
  reportForeignCredentials(server, context, raw.url ?? '');
  for (const line of raw.rawHeaders) reportForeignCredentials(server, context, line);
  if (fault !== null) throw fault;
}
