import type { Context } from '../../contract/request.ts';
import { sha256 } from '../../tokens/secret.ts';
import { refuse } from '../ngc-keys/control-plane.ts';
import { FAULTS } from './tables/texts.ts';

export const SESSION_HEADER = 'x-multi-turn-session-id';

const MAX_SESSION_BYTES = 256;

/** Returns the id of the conversation in a header; null if there is none. @throws Problem if it is not valid */
export function readHeaderSession(context: Context, name = SESSION_HEADER): string | null {
  const [value = ''] = context.headerLines(name);
  if (value === '') return null;
  const rule = findSessionViolation(value);
  if (rule !== null) refuse(FAULTS.sessionInHeader, { name, rule });
  return value;
}

/** Returns the first id among these members, encoded for a header; null if there is none. @throws Problem if invalid */
export function readBodySession(...members: readonly (readonly [name: string, value: string | null | undefined])[]) {
  for (const [name, value] of members) {
    if (value === undefined || value === null || value === '') continue;
    // Returns a string with one Latin-1 character per UTF-8 byte, as Node represents the values of headers.
    const session = Buffer.from(value).toString('latin1');
    const rule = findSessionViolation(session);
    if (rule !== null) refuse(FAULTS.sessionInBody, { name, rule });
    return session;
  }
  return null;
}

/** Derives an id from the messages: requests with the same content belong to the same conversation. */
export function derivePayloadSession(payload: unknown): string {
  // `stringify` returns undefined for an absent payload.
  return `mt:v1:payload:${sha256(JSON.stringify(payload) ?? '')}`;
}

/** Returns the published rule that an id violates, or null. @param session one character per byte */
function findSessionViolation(session: string): string | null {
  if (session.length > MAX_SESSION_BYTES) return `must be at most ${MAX_SESSION_BYTES} bytes`;
  const hasControlCharacter = [...session].some((character) => character < ' ' || character === '\x7f');
  return hasControlCharacter ? 'must not contain control characters' : null;
}
