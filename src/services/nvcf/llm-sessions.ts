import type { Context } from '../../contract/request.ts';
import { sha256 } from '../../credentials/secret.ts';
import { refuse } from '../../ngc-keys/control-plane.ts';
import { FAULTS } from './tables/texts.ts';

/** The header with the conversation of a request, used by clients and in responses. */
export const SESSION_HEADER = 'x-multi-turn-session-id';

const MAX_BYTES = 256;

/** Reads the conversation from a header; null if there is none. @throws Problem if it is invalid */
export function sessionInHeader(context: Pick<Context, 'headerLines'>, name = SESSION_HEADER): string | null {
  const [value = ''] = context.headerLines(name);
  if (value === '') return null;
  const rule = faultOf(value);
  if (rule !== null) refuse(FAULTS.sessionInHeader, { name, rule });
  return value;
}

/**
 * Reads the conversation from the first of these members that has one, encoded for a header; null if there is none.
 *
 * @throws Problem if it is invalid
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

/** Derives the conversation from the messages: the same content is the same conversation. */
export function sessionOfPayload(sent: unknown): string {
  return `mt:v1:payload:${sha256(JSON.stringify(sent) ?? '')}`;
}

/** Encodes a text as UTF-8 bytes in Latin-1 characters, which is how Node reads and writes headers. */
function headerText(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** @param session the result of `headerText` */
function faultOf(session: string): string | null {
  if (session.length > MAX_BYTES) return `must be at most ${MAX_BYTES} bytes`;
  const hasControl = [...session].some((one) => one < ' ' || one === '\x7f');
  return hasControl ? 'must not contain control characters' : null;
}
