import type { Schema } from '../../../contract/documented.ts';
import { Problem } from '../../../decisions/problem.ts';
import { isRecord } from '../../../objects/members.ts';
import { drawnAt } from '../../../platform/random.ts';

/** The response of a function behind the LLM gateway, before rendering. */
export interface Generated {
  readonly id: string;
  /** In seconds since 1970. */
  readonly at: number;
  readonly model: string;
  readonly asked: string;
  readonly text: string;
}

/** Returns the text of a message's content: a string, or the parts that have a text. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part) => (isRecord(part) ? textOf(part['text']) : '')).join('') : '';
}

/** Returns the last text of the user. A string instead of messages is the user's text. */
export function lastOfUser(messages: unknown): string {
  if (!Array.isArray(messages)) return textOf(messages);
  const last = messages.findLast((one) => isRecord(one) && (one['role'] ?? 'user') === 'user');
  return isRecord(last) ? textOf(last['content']) : '';
}

/** Returns a function's text: its `answer`, or what it was asked. An object is the whole response body. */
export function saidBy(
  { answer }: { readonly answer?: unknown },
  asked: string,
): { readonly text: string; readonly whole: Record<string, unknown> | null } {
  const text = answer === undefined ? asked : typeof answer === 'string' ? answer : JSON.stringify(answer);
  return { text, whole: isRecord(answer) && !Array.isArray(answer) ? answer : null };
}

/** A plausible token count. */
export function tokensIn(text: string): number {
  return Math.ceil(text.length / 4);
}

function tokensInAll(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + tokensIn(text), 0);
}

