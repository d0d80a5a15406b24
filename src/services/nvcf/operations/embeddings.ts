import type { Schema } from '../../../contract/documented.ts';
import { Problem } from '../../../decisions/problem.ts';
import { drawAt } from '../../../lib/random.ts';
import { countAllTokens } from './generated-text.ts';

interface EmbeddingRequest {
  readonly input: Schema<'nvcf', 'LlmEmbeddingRequest'>['input'];
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
  return typeof input[0] === 'number' ? [input.join(' ')] : input.map((entry) => String(entry));
}

function encodeVector(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, 4 * index);
  return bytes.toString('base64');
}
