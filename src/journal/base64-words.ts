/** Runs of the letters of base64, in both alphabets (RFC 4648). */
const RUNS = /[A-Za-z0-9+/_-]{22,}={0,2}/g;
/** Nearly all readable texts have runs of letters and digits in base64. Paths, UUIDs and names have shorter ones. */
const CORE = /[A-Za-z0-9]{16}/;
const JOINTS = /([/_-])/;
/** Preceding characters may belong to the same run, so it is decoded from each position of a group of four. */
const OFFSETS = [0, 1, 2, 3] as const;
/** Random bytes have no readable text of this length. */
const READABLE = /[\t\n\r\x20-\x7e]{16,}/g;

/**
 * Replaces words whose base64 content reveals something. Of joined words, only those that reveal it alone, unless only
 * all together do.
 *
 * @param isSecret does a decoded text contain a secret?
 */
export function replaceBase64(
  text: string,
  isSecret: (decoded: string) => boolean,
  replace: (word: string) => string,
): string {
  return text.replace(RUNS, (run) => {
    if (!hasSecret(run, isSecret)) return run;
    const parts = run.split(JOINTS);
    const hidden = parts.map((part) => (hasSecret(part, isSecret) ? replace(part) : part));
    return hidden.some((part, index) => part !== parts[index]) ? hidden.join('') : replace(run);
  });
}

function hasSecret(word: string, isSecret: (decoded: string) => boolean): boolean {
  if (!CORE.test(word)) return false;
  // For a word such as `VVVV` all decoded texts are equal.
  const readable = new Set(OFFSETS.flatMap((offset) => readableIn(word.slice(offset))));
  return [...readable].some(isSecret);
}

function readableIn(base64: string): readonly string[] {
  return Buffer.from(base64, 'base64').toString('latin1').match(READABLE) ?? [];
}
