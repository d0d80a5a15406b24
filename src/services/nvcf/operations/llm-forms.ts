import type { Schema } from '../../../contract/documented.ts';
import { countAllTokens, countTokens, type GeneratedText } from './generated-text.ts';

/** Renders a chat completion (https://developers.openai.com/api/docs/api-reference/chat). */
export function renderChatCompletion({
  id,
  createdAt,
  model,
  prompt,
  text,
}: GeneratedText): Schema<'nvcf', 'LlmChatCompletion'> {
  const prompt_tokens = countTokens(prompt);
  const completion_tokens = countTokens(text);
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

/** Renders a chat completion as server-sent events. @param withUsage adds a last chunk with token counts */
export function streamChatCompletion(generated: GeneratedText, withUsage: boolean): Buffer {
  const { usage, choices: _, ...completion } = renderChatCompletion(generated);
  const common = { ...completion, object: 'chat.completion.chunk' };
  const createChunk = (delta: object, finish_reason: 'stop' | null) => ({
    ...common,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  const chunks: object[] = [
    createChunk({ role: 'assistant', content: '' }, null),
    createChunk({ content: generated.text }, null),
    createChunk({}, 'stop'),
  ];
  if (withUsage) chunks.push({ ...common, choices: [], usage });
  return encodeUntypedEvents(chunks);
}

/** Completes each prompt (https://developers.openai.com/api/docs/api-reference/completions). An echo repeats it. */
export function renderCompletion(
  { id, createdAt, model, prompt, text }: GeneratedText,
  prompts: readonly string[],
): Schema<'catalogue', 'Completion'> {
  const isEcho = text === prompt;
  const texts = isEcho ? prompts : prompts.map(() => text);
  const prompt_tokens = countAllTokens(prompts);
  const completion_tokens = countAllTokens(texts);
  return {
    id: `cmpl-${id}`,
    object: 'text_completion',
    created: createdAt,
    model,
    choices: texts.map((completion, index) => ({ index, text: completion, logprobs: null, finish_reason: 'stop' })),
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

/** Renders a completion as server-sent events, one for each prompt. @param withUsage adds a last chunk with token counts */
export function streamCompletion(generated: GeneratedText, prompts: readonly string[], withUsage: boolean): Buffer {
  const { usage, choices, ...common } = renderCompletion(generated, prompts);
  const chunks: object[] = choices.map((choice) => ({ ...common, choices: [choice] }));
  if (withUsage) chunks.push({ ...common, choices: [], usage });
  return encodeUntypedEvents(chunks);
}

/** Renders a response (https://developers.openai.com/api/docs/api-reference/responses). */
export function renderResponse({ id, createdAt, model, prompt, text }: GeneratedText): Schema<'nvcf', 'LlmResponse'> {
  const input_tokens = countTokens(prompt);
  const output_tokens = countTokens(text);
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: createdAt,
    status: 'completed',
    model,
    output: [createResponseMessage(id, 'completed', [createTextPart(text)])],
    usage: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
    error: null,
    incomplete_details: null,
  };
}

function createResponseMessage(id: string, status: string, content: readonly object[]) {
  return { type: 'message', id: `msg_${id}`, status, role: 'assistant', content };
}

function createTextPart(text: string) {
  return { type: 'output_text', text, annotations: [] };
}

export function streamResponse(generated: GeneratedText): Buffer {
  const { id, text } = generated;
  const response = renderResponse(generated);
  const initial = { ...response, status: 'in_progress', output: [], usage: null };
  const item = { output_index: 0 };
  const part = { ...item, item_id: `msg_${id}`, content_index: 0 };
  const events = [
    { type: 'response.created', response: initial },
    { type: 'response.in_progress', response: initial },
    { type: 'response.output_item.added', ...item, item: createResponseMessage(id, 'in_progress', []) },
    { type: 'response.content_part.added', ...part, part: createTextPart('') },
    { type: 'response.output_text.delta', ...part, delta: text },
    { type: 'response.output_text.done', ...part, text },
    { type: 'response.content_part.done', ...part, part: createTextPart(text) },
    { type: 'response.output_item.done', ...item, item: response.output[0] },
    { type: 'response.completed', response },
  ];
  // The order of members is the vendor's: the number follows the type.
  return encodeTypedEvents(events.map(({ type, ...members }, index) => ({ type, sequence_number: index, ...members })));
}

/** Renders a message (https://platform.claude.com/docs/en/api/messages). */
export function renderLlmMessage({ id, model, prompt, text }: GeneratedText): Schema<'nvcf', 'LlmMessageAnswer'> {
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

export function streamLlmMessage(generated: GeneratedText): Buffer {
  const { usage, ...message } = renderLlmMessage(generated);
  const initial = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 0 } };
  const finalUsage = { output_tokens: usage.output_tokens };
  return encodeTypedEvents([
    { type: 'message_start', message: initial },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: generated.text } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: finalUsage },
    { type: 'message_stop' },
  ]);
}

/** Encodes server-sent events without types, followed by OpenAI's end marker. */
function encodeUntypedEvents(events: readonly object[]): Buffer {
  const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  return Buffer.from(`${lines.join('')}data: [DONE]\n\n`);
}

/** Encodes server-sent events with types. The data is the whole event, so it repeats the type. */
function encodeTypedEvents(events: readonly { readonly type: string; readonly [member: string]: unknown }[]): Buffer {
  const texts = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return Buffer.from(texts.join(''));
}
