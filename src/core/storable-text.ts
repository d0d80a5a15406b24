import { Problem } from './problem.ts';

/** A NUL or an unpaired surrogate: databases truncate or change such a text. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Can a database store the text unchanged? */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** A text for a message: what cannot be stored is replaced by question marks. */
export function showStorable(text: string): string {
  return text.replaceAll(/[\0\p{Surrogate}]/gu, '?');
}

/**
 * Checks that every text of a value can be stored unchanged. Runs after validation, because violations of the document
 * are better reported first.
 *
 * @param what the part of the request: `Field`, `Query parameter`
 * @throws Problem naming the member that cannot be stored
 */
export function checkTexts(what: string, root: unknown): void {
  const waiting: [value: unknown, name: string][] = [[root, '']];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, name] = next;
    if (typeof value === 'string' && !isStorable(value)) throw unkeepableProblem(what, name);
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    for (const [key, member] of Object.entries(value)) {
      const place = shortName(name === '' ? key : `${name}.${key}`);
      if (!isStorable(key)) throw unkeepableProblem(what, place);
      waiting.push([member, place]);
    }
  }
}

/** @param name characters that cannot be sent back are replaced */
function unkeepableProblem(what: string, name: string): Problem {
  const shown = name === '' ? 'The body' : `${what} \`${showStorable(name)}\``;
  return new Problem(
    'invalid_request',
    `${shown} contains a NUL character or an unpaired surrogate, which cannot be stored. Remove it.`,
  );
}

export function shortName(name: string): string {
  return name.slice(0, 100);
}
