import type { Derivation } from '../credentials/derivation.ts';

/** Creates a value with the texts derived for a world. */
export type Fill<Value> = (derivation: Derivation) => Value;

/**
 * Finds the derived texts in a value once, so that creating the value for a world only replaces them. Worlds share all
 * other parts.
 *
 * @param make must not inspect the derived texts, because it gets placeholders
 */
export function createTemplate<Value>(make: Fill<Value>): Fill<Value> {
  const fills = new Map<unknown, Fill<unknown>>();
  const placeholder = (fill: Fill<string>): string => {
    // A `String` object, so that it never equals a user's text.
    const text = Object('');
    fills.set(text, fill);
    return text;
  };
  const value = make({
    draw: (use, id, form) => placeholder((derivation) => derivation.draw(use, id, form)),
    secret: (id) => placeholder((derivation) => derivation.secret(id)),
    clientId: (given) => placeholder((derivation) => derivation.clientId(given)),
  });
  // Replacing placeholders does not change the type of the value.
  return (findFill(value, fills) ?? (() => value)) as Fill<Value>;
}

/** Returns a function that replaces the placeholders in a value; null if it contains none. */
function findFill(value: unknown, fills: ReadonlyMap<unknown, Fill<unknown>>): Fill<unknown> | null {
  const knownFill = fills.get(value);
  if (knownFill !== undefined || typeof value !== 'object' || value === null) return knownFill ?? null;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const fill = findFill(member, fills);
    return fill === null ? [] : [{ name, fill }];
  });
  if (members.length === 0) return null;
  return (derivation) => {
    // `name` is a member, or the index of a list entry.
    const filled = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    for (const { name, fill } of members) filled[name] = fill(derivation);
    return filled;
  };
}
