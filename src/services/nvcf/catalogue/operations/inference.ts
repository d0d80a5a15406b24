import type { AuthenticatedContext, Handler } from '../../../../contract/request.ts';
import { Problem } from '../../../../decisions/problem.ts';
import type { Outcome } from '../../../../decisions/responses/outcome.ts';
import { isRecord } from '../../../../lib/members.ts';
import type { InvocationRow, InvocationTarget } from '../../invocations.ts';
import { fitTexts, renderEmbeddings } from '../../operations/embeddings.ts';
import { type GeneratedText, readFunctionAnswer, readLastUserText } from '../../operations/generated-text.ts';
import { chooseVersion, hasValidPollSeconds, pollResult, respondToInvocation } from '../../operations/invocation.ts';
import { PLAIN_FORM } from '../../operations/invocation-results.ts';
import { createMessage as createLlmMessage } from '../../operations/llm.ts';
import {
  renderChatCompletion,
  renderCompletion,
  renderResponse,
  streamChatCompletion,
  streamCompletion,
  streamResponse,
} from '../../operations/llm-forms.ts';
import { joinEndpointPath } from '../checks.ts';
import { findBodyModel, findEndpointModel } from '../lookups.ts';
import { isRankingPath, type ModelRow } from '../models.ts';
import { renderModelError } from '../problem.ts';
import { MODEL_ERRORS } from '../texts.ts';
import { readRankingRequest, renderRankings } from './rankings.ts';

type InvokedContext = AuthenticatedContext<InvocationTarget>;

interface ResponseOptions<Body> {
  readonly prompt: string;
  /** Whether to send server-sent events; false by default. */
  readonly isStreamed?: boolean;
  render(generated: GeneratedText, isStreamed: boolean): Body;
}

type Headers = Readonly<Record<string, string>>;

type ModelResponse<Body> =
  | { readonly status: 200; readonly headers: Headers; readonly body: Body | Record<string, unknown> }
  | { readonly status: 202; readonly headers: Headers; readonly body: Record<string, unknown> };

/** An `answer` is the text, or as an object the whole body. With `invokeTime`, the client polls even for a stream. */
async function respondInFormat<Body>(
  context: InvokedContext & { readonly body: { readonly model: string } },
  { prompt, isStreamed = false, render }: ResponseOptions<Body>,
): Promise<ModelResponse<Body> | ModelRefusal> {
  checkPollSeconds(context);
  const refusal = findUnsupported(await findBodyModel(context), context.body);
  if (refusal !== null) return refusal;
  const version = chooseVersion(context);
  const { text, whole } = readFunctionAnswer(version.body.behaviour, prompt);
  const { model } = context.body;
  const generated = { id: context.random.hex(24), createdAt: Math.floor(context.now / 1000), model, prompt, text };
  // Stored results are never streamed, because a client polls for them.
  const { status, headers } = await respondToInvocation(
    context,
    version,
    { service: 'catalogue', answer: whole ?? render(generated, false) },
    PLAIN_FORM,
  );
  if (status === 202) return { status, headers, body: {} };
  const body = whole ?? render(generated, isStreamed);
  return { status, headers: { ...headers, ...(Buffer.isBuffer(body) && EVENT_STREAM_HEADERS) }, body };
}

const EVENT_STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } as const;

/** The gateway marks the responses of models with this header. */
const MODEL_HEADERS = { 'nvcf-error-source': 'upstream_status' } as const;

type ModelRefusal = ReturnType<typeof createModelRefusal>;

function createModelRefusal(message: string, outcome: Outcome & { readonly status: 400 }) {
  return { ...outcome, headers: { ...outcome.headers, ...MODEL_HEADERS }, refusal: new Problem('bad_state', message) };
}

