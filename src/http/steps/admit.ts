import type { Arrived } from '../in-flight.ts';
import { reportForeignCredentials } from '../tripwire.ts';

/** May the request come in at all? Anything in it that may be a real credential is reported either way. */
export function admit({ server, raw, context, fault }: Arrived): void {
  reportForeignCredentials(server, context, raw.url ?? '');
  for (const line of raw.rawHeaders) reportForeignCredentials(server, context, line);
  if (fault !== null) throw fault;
}
