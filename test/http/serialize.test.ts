import fc from 'fast-check';
import { expect, it } from 'vitest';
import { serializeToBytes } from '../../src/http/serialize.ts';

it('serializes every object like `JSON.stringify`', () => {
  const values = fc.oneof(fc.object({ maxDepth: 4, withNullPrototype: true, withDate: true }), fc.array(fc.anything()));
  fc.assert(
    fc.property(values, (value) => {
      fc.pre(!hasBigInt(value));
      expect(serializeToBytes(value as object).toString()).toBe(JSON.stringify(value));
    }),
  );
});

function hasBigInt(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}