function findUnsupported(model: ModelRow | null, body: unknown): ModelRefusal | null {
  const unsupported = model?.body.rejects?.filter((name) => isRecord(body) && Object.hasOwn(body, name)) ?? [];
  if (unsupported.length === 0) return null;
  const message = `${MODEL_ERRORS.unsupported}: ${unsupported.map((name) => `\`${name}\``).join(', ')}`;
  return createModelRefusal(message, { status: 400, body: { message, type: 'Bad Request', code: 400 } });
}

/** @throws Problem with the gateway's text if `NVCF-POLL-SECONDS` is not valid */
function checkPollSeconds(context: InvokedContext): void {
  if (!hasValidPollSeconds(context)) throw new Problem('bad_state', 'failed to parse poll duration');
}

const createChatCompletion: Handler<'catalogue', 'createChatCompletion', InvocationTarget> = async (context) => {
  checkPollSeconds(context);
  const { messages, stream, stream_options } = context.body;
  const model = await findBodyModel(context);
  if (model?.body.takesSingleToolCalls === true && messages.some(hasSeveralToolCalls))
    return createModelRefusal(MODEL_ERRORS.singleToolCalls, renderModelError(MODEL_ERRORS.singleToolCalls));
  return respondInFormat(context, {
    prompt: readLastUserText(messages),
    isStreamed: stream === true,
    render: (generated, isStreamed) =>
      isStreamed
        ? streamChatCompletion(generated, stream_options?.include_usage === true)
        : renderChatCompletion(generated),
  });
};

function hasSeveralToolCalls({ tool_calls: calls }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(calls) && calls.length > 1;
}

const createCompletion: Handler<'catalogue', 'createCompletion', InvocationTarget> = (context) => {
  const { prompt, stream, stream_options } = context.body;
  const prompts = typeof prompt === 'string' ? [prompt] : prompt;
  return respondInFormat(context, {
    prompt: prompts.join('\n'),
    isStreamed: stream === true,
    render: (generated, isStreamed) =>
      isStreamed
        ? streamCompletion(generated, prompts, stream_options?.include_usage === true)
        : renderCompletion(generated, prompts),
  });
};

const createEmbedding: Handler<'catalogue', 'createEmbedding', InvocationTarget> = async (context) => {
  checkPollSeconds(context);
  const { model: name, input_type: inputType = null } = context.body;
  const model = await findBodyModel(context);
  const isSymmetric = model?.body.isSymmetric === true;
  if (!isSymmetric && inputType === null) {
    const message = MODEL_ERRORS.inputType;
    return createModelRefusal(message, { status: 400, body: { error: message } });
  }
  const { input: sent, truncate } = context.body;
  const maxTokens = model?.body.maxTokens ?? null;
  const input = fitTexts(sent, maxTokens, truncate === 'START' || truncate === 'END' ? truncate : null);
  if ('tokens' in input) {
    const message = `Input length ${input.tokens} exceeds maximum allowed token size ${maxTokens}`;
    return createModelRefusal(message, { status: 400, body: { error: message } });
  }
  return respondInFormat(context, { prompt: '', render: () => renderEmbeddings(name, { ...context.body, input }) });
};

const createResponse: Handler<'catalogue', 'createResponse', InvocationTarget> = (context) => {
  const { input, stream } = context.body;
  return respondInFormat(context, {
    prompt: readLastUserText(input),
    isStreamed: stream === true,
    render: (generated, isStreamed) => (isStreamed ? streamResponse(generated) : renderResponse(generated)),
  });
};

const createMessage: Handler<'catalogue', 'createMessage', InvocationTarget> = async (context) =>
  findUnsupported(await findBodyModel(context), context.body) ?? createLlmMessage(context);

/** Calls a model with its own path, which ranks passages, or responds like any function. */
async function callEndpoint(context: InvokedContext) {
  checkPollSeconds(context);
  const version = chooseVersion(context);
  const refusal = findUnsupported(await findEndpointModel(context), context.body);
  if (refusal !== null) return refusal;
  const { behaviour } = version.body;
  let answer: unknown = context.body;
  if ('answer' in behaviour) {
    answer = behaviour.answer;
  } else if (isRankingPath(joinEndpointPath(context.params))) {
    answer = renderRankings(readRankingRequest(context.body));
  }
  return respondToInvocation(context, version, { service: 'catalogue', answer }, PLAIN_FORM);
}

const getStatus: Handler<'catalogue', 'getStatus', InvocationRow> = (context) => pollResult(context, PLAIN_FORM);

export const inferenceOperations = {
  createChatCompletion,
  createCompletion,
  createEmbedding,
  createResponse,
  createMessage,
  callEndpoint,
  callTaskEndpoint: callEndpoint,
  callActionEndpoint: callEndpoint,
  getStatus,
};
