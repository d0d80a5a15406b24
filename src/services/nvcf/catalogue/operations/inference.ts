import type { AuthenticatedContext, Handler } from '../../../../contract/request.ts';
import { Problem } from '../../../../decisions/problem.ts';
import type { Outcome } from '../../../../responses/outcome.ts';
import type { InvocationRow, Invoked } from '../../invocations.ts';
import {
  answerInvocation as answerOfVersion,
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
  lastOfUser,
  messageEvents,
  renderCompletion,
  renderEmbeddings,
  renderLlmMessage,
  renderResponse,
  responseEvents,
  saidBy,
} from '../../operations/llm-forms.ts';
import { modelInBody } from '../lookups.ts';
import { modelError } from '../problem.ts';
import { MODEL_ERRORS } from '../texts.ts';

type Called = AuthenticatedContext<Invoked>;

/** How to render a model's response in the format of an API. */
interface Form<Body> {
  /** The text that an echo repeats. */
  readonly asked: string;
  /** Whether to send server-sent events; false by default. */
  readonly isStreamed?: boolean;
  render(generated: Generated, isStreamed: boolean): Body;
}

/** A model's response, including headers. */
type Answered<Body> =
  | { readonly status: 200; readonly headers: Headers; readonly body: Body | Record<string, unknown> }
  | { readonly status: 202; readonly headers: Headers; readonly body: Record<string, unknown> };

type Headers = Readonly<Record<string, string>>;

/**
 * Responds in the format of an API. A function's `answer` is the text, or the whole body if it is an object. With an
 * `invokeTime`, the client must poll for the result, even a streamed one.
 */
async function answer<Body>(
  context: Called & { readonly body: { readonly model: string } },
  { asked, isStreamed = false, render }: Form<Body>,
): Promise<Answered<Body>> {
  refusePollSeconds(context);
  const version = chooseVersion(context);
  const { text, whole } = saidBy(version.body.behaviour, asked);
  const { model } = context.body;
  const generated = { id: context.random.hex(24), at: Math.floor(context.now / 1000), model, asked, text };
  const { status, headers } = await answerOfVersion(context, version, whole ?? render(generated, false), PLAIN);
  if (status === 202) return { status, headers, body: {} };
  const body = whole ?? render(generated, isStreamed);
  return { status, headers: { ...headers, ...(Buffer.isBuffer(body) && OF_EVENTS) }, body };
}

const OF_EVENTS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } as const;

/** Refuses a request like the model itself. */
function refuseAsModel<Its extends Outcome & { readonly status: 400 }>(message: string, outcome: Its) {
  return { ...outcome, headers: { ...outcome.headers, ...OF_MODEL }, refusal: new Problem('bad_state', message) };
}

const OF_MODEL = { 'nvcf-error-source': 'upstream_status' } as const;

/** @throws Problem for an invalid poll duration */
function refusePollSeconds(context: Pick<Called, 'headerLines'>): void {
  if (!hasPollSeconds(context)) throw new Problem('bad_state', 'failed to parse poll duration');
}

const createChatCompletion: Handler<'catalogue', 'createChatCompletion', Invoked> = async (context) => {
  refusePollSeconds(context);
  const { messages, stream, stream_options } = context.body;
  const model = await modelInBody(context);
  if (model?.body.takesSingleToolCalls === true && messages.some(hasSeveralToolCalls))
    return refuseAsModel(MODEL_ERRORS.singleToolCalls, modelError(MODEL_ERRORS.singleToolCalls));
  return answer(context, {
    asked: lastOfUser(messages),
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
  return answer(context, {
    asked: prompts.join('\n'),
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
  const model = await modelInBody(context);
  const message = MODEL_ERRORS.inputType;
  if (model?.body.isSymmetric !== true && type === null)
    return refuseAsModel(message, { status: 400, body: { error: message } });
  return answer(context, { asked: '', render: () => renderEmbeddings(name, context.body) });
};

const createResponse: Handler<'catalogue', 'createResponse', Invoked> = (context) => {
  const { input, stream } = context.body;
  return answer(context, {
    asked: lastOfUser(input),
    isStreamed: stream === true,
    render: (generated, isStreamed) => (isStreamed ? responseEvents(generated) : renderResponse(generated)),
  });
};

const createMessage: Handler<'catalogue', 'createMessage', Invoked> = (context) => {
  const { messages, stream } = context.body;
  return answer(context, {
    asked: lastOfUser(messages),
    isStreamed: stream === true,
    render: (generated, isStreamed) => (isStreamed ? messageEvents(generated) : renderLlmMessage(generated)),
  });
};

/** A model with its own path responds like any function. */
async function callEndpoint(context: Called) {
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
