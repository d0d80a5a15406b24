import type { AuthenticatedContext, Handler } from '../../../../contract/request.ts';
import { Problem } from '../../../../decisions/problem.ts';
import type { Outcome } from '../../../../responses/outcome.ts';
import type { InvocationRow, Invoked } from '../../invocations.ts';
import {
  respondToInvocation as answerOfVersion,
  chooseVersion,
  hasPollSeconds,
  PLAIN,
  pollResult,
} from '../../operations/invocation.ts';
import {
  chatChunks,
  chatCompletion,
  completionChunks,
  type Generated,
  messageEvents,
  readFunctionAnswer,
  readLastUserText,
  renderCompletion,
  renderEmbeddings,
  renderLlmMessage,
  renderResponse,
  responseEvents,
} from '../../operations/llm-forms.ts';
import { findBodyModel } from '../lookups.ts';
import { modelError } from '../problem.ts';
import { MODEL_ERRORS } from '../texts.ts';

type InvokedContext = AuthenticatedContext<Invoked>;

/** How to render a model's response in the format of an API. */
interface ResponseOptions<Body> {
  /** The text that an echo repeats. */
  readonly prompt: string;
  /** Whether to send server-sent events; false by default. */
  readonly isStreamed?: boolean;
  render(generated: Generated, isStreamed: boolean): Body;
}

/** A model's response, including headers. */
type ModelResponse<Body> =
  | { readonly status: 200; readonly headers: Headers; readonly body: Body | Record<string, unknown> }
  | { readonly status: 202; readonly headers: Headers; readonly body: Record<string, unknown> };

type Headers = Readonly<Record<string, string>>;

/**
 * Responds in the format of an API. A function's `answer` is the text, or the whole body if it is an object. With an
 * `invokeTime`, the client must poll for the result, even a streamed one.
 */
async function respondInFormat<Body>(
  context: InvokedContext & { readonly body: { readonly model: string } },
  { prompt, isStreamed = false, render }: ResponseOptions<Body>,
): Promise<ModelResponse<Body>> {
  refusePollSeconds(context);
  const version = chooseVersion(context);
  const { text, whole } = readFunctionAnswer(version.body.behaviour, prompt);
  const { model } = context.body;
  const generated = { id: context.random.hex(24), createdAt: Math.floor(context.now / 1000), model, prompt, text };
  const { status, headers } = await answerOfVersion(context, version, whole ?? render(generated, false), PLAIN);
  if (status === 202) return { status, headers, body: {} };
  const body = whole ?? render(generated, isStreamed);
  return { status, headers: { ...headers, ...(Buffer.isBuffer(body) && EVENT_STREAM_HEADERS) }, body };
}

const EVENT_STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } as const;

/** Refuses a request like the model itself. */
function refuseAsModel<Refusal extends Outcome & { readonly status: 400 }>(message: string, outcome: Refusal) {
  return { ...outcome, headers: { ...outcome.headers, ...MODEL_HEADERS }, refusal: new Problem('bad_state', message) };
}

const MODEL_HEADERS = { 'nvcf-error-source': 'upstream_status' } as const;

/** @throws Problem for an invalid poll duration */
function refusePollSeconds(context: Pick<InvokedContext, 'headerLines'>): void {
  if (!hasPollSeconds(context)) throw new Problem('bad_state', 'failed to parse poll duration');
}

const createChatCompletion: Handler<'catalogue', 'createChatCompletion', Invoked> = async (context) => {
  refusePollSeconds(context);
  const { messages, stream, stream_options } = context.body;
  const model = await findBodyModel(context);
  if (model?.body.takesSingleToolCalls === true && messages.some(hasSeveralToolCalls))
    return refuseAsModel(MODEL_ERRORS.singleToolCalls, modelError(MODEL_ERRORS.singleToolCalls));
  return respondInFormat(context, {
    prompt: readLastUserText(messages),
    isStreamed: stream === true,
    render: (generated, isStreamed) =>
      isStreamed ? chatChunks(generated, stream_options?.include_usage === true) : chatCompletion(generated),
  });
};

function hasSeveralToolCalls({ tool_calls: calls }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(calls) && calls.length > 1;
}

const createCompletion: Handler<'catalogue', 'createCompletion', Invoked> = (context) => {
  const { prompt, stream, stream_options } = context.body;
  const prompts = typeof prompt === 'string' ? [prompt] : prompt;
  return respondInFormat(context, {
    prompt: prompts.join('\n'),
    isStreamed: stream === true,
    render: (generated, isStreamed) =>
      isStreamed
        ? completionChunks(generated, prompts, stream_options?.include_usage === true)
        : renderCompletion(generated, prompts),
  });
};

const createEmbedding: Handler<'catalogue', 'createEmbedding', Invoked> = async (context) => {
  refusePollSeconds(context);
  const { model: name, input_type: type = null } = context.body;
  const model = await findBodyModel(context);
  const message = MODEL_ERRORS.inputType;
  if (model?.body.isSymmetric !== true && type === null)
    return refuseAsModel(message, { status: 400, body: { error: message } });
  return respondInFormat(context, { prompt: '', render: () => renderEmbeddings(name, context.body) });
};

const createResponse: Handler<'catalogue', 'createResponse', Invoked> = (context) => {
  const { input, stream } = context.body;
  return respondInFormat(context, {
    prompt: readLastUserText(input),
    isStreamed: stream === true,
    render: (generated, isStreamed) => (isStreamed ? responseEvents(generated) : renderResponse(generated)),
  });
};

const createMessage: Handler<'catalogue', 'createMessage', Invoked> = (context) => {
  const { messages, stream } = context.body;
  return respondInFormat(context, {
    prompt: readLastUserText(messages),
    isStreamed: stream === true,
    render: (generated, isStreamed) => (isStreamed ? messageEvents(generated) : renderLlmMessage(generated)),
  });
};

/** A model with its own path responds like any function. */
async function callEndpoint(context: InvokedContext) {
  refusePollSeconds(context);
  const version = chooseVersion(context);
  const { behaviour } = version.body;
  return answerOfVersion(context, version, 'answer' in behaviour ? behaviour.answer : context.body, PLAIN);
}

const getStatus: Handler<'catalogue', 'getStatus', InvocationRow> = (context) => pollResult(context, PLAIN);

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
