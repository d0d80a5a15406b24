import { Problem } from '../decisions/problem.ts';
import { isRecord } from '../objects/members.ts';
import { shorten } from '../text/shorten.ts';

/** A NUL or an unpaired surrogate: databases truncate or change such a text. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Can a database store the text unchanged? */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** Replaces characters that cannot be stored with question marks, for messages. */
export function showStorable(text: string): string {
  return text.replaceAll(/[\0\p{Surrogate}]/gu, '?');
}

/**
 * Checks that every string in a value can be stored unchanged. Runs after validation, because violations of the
 * document are the better report.
 *
 * @param what the part of the request: `Field`, `Query parameter`
 * @throws Problem with the name of the member that cannot be stored
 */
export function checkTexts(what: string, root: unknown): void {
  if (typeof root === 'string' && !isStorable(root)) throw unkeepableProblem(what, '');
  const waiting: Visit[] = isVisited(root) ? [{ value: root, key: '', from: null }] : [];
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const { value } = visit;
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (!isStorable(key) || (typeof member === 'string' && !isStorable(member)))
        throw unkeepableProblem(what, placeOf(visit, key));
      if (isVisited(member)) waiting.push({ value: member, key, from: visit });
    }
  }
}

/** A nested object. Its path is built only for a message, because a body can have a million objects. */
interface Visit {
  readonly value: Record<string, unknown>;
  readonly key: string;
  readonly from: Visit | null;
}

function isVisited(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !Buffer.isBuffer(value);
}

function placeOf(visit: Visit, key: string): string {
  const keys = [key];
  for (let at = visit; at.from !== null; at = at.from) keys.push(at.key);
  return shorten(keys.reverse().join('.'));
}

/** @param name characters that cannot be sent back are replaced */
function unkeepableProblem(what: string, name: string): Problem {
  const shown = name === '' ? 'The body' : `${what} \`${showStorable(name)}\``;
  return new Problem(
    'invalid_request',
    `${shown} contains a NUL character or an unpaired surrogate, which cannot be stored. Remove it.`,
  );
}
