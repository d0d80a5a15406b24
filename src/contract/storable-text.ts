import { invalidRequest, type Problem } from '../decisions/problem.ts';
import { isRecord } from '../lib/members.ts';
import { shorten } from '../lib/redact.ts';

/** A NUL or an unpaired surrogate: databases truncate or change such a text. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** Checks that every string can be stored unchanged. @param part `Field`, `Query parameter` @throws Problem */
export function assertStorable(part: string, root: unknown): void {
  if (typeof root === 'string' && !isStorable(root)) throw unstorableProblem(part, '');
  const pending: Visit[] = isVisited(root) ? [{ value: root, key: '', parent: null }] : [];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { value } = visit;
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (!isStorable(key) || (typeof member === 'string' && !isStorable(member)))
        throw unstorableProblem(part, pathTo(visit, key));
      if (isVisited(member)) pending.push({ value: member, key, parent: visit });
    }
  }
}

/** A nested object. Its path is built only for a message, because a body can have a million objects. */
interface Visit {
  readonly value: Record<string, unknown>;
  readonly key: string;
  readonly parent: Visit | null;
}

function isVisited(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !Buffer.isBuffer(value);
}

function pathTo(visit: Visit, key: string): string {
  const keys = [key];
  for (let current = visit; current.parent !== null; current = current.parent) keys.push(current.key);
  return shorten(keys.reverse().join('.'));
}

/** @param name characters that cannot be sent back are replaced */
function unstorableProblem(part: string, name: string): Problem {
  const subject = name === '' ? 'The body' : `${part} \`${name.replaceAll(/[\0\p{Surrogate}]/gu, '?')}\``;
  return invalidRequest(
    `${subject} contains a NUL character or an unpaired surrogate, which cannot be stored. Remove it.`,
  );
}
