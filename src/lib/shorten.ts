/** The default for quoted texts in messages. */
const MAX_QUOTED = 100;

/** Truncates a long text with an ellipsis. @param max number of characters to keep */
export function shorten(text: string, max = MAX_QUOTED): string {
  // By code points, each of which has one or two code units.
  const characters = [...text.slice(0, 2 * max + 2)];
  return characters.length <= max ? text : `${characters.slice(0, max).join('')}…`;
}
