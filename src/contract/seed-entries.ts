/** An entry of a list, with its place in the seed: `ngc.keys[9]`. */
export interface LocatedEntry<Entry> {
  readonly entry: Entry;
  readonly place: string;
}

/** Returns the entries of a list, each with its place. @param list the place of the list */
export function locateEntries<Entry>(list: string, entries: readonly Entry[] = []): readonly LocatedEntry<Entry>[] {
  return entries.map((entry, index) => ({ entry, place: `${list}[${index}]` }));
}

/**
 * Returns an error for each entry with the value of an earlier one.
 * @param deriveValue for entries without a value; equal derived ones are not reported: they follow from equal names,
 * which are
 */
export function findDuplicates<Entry>(
  subject: string,
  entries: readonly LocatedEntry<Entry>[],
  readValue: (entry: Entry) => string | undefined,
  deriveValue: (entry: Entry) => string | undefined = () => undefined,
): { readonly place: string; readonly message: string }[] {
  const firstByValue = new Map<string, { readonly place: string; readonly isWritten: boolean }>();
  return entries.flatMap(({ entry, place }) => {
    const written = readValue(entry);
    const isWritten = written !== undefined;
    const value = written ?? deriveValue(entry);
    if (value === undefined) return [];
    const earlier = firstByValue.get(value);
    if (earlier === undefined) firstByValue.set(value, { place, isWritten });
    return earlier === undefined || !(isWritten || earlier.isWritten)
      ? []
      : [{ place, message: `${subject} \`${value}\` occurs twice; \`${earlier.place}\` also has it` }];
  });
}
