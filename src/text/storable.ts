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
