import { expect } from 'vitest';
import type { Answer, Request, TestServer } from './server.ts';

/** The hints of a refused request. */
export interface HintsOfResponse {
  readonly answer: Answer;
  readonly codes: readonly string[];
  readonly texts: readonly string[];
}

interface ShownHint {
  readonly code: string;
  readonly text: string;
}

/** Returns the different hints of a world's requests, newest first. @param world the prefix of the world */
export async function listHints({ call }: Pick<TestServer, 'call'>, world = ''): Promise<Answer['body'][]> {
  const { body } = await call(`GET ${world}/_mock/requests?hints=true&bodies=false&limit=4000`);
  const hints: readonly ShownHint[] = body.requests.flatMap((request: { hints: object }) => request.hints);
  return [...new Map(hints.map((hint) => [`${hint.code} ${hint.text}`, hint])).values()];
}

/**
 * Sends a request that is refused, and reads its hints everywhere: the first (or the first fix) in the response header, and
 * all in the journal and in the fixes of the decision.
 */
export async function hintsOf(call: TestServer['call'], request: string, parts?: Request): Promise<HintsOfResponse> {
  const answer = await call(request, parts);
  expect(answer.status, `${request} was answered`).toBeGreaterThanOrEqual(400);
  const { body } = await call('GET /_mock/requests?limit=1');
  const shown: readonly ShownHint[] = body.requests[0].hints;
  const hints = shown.filter(({ code }) => code !== 'fix');
  const texts = hints.map(({ text }) => text);
  for (const text of texts) expect(text).toMatch(/^[\x20-\x7e]{20,600}$/);
  expect(answer.headers['x-mock-hint']).toBe(shown[0]?.text);
  if (answer.decision !== null) {
    const decision = await call(`GET /_mock/decisions/${answer.decision.id}`);
    const fixes: readonly { kind: string; text: string }[] = decision.body.fixes;
    expect(fixes.filter(({ kind }) => kind === 'hint').map(({ text }) => text)).toEqual(texts);
    expect(decision.body.hints).toBeUndefined();
  }
  return { answer, codes: hints.map(({ code }) => code), texts };
}
