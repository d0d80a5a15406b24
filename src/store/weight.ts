import type { Row } from './collections.ts';

/**
 * The approximate size of a row without texts and body, in bytes: the row, its revision, and its entries in indexes and
 * sorted lists. Like all of these numbers, it was measured on Node 20 (`test/store/weight.e2e.ts`).
 */
const ROW_BYTES = 700;
/** A label or an account: an index entry with a list. */
const KEY_BYTES = 400;
const ALIAS_BYTES = 150;
/** A text without its characters. */
const TEXT_BYTES = 24;
const NUMBER_BYTES = 16;
/** An empty object. V8 reserves room for members. */
const OBJECT_BYTES = 64;
/** A member without its value. */
const MEMBER_BYTES = 40;
/** A member with a new name, which makes V8 create a hidden class. */
const NEW_MEMBER_BYTES = 120;
/** The maximum number of names to remember. All others count as new. */
const MAX_NAMES = 1000;
const LIST_BYTES = 56;
const ENTRY_BYTES = 8;

/**
 * The approximate memory of a row, in bytes: rather too much than too little.
 *
 * @param json the body as JSON
 * @param names of members that rows of the collection had before
 */
export function estimateRowBytes(
  { id, owner, parent, aliases, labels, sharedWith, facets }: RowTexts,
  body: unknown,
  json: string,
  names: Set<string>,
) {
  // V8 stores texts in which all characters are below U+0100 with one byte per character. Checked once for all texts of
  // the row.
  const perCharacter = Buffer.byteLength(json) === json.length ? 1 : 2;
  let bytes = ROW_BYTES + 2 * (id.length + owner.length + (parent?.length ?? 0));
  for (const alias of aliases) bytes += ALIAS_BYTES + 2 * alias.length;
  for (const keys of [labels, sharedWith]) for (const key of keys) bytes += KEY_BYTES + 2 * key.length;
  if (facets !== undefined) bytes += 2 * facets.name.length;
  const waiting: unknown[] = [body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') bytes += TEXT_BYTES + perCharacter * value.length;
    else if (typeof value === 'number') bytes += NUMBER_BYTES;
    else if (Array.isArray(value)) {
      bytes += LIST_BYTES + ENTRY_BYTES * value.length;
      for (const entry of value) waiting.push(entry);
    } else if (typeof value === 'object' && value !== null) {
      bytes += OBJECT_BYTES;
      for (const [name, member] of Object.entries(value)) {
        bytes += names.has(name) ? MEMBER_BYTES : NEW_MEMBER_BYTES + perCharacter * name.length;
        if (names.size < MAX_NAMES) names.add(name);
        waiting.push(member);
      }
    }
  }
  return bytes;
}

type RowTexts = Pick<Row, 'id' | 'owner' | 'parent' | 'aliases' | 'labels' | 'sharedWith' | 'facets'>;
