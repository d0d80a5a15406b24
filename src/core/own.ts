/**
 * A member of an object, if the object itself has it. A name from a request may be one that every object inherits
 * (`constructor`, `toString`). So tables use this function for such names, or are maps.
 */
export function own<Value>(members: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}
