import type { Row } from './collections.ts';

/**
 * The approximate size of a row without texts and body, in bytes: the row, its revision, and its entries in indexes and
 * sorted lists. Like all of these numbers, it was measured on Node 20 (`test/store/weight.e2e.ts`).
 */
const ROW = 700;
/** A label or an account: an index entry with a list. */
const KEY = 400;
const ALIAS = 150;
/** A text without its characters. */
const TEXT = 24;
const NUMBER = 16;
/** An empty object. V8 reserves room for members. */
const OBJECT = 64;
/** A member without its value. */
const MEMBER = 40;
/** A member with a new name, which makes V8 create a hidden class. */
const NEW_MEMBER = 120;
/** The maximum number of names to remember. All others count as new. */
const MAX_NAMES = 1000;
const LIST = 56;
const ENTRY = 8;

/**
 * The approximate memory of a row, in bytes: rather too much than too little.
 *
 * @param json the body as JSON
 * @param names of members that rows of the collection had before
 */
export function weightOf(
  { id, owner, parent, aliases, labels, sharedWith, facets }: RowTexts,
  body: unknown,
  json: string,
  names: Set<string>,
) {
  // Texts whose characters are all below U+0100 take a byte for each; which ones do is only known of all together.
  const perCharacter = Buffer.byteLength(json) === json.length ? 1 : 2;
  let bytes = ROW + 2 * (id.length + owner.length + (parent?.length ?? 0));
  for (const alias of aliases) bytes += ALIAS + 2 * alias.length;
  for (const keys of [labels, sharedWith]) for (const key of keys) bytes += KEY + 2 * key.length;
  if (facets !== undefined) bytes += 2 * facets.name.length;
  const waiting: unknown[] = [body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') bytes += TEXT + perCharacter * value.length;
    else if (typeof value === 'number') bytes += NUMBER;
    else if (Array.isArray(value)) {
      bytes += LIST + ENTRY * value.length;
      for (const one of value) waiting.push(one);
    } else if (typeof value === 'object' && value !== null) {
      bytes += OBJECT;
      for (const [name, member] of Object.entries(value)) {
        bytes += names.has(name) ? MEMBER : NEW_MEMBER + perCharacter * name.length;
        if (names.size < MAX_NAMES) names.add(name);
        waiting.push(member);
      }
    }
  }
  return bytes;
}

type RowTexts = Pick<Row, 'id' | 'owner' | 'parent' | 'aliases' | 'labels' | 'sharedWith' | 'facets'>;
