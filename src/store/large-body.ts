import type { Row } from './collections.ts';

/** The text of a longer body is kept outside of the heap, in characters. */
const MOST_IN_HEAP = 4096;

/** Is a body of this text kept outside of the heap? */
export function isLarge(text: string): boolean {
  return text.length > MOST_IN_HEAP;
}

/**
 * Keeps the body of a row as bytes, and makes it of them whenever it is read: large ones are many bytes and few reads.
 *
 * @param text of its body
 * @returns how many bytes it takes
 */
export function keepOutside(row: Row, text: string): number {
  const bytes = Buffer.from(text);
  // Who reads it several times in a row has it made once.
  let latest: WeakRef<object> | null = null;
  const get = () => {
    const known = latest?.deref();
    if (known !== undefined) return known;
    const made: unknown = JSON.parse(bytes.toString());
    latest = typeof made === 'object' && made !== null ? new WeakRef(made) : null;
    return made;
  };
  Object.defineProperty(row, 'body', { get, enumerable: true, configurable: true });
  return bytes.length;
}

/** Gives a row the body of another one, which stays where it is. */
export function shareBody(from: Row, to: Row): Row {
  const { get } = Object.getOwnPropertyDescriptor(from, 'body') ?? {};
  if (get === undefined) return Object.assign(to, { body: from.body });
  return Object.defineProperty(to, 'body', { get, enumerable: true, configurable: true });
}