/** https://developers.openai.com/api/docs/api-reference/chat */
export function chatCompletion({ id, at, model, asked, text }: Generated): Schema<'nvcf', 'LlmChatCompletion'> {
  const [prompt_tokens, completion_tokens] = [tokensIn(asked), tokensIn(text)];
  const message = { role: 'assistant', content: text, refusal: null } as const;
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: at,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

/** @param withUsage adds a last chunk with token counts */
export function chatChunks(generated: Generated, withUsage: boolean): Buffer {
  const { usage, choices: _, ...whole } = chatCompletion(generated);
  const chunk = (delta: object, finish_reason: 'stop' | null) => ({
    ...whole,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  const chunks = [
    chunk({ role: 'assistant', content: '' }, null),
    chunk({ content: generated.text }, null),
    chunk({}, 'stop'),
  ];
  const last = withUsage ? [{ ...chunk({}, null), choices: [], usage }] : [];
  return doneStream([...chunks, ...last]);
}

/**
 * https://developers.openai.com/api/docs/api-reference/completions
 *
 * @param prompts each completed with the text, or with itself for an echo
 */
export function renderCompletion(
  { id, at, model, asked, text }: Generated,
  prompts: readonly string[],
): Schema<'catalogue', 'Completion'> {
  const texts = prompts.map((prompt) => (text === asked ? prompt : text));
  const [prompt_tokens, completion_tokens] = [tokensInAll(prompts), tokensInAll(texts)];
  return {
    id: `cmpl-${id}`,
    object: 'text_completion',
    created: at,
    model,
    choices: texts.map((one, index) => ({ index, text: one, logprobs: null, finish_reason: 'stop' })),
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

export function completionChunks(generated: Generated, prompts: readonly string[], withUsage: boolean): Buffer {
  const { usage, choices, ...whole } = renderCompletion(generated, prompts);
  const last = withUsage ? [{ ...whole, choices: [], usage }] : [];
  return doneStream([...choices.map((choice) => ({ ...whole, choices: [choice] })), ...last]);
}

/** Server-sent events without types, followed by the end marker. */
function doneStream(events: readonly object[]): Buffer {
  const lines = events.map((one) => `data: ${JSON.stringify(one)}\n\n`);
  return Buffer.from(`${lines.join('')}data: [DONE]\n\n`);
}

type StreamedEvent = readonly [type: string, members: object];

/** Server-sent events with the type repeated in the data. */
function eventStream(events: readonly StreamedEvent[]): Buffer {
  const texts = events.map(([type, members]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`);
  return Buffer.from(texts.join(''));
}

/** https://developers.openai.com/api/docs/api-reference/responses */
export function renderResponse({ id, at, model, asked, text }: Generated): Schema<'nvcf', 'LlmResponse'> {
  const [input_tokens, output_tokens] = [tokensIn(asked), tokensIn(text)];
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: at,
    status: 'completed',
    model,
    output: [responseMessageOf(id, 'completed', [partOf(text)])],
    usage: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
    error: null,
    incomplete_details: null,
  };
}

function responseMessageOf(id: string, status: string, content: readonly object[]) {
  return { type: 'message', id: `msg_${id}`, status, role: 'assistant', content };
}

function partOf(text: string) {
  return { type: 'output_text', text, annotations: [] };
}

export function responseEvents(generated: Generated): Buffer {
  const { id, text } = generated;
  const response = renderResponse(generated);
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const item = { output_index: 0 };
  const part = { ...item, item_id: `msg_${id}`, content_index: 0 };
  const events: readonly StreamedEvent[] = [
    ['response.created', { response: begun }],
    ['response.in_progress', { response: begun }],
    ['response.output_item.added', { ...item, item: responseMessageOf(id, 'in_progress', []) }],
    ['response.content_part.added', { ...part, part: partOf('') }],
    ['response.output_text.delta', { ...part, delta: text }],
    ['response.output_text.done', { ...part, text }],
    ['response.content_part.done', { ...part, part: partOf(text) }],
    ['response.output_item.done', { ...item, item: response.output[0] }],
    ['response.completed', { response }],
  ];
  return eventStream(events.map(([type, members], sequence_number) => [type, { sequence_number, ...members }]));
}

/** https://platform.claude.com/docs/en/api/messages */
export function renderLlmMessage({ id, model, asked, text }: Generated): Schema<'nvcf', 'LlmMessageAnswer'> {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: tokensIn(asked), output_tokens: tokensIn(text) },
  };
}

export function messageEvents(generated: Generated): Buffer {
  const { usage, ...message } = renderLlmMessage(generated);
  const begun = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 0 } };
  return eventStream([
    ['message_start', { message: begun }],
    ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
    ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: generated.text } }],
    ['content_block_stop', { index: 0 }],
    [
      'message_delta',
      { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: usage.output_tokens } },
    ],
    ['message_stop', {}],
  ]);
}

type EmbeddingRequest = {
  readonly input: Schema<'nvcf', 'LlmEmbeddingRequest'>['input'];
  readonly dimensions?: number | null;
  readonly encoding_format?: 'float' | 'base64' | null;
};

/** The default length of a vector. */
const DIMENSIONS = 8;
/** Numbers per response. They are computed synchronously, which takes about 20 ms for this many. */
const MAX_NUMBERS = 2 ** 18;

/** https://developers.openai.com/api/docs/api-reference/embeddings */
export function renderEmbeddings(
  model: string,
  { input, dimensions, encoding_format }: EmbeddingRequest,
): Schema<'nvcf', 'LlmEmbeddings'> {
  const texts = textsToEmbed(input);
  const length = dimensions ?? DIMENSIONS;
  if (texts.length * length > MAX_NUMBERS) {
    const message = `${texts.length} texts with ${length} dimensions exceed the limit of this mock: ${MAX_NUMBERS} numbers per request. Send fewer texts.`;
    throw new Problem('bad_state', message);
  }
  const data = texts.map((text, index) => {
    const vector = vectorOf(text, length);
    const embedding = encoding_format === 'base64' ? base64Of(vector) : vector;
    return { object: 'embedding' as const, index, embedding };
  });
  const tokens = tokensToEmbed({ input });
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** Counts the tokens of all texts. */
export function tokensToEmbed({ input }: Pick<EmbeddingRequest, 'input'>): number {
  return tokensInAll(textsToEmbed(input));
}

/** A list of numbers is one text, given as tokens. */
function textsToEmbed(input: EmbeddingRequest['input']): readonly string[] {
  if (typeof input === 'string') return [input];
  return typeof input[0] === 'number' ? [input.join(' ')] : input.map((one) => String(one));
}

/** Derives numbers in [-1, 1) from the text. The first ones repeat, so that long vectors stay cheap. */
function vectorOf(text: string, dimensions: number): number[] {
  const numbers = Array.from({ length: DIMENSIONS }, (_, place) => Math.round(2e4 * drawnAt(text, place) - 1e4) / 1e4);
  return Array.from({ length: dimensions }, (_, place) => numbers[place % DIMENSIONS] as number);
}

function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, 4 * index);
  return bytes.toString('base64');
}
