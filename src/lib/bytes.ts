/** The number of bytes in a megabyte, as options and messages count them. */
export const MEGABYTE = 1024 * 1024;

const STRING_BYTES = 24;
const MEMBER_BYTES = 16;
/** An empty object or list in V8. */
const OBJECT_BYTES = 56;

/**
 * Estimates the bytes of a value in memory, which can be 20 times its JSON. The value must consist of plain objects,
 * lists, sets and maps, without cycles.
 */
export function estimateBytes(root: unknown): number {
  const remaining: unknown[] = [root];
  let bytes = 0;
  while (remaining.length > 0) {
    const value = remaining.pop();
    bytes += MEMBER_BYTES;
    if (typeof value === 'string') bytes += STRING_BYTES + 2 * value.length;
    else if (Buffer.isBuffer(value)) bytes += value.length;
    else if (typeof value === 'object' && value !== null) {
      bytes += OBJECT_BYTES;
      const members = value instanceof Set || value instanceof Map ? value.values() : Object.values(value);
      for (const member of members) remaining.push(member);
    }
  }
  return bytes;
}
