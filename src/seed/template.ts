import type { Derivation } from '../credentials/derivation.ts';

/** Creates a value for a world. */
export type Fill<Value> = (derivation: Derivation) => Value;

/**
 * Finds the places of derived texts in a value once. Parts without such places are shared by all worlds.
 *
 * @param make may only store derived texts, not inspect them
 */
export function createTemplate<Value>(make: Fill<Value>): Fill<Value> {
  const places = new Map<unknown, Fill<unknown>>();
  const place = (fill: Fill<string>): string => {
    // An object, so that it never equals a user's text.
    const mark = Object('');
    places.set(mark, fill);
    return mark;
  };
  const value = make({
    draw: (use, id, form) => place((derivation) => derivation.draw(use, id, form)),
    secret: (id) => place((derivation) => derivation.secret(id)),
    clientId: (given) => place((derivation) => derivation.clientId(given)),
  });
  // Filled-in texts have the same types as the marks.
  return (fillOf(value, places) ?? (() => value)) as Fill<Value>;
}

/** Returns null if the value contains no mark. */
function fillOf(value: unknown, places: ReadonlyMap<unknown, Fill<unknown>>): Fill<unknown> | null {
  const known = places.get(value);
  if (known !== undefined || typeof value !== 'object' || value === null) return known ?? null;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const fill = fillOf(member, places);
    return fill === null ? [] : [{ name, fill }];
  });
  if (members.length === 0) return null;
  return (derivation) => {
    // Sets existing members by name, or entries of a list by index.
    const filled = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    for (const { name, fill } of members) filled[name] = fill(derivation);
    return filled;
  };
}
