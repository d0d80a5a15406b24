import { decodeAscii } from '../core/redact.ts';
import type { Arrived } from './in-flight.ts';

/** Reports what may be a real credential in an incoming text. */
export function reportForeignCredentials(
  { tripwire }: Arrived['server'],
  { findings, now }: Arrived['context'],
  text: string,
): void {
  // Most headers are too short to hold one.
  if (text.length < tripwire.shortest) return;
  for (const warning of tripwire.warn(decodeAscii(text))) {
    findings.report('foreign_credential', warning, now);
  }
}
