import type { Context } from '../../contract/request.ts';
import { sha256 } from '../../credentials/secret.ts';
import { refuse } from '../../ngc-keys/control-plane.ts';
import { FAULTS } from './tables/texts.ts';

/** The conversation that a request belongs to, as clients and answers name it. */
export const SESSION_HEADER = 'x-multi-turn-session-id';

const MAX_BYTES = 256;

/** The conversation that a header names; null if it names none. @throws Problem if it cannot be one */
export function sessionInHeader(context: Pick<Context, 'headerLines'>, name = SESSION_HEADER): string | null {
  const [value = ''] = context.headerLines(name);
  if (value === '') return null;
  const rule = faultOf(value);
  if (rule !== null) refuse(FAULTS.sessionInHeader, { name, rule });
  return value;
}

/**
 * The conversation that the first of these members names, as a header has it; null if none names one.
 *
 * @throws Problem if it cannot be one
 */
export function sessionInBody(
  ...members: readonly (readonly [name: string, value: string | null | undefined])[]
): string | null {
  for (const [name, value] of members) {
    if (value === undefined || value === null || value === '') continue;
    const session = headerText(value);
    const rule = faultOf(session);
    if (rule !== null) refuse(FAULTS.sessionInBody, { name, rule });
    return session;
  }
  return null;
}

/** The conversation that follows from what was said: the same text, the same conversation. */
export function sessionOfPayload(said: unknown): string {
  return `mt:v1:payload:${sha256(JSON.stringify(said) ?? '')}`;
}

/** The UTF-8 bytes of a text, each as a character, as Node reads and writes headers. */
function headerText(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** @param session as `headerText` returns it */
function faultOf(session: string): string | null {
  if (session.length > MAX_BYTES) return `must be at most ${MAX_BYTES} bytes`;
  const hasControl = [...session].some((one) => one < ' ' || one === '\x7f');
  return hasControl ? 'must not contain control characters' : null;
}
