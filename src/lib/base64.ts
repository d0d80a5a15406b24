/** Base64 encodes three bytes at a time, so a text within another text has one of three forms. */
const OFFSETS = [0, 1, 2] as const;

/** The base64 characters of a text at one of the three offsets. */
export interface EncodedForm {
  readonly text: string;
  /** Number of characters in the group of four that precede the text. */
  readonly precedingLength: number;
}

/** Returns the three forms of a text within a longer base64 text, the same in both alphabets (RFC 4648). */
export function listEncodedForms(text: string): readonly EncodedForm[] {
  return OFFSETS.map((offset) => {
    const precedingLength = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + text.length) * 8) / 6);
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${text}`).toString('base64');
    return { text: encoded.slice(precedingLength, end), precedingLength };
  });
}

/** Returns the number of characters that encode this many bytes, with padding. */
export function base64LengthOf(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
