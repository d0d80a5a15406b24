import { decodeAscii } from '../core/redact.ts';
import type { Arrived } from './flight.ts';

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
