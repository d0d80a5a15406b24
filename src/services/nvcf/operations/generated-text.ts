import { isRecord } from '../../../lib/members.ts';

/** A function's response, before an API's format is applied. */
export interface GeneratedText {
  readonly id: string;
  /** In seconds since 1970. */
  readonly createdAt: number;
  readonly model: string;
  readonly prompt: string;
  readonly text: string;
}

/** Returns the text of a message's content: a string, or the parts that have a text. */
function readText(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part) => (isRecord(part) ? readText(part['text']) : '')).join('') : '';
}

/** Returns the last text of the user. A string instead of messages is the user's text. */
export function readLastUserText(messages: unknown): string {
  if (!Array.isArray(messages)) return readText(messages);
  const last = messages.findLast((message) => isRecord(message) && (message['role'] ?? 'user') === 'user');
  return isRecord(last) ? readText(last['content']) : '';
}

/** An `answer` that is an object is also the `whole` response body. Without one, the text is the prompt. */
export function readFunctionAnswer({ answer }: { readonly answer?: unknown }, prompt: string) {
  if (answer === undefined) return { text: prompt, whole: null };
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return { text, whole: isRecord(answer) && !Array.isArray(answer) ? answer : null };
}

const CHARACTERS_PER_TOKEN = 4;

export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

export function countAllTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}
