/** Runs of the letters of base64, in both alphabets (RFC 4648). */
const RUNS = /[A-Za-z0-9+/_-]{22,}={0,2}/g;
/** Nearly every text that can be read has letters and digits only in base64. Paths, UUIDs and names have shorter words. */
const CORE = /[A-Za-z0-9]{16}/;
const JOINTS = /([/_-])/;
/** What stands before it may be of the same letters, so it is decoded as if it began with each letter of a group of four. */
const OFFSETS = [0, 1, 2, 3] as const;
/** Random bytes have no text of this length that can be read. */
const READABLE = /[\t\n\r\x20-\x7e]{16,}/g;

/**
 * A text with something in place of every word that has something to tell in base64. Of words that are joined, only those
 * that tell it, unless they tell it together.
 *
 * @param tells whether a decoded text holds something that nobody may see
 */
export function replaceBase64(
  text: string,
  tells: (decoded: string) => boolean,
  shown: (word: string) => string,
): string {
  return text.replace(RUNS, (run) => {
    if (!isTelling(run, tells)) return run;
    const parts = run.split(JOINTS);
    const hidden = parts.map((part) => (isTelling(part, tells) ? shown(part) : part));
    return hidden.some((part, index) => part !== parts[index]) ? hidden.join('') : shown(run);
  });
}

function isTelling(word: string, tells: (decoded: string) => boolean): boolean {
  if (!CORE.test(word)) return false;
  // Of a word such as `VVVV` all are the same.
  const readable = new Set(OFFSETS.flatMap((offset) => readableIn(word.slice(offset))));
  return [...readable].some(tells);
}

function readableIn(base64: string): readonly string[] {
  return Buffer.from(base64, 'base64').toString('latin1').match(READABLE) ?? [];
}
