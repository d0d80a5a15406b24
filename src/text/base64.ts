/** Base64 encodes three bytes at a time, so a text within another text has one of three forms. */
const OFFSETS = [0, 1, 2] as const;

/** The base64 characters of a text at one of the three offsets. */
export interface Encoded {
  readonly text: string;
  /** Number of characters in the group of four that precede the text. */
  readonly before: number;
}

/** Returns the three forms of a text within a longer base64 text, the same in both alphabets (RFC 4648). */
export function encodedForms(text: string): readonly Encoded[] {
  return OFFSETS.map((offset) => {
    const before = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + text.length) * 8) / 6);
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${text}`).toString('base64');
    return { text: encoded.slice(before, end), before };
  });
}

/** Returns the number of characters that encode this many bytes, with padding. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
