import { isRecord } from '../../../../objects/members.ts';

/** A request to rank passages, of which only the texts are read. */
export interface RankingRequest {
  readonly query: string;
  readonly passages: readonly string[];
}

/** The maximum number of passages, and of characters that count in each text: reading them blocks the event loop. */
const MAX_PASSAGES = 512;
const MAX_CHARACTERS = 4096;

const EXPECTED = 'Expected `query` as `{"text": "..."}`, and `passages` as a list of such objects';

/** Reads a request to rank passages. @returns what is wrong with it, as a sentence, if it cannot be read */
export function readRankingRequest(body: unknown): RankingRequest | string {
  const { query, passages }: Readonly<Record<string, unknown>> = isRecord(body) ? { ...body } : {};
  if (query === undefined) return `Field \`query\` is missing. ${EXPECTED}.`;
  if (passages === undefined) return `Field \`passages\` is missing. ${EXPECTED}.`;
  const queryText = readText(query);
  if (queryText === null) return `Field \`query\` is not valid. ${EXPECTED}.`;
  if (!Array.isArray(passages) || passages.length === 0 || passages.length > MAX_PASSAGES)
    return `Field \`passages\` is not valid. ${EXPECTED}, from 1 to ${MAX_PASSAGES}.`;
  const texts = passages.map(readText);
  const invalid = texts.indexOf(null);
  if (invalid >= 0) return `Field \`passages[${invalid}]\` is not valid. ${EXPECTED}.`;
  return { query: queryText, passages: texts.map(String) };
}

function readText(value: unknown): string | null {
  return isRecord(value) && typeof value['text'] === 'string' ? value['text'] : null;
}

/** Ranks passages by the words that they share with the query: the logarithm of the odds that a word of it is shared. */
export function renderRankings({ query, passages }: RankingRequest) {
  const queryWords = [...readWords(query)];
  const rankings = passages.map((passage, index) => {
    const words = readWords(passage);
    const shared = queryWords.filter((word) => words.has(word)).length;
    // Half a word on each side keeps the logarithm finite.
    const logit = Math.log((shared + 0.5) / (queryWords.length - shared + 0.5));
    return { index, logit: Math.round(logit * 1e4) / 1e4 };
  });
  return { rankings: rankings.sort((left, right) => right.logit - left.logit) };
}

function readWords(text: string): ReadonlySet<string> {
  return new Set(
    text
      .slice(0, MAX_CHARACTERS)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu),
  );
}
