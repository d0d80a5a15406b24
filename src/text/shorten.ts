/** The default for texts that a message quotes. */
const MAX_QUOTED = 100;

/** Cuts a long text and ends it with an ellipsis. @param max number of characters to keep */
export function shorten(text: string, max = MAX_QUOTED): string {
  // By code points, of which each has up to two code units.
  const characters = [...text.slice(0, 2 * max + 2)];
  return characters.length <= max ? text : `${characters.slice(0, max).join('')}…`;
}
