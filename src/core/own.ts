/**
 * A member of an object, if the object itself has it. A name that somebody sent may be one that every object inherits
 * (`constructor`, `toString`), so tables look such names up with this function, or are maps.
 */
export function own<Value>(members: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}
