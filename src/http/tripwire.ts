import { decodeAscii } from '../core/redact.ts';
import type { Arrived } from './in-flight.ts';

/** Of a key: `nvapi-` and 64 characters. Nearly every header is shorter. */
const SHORTEST = 70;

/** Reports what may be a real credential in a text that came in. */
export function reportForeignCredentials(
  { tripwire }: Arrived['server'],
  { findings, now }: Arrived['context'],
  text: string,
): void {
  if (text.length < SHORTEST) return;
  for (const warning of tripwire(decodeAscii(text))) {
    findings.report('foreign_credential', warning, now);
  }
}
