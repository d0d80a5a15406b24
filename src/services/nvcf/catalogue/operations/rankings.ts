import { invalidRequest, type Problem } from '../../../../decisions/problem.ts';
import { isRecord } from '../../../../lib/members.ts';

export interface RankingRequest {
  readonly query: string;
  readonly passages: readonly string[];
}

/** The maximum number of passages, and of characters that count in each text: reading them blocks the event loop. */
const MAX_PASSAGES = 512;
const MAX_CHARACTERS = 4096;

const EXPECTED = `\`query\` as \`{"text": "..."}\`, and \`passages\` as a list of 1 to ${MAX_PASSAGES} such objects`;

/** Reads a request to rank passages. @throws Problem with the member that is missing or not valid */
export function readRankingRequest(body: unknown): RankingRequest {
  const { query, passages }: Readonly<Record<string, unknown>> = isRecord(body) ? { ...body } : {};
  const queryText = readText('query', query);
  if (passages === undefined) throw createProblem('passages', 'missing');
  if (!Array.isArray(passages) || passages.length === 0 || passages.length > MAX_PASSAGES)
    throw createProblem('passages', 'not valid');
  return { query: queryText, passages: passages.map((passage, index) => readText(`passages[${index}]`, passage)) };
}

function readText(name: string, value: unknown): string {
  if (isRecord(value) && typeof value['text'] === 'string') return value['text'];
  throw createProblem(name, value === undefined ? 'missing' : 'not valid');
}

function createProblem(name: string, fault: string): Problem {
  return invalidRequest(`Field \`${name}\` is ${fault}; expected ${EXPECTED}.`);
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
