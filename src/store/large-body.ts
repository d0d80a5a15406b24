import type { Row } from './collections.ts';

/** The longest text of a body that is kept in the heap, in characters. */
const MOST_IN_HEAP = 4096;

/** Is a body with this text kept outside of the heap? */
export function isLarge(text: string): boolean {
  return text.length > MOST_IN_HEAP;
}

/**
 * Keeps the body of a row as bytes, and parses them when it is read: large bodies take much memory and are rarely read.
 *
 * @param text the body as JSON
 * @returns the number of bytes
 */
export function keepOutside(row: Row, text: string): number {
  const bytes = Buffer.from(text);
  // Several reads in a row parse it once.
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

/** Gives a row the body of another row without a copy: a body outside of the heap is not parsed. */
export function shareBody(from: Row, to: Row): Row {
  const { get } = Object.getOwnPropertyDescriptor(from, 'body') ?? {};
  if (get === undefined) return Object.assign(to, { body: from.body });
  return Object.defineProperty(to, 'body', { get, enumerable: true, configurable: true });
}
