/** Base64 encodes three bytes at a time, so a text in the middle of another has one of three forms. */
const OFFSETS = [0, 1, 2] as const;

/** The characters that a text has in base64 wherever it begins in another one. */
export interface Encoded {
  readonly text: string;
  /** How many characters of the same group of four come before them. */
  readonly before: number;
}

/** The three forms in which a text can be part of a longer one in base64. Both alphabets (RFC 4648) have them alike. */
export function encodedForms(text: string): readonly Encoded[] {
  return OFFSETS.map((offset) => {
    const before = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + text.length) * 8) / 6);
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${text}`).toString('base64');
    return { text: encoded.slice(before, end), before };
  });
}

/** How many characters encode so many bytes, at least. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
