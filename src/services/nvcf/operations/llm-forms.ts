import type { Schema } from '../../../contract/documented.ts';
import { Problem } from '../../../decisions/problem.ts';
import { isRecord } from '../../../objects/members.ts';
import { drawAt } from '../../../platform/random.ts';

/** The response of a function behind the LLM gateway, before rendering. */
export interface Generated {
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

/** Returns a function's text: its `answer`, or the prompt. An object is the whole response body. */
export function readFunctionAnswer(
  { answer }: { readonly answer?: unknown },
  prompt: string,
): { readonly text: string; readonly whole: Record<string, unknown> | null } {
  if (answer === undefined) return { text: prompt, whole: null };
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return { text, whole: isRecord(answer) && !Array.isArray(answer) ? answer : null };
}

/** A plausible token count. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function countAllTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}

/** https://developers.openai.com/api/docs/api-reference/chat */
export function chatCompletion({ id, createdAt, model, prompt, text }: Generated): Schema<'nvcf', 'LlmChatCompletion'> {
  const [prompt_tokens, completion_tokens] = [countTokens(prompt), countTokens(text)];
  const message = { role: 'assistant', content: text, refusal: null } as const;
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: createdAt,
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
  return streamWithDoneMarker([...chunks, ...last]);
}

/**
 * https://developers.openai.com/api/docs/api-reference/completions
 *
 * @param prompts each completed with the text, or with itself for an echo
 */
export function renderCompletion(
  { id, createdAt, model, prompt, text }: Generated,
  prompts: readonly string[],
): Schema<'catalogue', 'Completion'> {
  const texts = prompts.map((input) => (text === prompt ? input : text));
  const [prompt_tokens, completion_tokens] = [countAllTokens(prompts), countAllTokens(texts)];
  return {
    id: `cmpl-${id}`,
    object: 'text_completion',
    created: createdAt,
    model,
    choices: texts.map((completion, index) => ({ index, text: completion, logprobs: null, finish_reason: 'stop' })),
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

export function completionChunks(generated: Generated, prompts: readonly string[], withUsage: boolean): Buffer {
  const { usage, choices, ...whole } = renderCompletion(generated, prompts);
  const last = withUsage ? [{ ...whole, choices: [], usage }] : [];
  return streamWithDoneMarker([...choices.map((choice) => ({ ...whole, choices: [choice] })), ...last]);
}

/** Server-sent events without types, followed by the end marker. */
function streamWithDoneMarker(events: readonly object[]): Buffer {
  const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  return Buffer.from(`${lines.join('')}data: [DONE]\n\n`);
}

type StreamedEvent = readonly [type: string, members: object];

/** Server-sent events with the type repeated in the data. */
function eventStream(events: readonly StreamedEvent[]): Buffer {
  const texts = events.map(([type, members]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`);
  return Buffer.from(texts.join(''));
}

/** https://developers.openai.com/api/docs/api-reference/responses */
export function renderResponse({ id, createdAt, model, prompt, text }: Generated): Schema<'nvcf', 'LlmResponse'> {
  const [input_tokens, output_tokens] = [countTokens(prompt), countTokens(text)];
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: createdAt,
    status: 'completed',
    model,
    output: [responseMessage(id, 'completed', [outputTextPart(text)])],
    usage: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
    error: null,
    incomplete_details: null,
  };
}

function responseMessage(id: string, status: string, content: readonly object[]) {
  return { type: 'message', id: `msg_${id}`, status, role: 'assistant', content };
}

function outputTextPart(text: string) {
  return { type: 'output_text', text, annotations: [] };
}

export function responseEvents(generated: Generated): Buffer {
  const { id, text } = generated;
  const response = renderResponse(generated);
  const initial = { ...response, status: 'in_progress', output: [], usage: null };
  const item = { output_index: 0 };
  const part = { ...item, item_id: `msg_${id}`, content_index: 0 };
  const events: readonly StreamedEvent[] = [
    ['response.created', { response: initial }],
    ['response.in_progress', { response: initial }],
    ['response.output_item.added', { ...item, item: responseMessage(id, 'in_progress', []) }],
    ['response.content_part.added', { ...part, part: outputTextPart('') }],
    ['response.output_text.delta', { ...part, delta: text }],
    ['response.output_text.done', { ...part, text }],
    ['response.content_part.done', { ...part, part: outputTextPart(text) }],
    ['response.output_item.done', { ...item, item: response.output[0] }],
    ['response.completed', { response }],
  ];
  return eventStream(events.map(([type, members], sequence_number) => [type, { sequence_number, ...members }]));
}

/** https://platform.claude.com/docs/en/api/messages */
export function renderLlmMessage({ id, model, prompt, text }: Generated): Schema<'nvcf', 'LlmMessageAnswer'> {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: countTokens(prompt), output_tokens: countTokens(text) },
  };
}

export function messageEvents(generated: Generated): Buffer {
  const { usage, ...message } = renderLlmMessage(generated);
  const initial = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 0 } };
  return eventStream([
    ['message_start', { message: initial }],
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
const DEFAULT_DIMENSIONS = 8;
/** Maximum count of numbers per response. Computing this many blocks the event loop for about 20 ms. */
const MAX_NUMBERS = 2 ** 18;

/** https://developers.openai.com/api/docs/api-reference/embeddings */
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
    const vector = createVector(text, length);
    const embedding = encoding_format === 'base64' ? encodeVector(vector) : vector;
    return { object: 'embedding' as const, index, embedding };
  });
  const tokens = countEmbeddingTokens({ input });
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** Counts the tokens of all texts. */
export function countEmbeddingTokens({ input }: Pick<EmbeddingRequest, 'input'>): number {
  return countAllTokens(readEmbeddingTexts(input));
}

/** A list of numbers is one text, given as tokens. */
function readEmbeddingTexts(input: EmbeddingRequest['input']): readonly string[] {
  if (typeof input === 'string') return [input];
  return typeof input[0] === 'number' ? [input.join(' ')] : input.map((token) => String(token));
}

/** Derives numbers in [-1, 1) from the text. The first ones repeat, so that long vectors stay cheap. */
function createVector(text: string, dimensions: number): number[] {
  const numbers = Array.from(
    { length: DEFAULT_DIMENSIONS },
    (_, index) => Math.round(2e4 * drawAt(text, index) - 1e4) / 1e4,
  );
  return Array.from({ length: dimensions }, (_, index) => numbers[index % DEFAULT_DIMENSIONS] as number);
}

function encodeVector(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, 4 * index);
  return bytes.toString('base64');
}
