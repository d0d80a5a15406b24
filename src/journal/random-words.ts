/** Words of base64 characters that may be random. */
const WORDS = /(?<![A-Za-z0-9_+/=-])[A-Za-z0-9_+/=-]{20,}/g;
/** A shorter word is more likely a name. */
const LEAST = 20;

/** UUIDs (RFC 9562), digests and other hexadecimal numbers: ids of a mock, and hashes of content. */
const HEXADECIMAL = /(?<![A-Za-z0-9])(?:[0-9a-f]{4,}|[0-9A-F]{4,})(?![A-Za-z0-9])/g;

/** Current ULIDs: a time and a random number in Crockford's base32. */
const ULID = /(?<![A-Za-z0-9])01[0-9A-HJKMNP-TV-Z]{24}(?![A-Za-z0-9])/g;

/**
 * Names of machines and devices, such as `Standard_ND96isr_H100_v5`: at least three short words joined by `_`, each
 * with few changes of kind. Keys are printed in groups joined by `-`.
 */
const LEAST_WORDS = 3;
const MOST_WORD = 8;
const MOST_WORD_CHANGES = 2;

/**
 * The least share of neighbours of different kinds (digit, capital, small letter). In a random text it is 5 of 10
 * pairs; names change from word to word.
 */
const LEAST_CHANGES = 0.25;

/** A run of letters and digits, and the least entropy per character. */
const RUN = /[A-Za-z0-9]{20,}/;
const LEAST_BITS = 3.5;

/** Replaces every word that looks random. Hexadecimal ids and digests stay. */
export function replaceRandomWords(text: string, replace: (word: string) => string): string {
  return text.length < LEAST ? text : text.replace(WORDS, (word) => (looksRandom(word) ? replace(word) : word));
}

function looksRandom(given: string): boolean {
  const word = given.replace(HEXADECIMAL, '').replace(ULID, '');
  if (word.length < LEAST || isName(word)) return false;
  if (changesIn(word) / word.length >= LEAST_CHANGES) return true;
  const [run] = RUN.exec(word) ?? [];
  return run !== undefined && /\d/.test(run) && /[A-Za-z]/.test(run) && bitsOf(run) >= LEAST_BITS;
}

function isName(word: string): boolean {
  const words = word.split('_');
  return words.length >= LEAST_WORDS && words.every((one) => one.length <= MOST_WORD && isPlain(one));
}

function isPlain(word: string): boolean {
  return /^[A-Za-z0-9]+$/.test(word) && changesIn(word) <= MOST_WORD_CHANGES;
}

function changesIn(word: string): number {
  let changes = 0;
  let before = '';
  for (const sign of word) {
    const kind = kindOf(sign);
    // A capital before a small letter begins a word.
    const isChange = before !== '' && kind !== before && !(before === 'A' && kind === 'a');
    if (kind !== '' && isChange) changes += 1;
    if (kind !== '') before = kind;
  }
  return changes;
}

function kindOf(sign: string): '0' | 'a' | 'A' | '' {
  if (sign >= '0' && sign <= '9') return '0';
  if (sign >= 'a' && sign <= 'z') return 'a';
  return sign >= 'A' && sign <= 'Z' ? 'A' : '';
}

/** The Shannon entropy of a text, in bits per character. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
