/** An entry of a list, with its place in the seed: `ngc.keys[9]`. */
export interface Placed<Entry> {
  readonly entry: Entry;
  readonly place: string;
}

/** The entries of a list, each with its place. @param list the place of the list */
export function placeEntries<Entry>(list: string, entries: readonly Entry[] = []): readonly Placed<Entry>[] {
  return entries.map((entry, index) => ({ entry, place: `${list}[${index}]` }));
}

/**
 * Reports the later of two entries with the same value.
 *
 * @param what the subject of the message, such as ``users: `email` ``
 * @param derived the default for an entry without a value. Equal derived values are not reported: they follow from equal
 * names, which are reported
 */
export function findDuplicates<Entry>(
  what: string,
  entries: readonly Placed<Entry>[],
  of: (entry: Entry) => string | undefined,
  derived: (entry: Entry) => string | undefined = () => undefined,
): { readonly place: string; readonly message: string }[] {
  const first = new Map<string, { readonly place: string; readonly isWritten: boolean }>();
  return entries.flatMap(({ entry, place }) => {
    const written = of(entry);
    const isWritten = written !== undefined;
    const value = written ?? derived(entry);
    if (value === undefined) return [];
    const before = first.get(value);
    if (before === undefined) first.set(value, { place, isWritten });
    return before === undefined || !(isWritten || before.isWritten)
      ? []
      : [{ place, message: `${what} \`${value}\` occurs twice; \`${before.place}\` also has it` }];
  });
}
