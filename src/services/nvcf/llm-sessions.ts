import type { Context } from '../../contract/request.ts';
import { sha256 } from '../../credentials/secret.ts';
import { refuse } from '../../ngc-keys/control-plane.ts';
import { FAULTS } from './tables/texts.ts';

/** The header with the conversation of a request, used by clients and in responses. */
export const SESSION_HEADER = 'x-multi-turn-session-id';

const MAX_SESSION_BYTES = 256;

/** Reads the conversation from a header; null if there is none. @throws Problem if it is invalid */
export function readHeaderSession(context: Pick<Context, 'headerLines'>, name = SESSION_HEADER): string | null {
  const [value = ''] = context.headerLines(name);
  if (value === '') return null;
  const rule = findSessionViolation(value);
  if (rule !== null) refuse(FAULTS.sessionInHeader, { name, rule });
  return value;
}

/**
 * Reads the conversation from the first of these members that has one, encoded for a header; null if there is none.
 *
 * @throws Problem if it is invalid
 */
export function readBodySession(
  ...members: readonly (readonly [name: string, value: string | null | undefined])[]
): string | null {
  for (const [name, value] of members) {
    if (value === undefined || value === null || value === '') continue;
    const session = encodeHeader(value);
    const rule = findSessionViolation(session);
    if (rule !== null) refuse(FAULTS.sessionInBody, { name, rule });
    return session;
  }
  return null;
}

/** Derives the conversation from the messages: the same content is the same conversation. */
export function derivePayloadSession(payload: unknown): string {
  return `mt:v1:payload:${sha256(JSON.stringify(payload) ?? '')}`;
}

/** Encodes a text as UTF-8 bytes in Latin-1 characters, which is how Node reads and writes headers. */
function encodeHeader(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** @param session the result of `headerText` */
function findSessionViolation(session: string): string | null {
  if (session.length > MAX_SESSION_BYTES) return `must be at most ${MAX_SESSION_BYTES} bytes`;
  const hasControl = [...session].some((character) => character < ' ' || character === '\x7f');
  return hasControl ? 'must not contain control characters' : null;
}
