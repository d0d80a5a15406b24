import type { Schema } from '../../../contract/documented.ts';
import { Problem } from '../../../decisions/problem.ts';
import { drawAt } from '../../../lib/random.ts';
import { countAllTokens } from './generated-text.ts';

interface EmbeddingRequest {
  readonly input: Schema<'nvcf', 'LlmEmbeddingRequest'>['input'] | readonly string[];
  readonly dimensions?: number | null;
  readonly encoding_format?: 'float' | 'base64' | null;
}

const DEFAULT_DIMENSIONS = 8;
/** Maximum number of numbers in a response. Computing this many blocks the event loop for about 20 ms. */
const MAX_NUMBERS = 2 ** 18;

/** Renders embeddings (https://developers.openai.com/api/docs/api-reference/embeddings). */
export function renderEmbeddings(
  model: string,
  { input, dimensions, encoding_format }: EmbeddingRequest,
): Schema<'nvcf', 'LlmEmbeddings'> {
  const texts = readEmbeddingTexts(input);
  const length = dimensions ?? DEFAULT_DIMENSIONS;
  if (texts.length * length > MAX_NUMBERS) {
    const message = `${texts.length} texts with ${length} dimensions exceed the limit of this mock: ${MAX_NUMBERS} numbers per request. Send fewer texts.`;
    throw new Problem('bad_state', message);
  }
  const data = texts.map((text, index) => {
    // Numbers in [-1, 1), with four decimal places. The first ones repeat, to keep long vectors cheap.
    const numbers = Array.from(
      { length: DEFAULT_DIMENSIONS },
      (_, index) => Math.round(2e4 * drawAt(text, index) - 1e4) / 1e4,
    );
    const vector = Array.from({ length }, (_, index) => numbers[index % DEFAULT_DIMENSIONS] as number);
    const embedding = encoding_format === 'base64' ? encodeVector(vector) : vector;
    return { object: 'embedding' as const, index, embedding };
  });
  const tokens = countEmbeddingTokens({ input });
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

export function countEmbeddingTokens({ input }: Pick<EmbeddingRequest, 'input'>): number {
  return countAllTokens(readEmbeddingTexts(input));
}

/** Returns the texts of a request. A list of numbers is one text, given as tokens. */
function readEmbeddingTexts(input: EmbeddingRequest['input']): readonly string[] {
  if (typeof input === 'string') return [input];
  if (typeof input[0] === 'number') return [input.join(' ')];
  return input.map((entry) => (Array.isArray(entry) ? entry.join(' ') : String(entry)));
}

/** A text that is longer than a model allows. */
export interface TooLongText {
  readonly tokens: number;
}

/**
 * Cuts the texts of a request to what a model embeds. A word counts as a token, and so does a number in a list of tokens.
 * @param maxTokens null: any length @param truncate the end to cut; null: none @returns the first text that is too long, unless it may be cut
 */
export function fitTexts(
  input: EmbeddingRequest['input'],
  maxTokens: number | null,
  truncate: 'START' | 'END' | null,
): readonly string[] | TooLongText {
  const texts = readEmbeddingTexts(input);
  if (maxTokens === null) return texts;
  if (truncate === 'START') return texts.map((text) => text.slice(findWordsAtEnd(text, maxTokens)));
  if (truncate === 'END') return texts.map((text) => text.slice(0, findWordsAtStart(text, maxTokens)));
  const tooLong = texts.find((text) => findWordsAtStart(text, maxTokens) < text.length);
  return tooLong === undefined ? texts : { tokens: countWords(tooLong) };
}

const isSpace = (text: string, at: number) => text.charCodeAt(at) <= 0x20;

/** Counts without a list of the words, which would take far more memory than a text of 25 MiB. */
function countWords(text: string): number {
  let words = 0;
  for (let at = 0; at < text.length; at += 1) if (!isSpace(text, at) && (at === 0 || isSpace(text, at - 1))) words += 1;
  return words;
}

/** Returns the position where the first `max` words end. */
function findWordsAtStart(text: string, max: number): number {
  let words = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (isSpace(text, at) || (at > 0 && !isSpace(text, at - 1))) continue;
    words += 1;
    if (words > max) return at;
  }
  return text.length;
}

/** Returns the position where the last `max` words start. */
function findWordsAtEnd(text: string, max: number): number {
  let words = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (isSpace(text, at) || (at + 1 < text.length && !isSpace(text, at + 1))) continue;
    words += 1;
    if (words > max) return at + 1;
  }
  return 0;
}

function encodeVector(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, 4 * index);
  return bytes.toString('base64');
}
