import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { isRecord } from '../../../core/members.ts';
import { Problem } from '../../../core/problem.ts';
import { accountOf } from '../caller.ts';
import { type FunctionRow, visibleVersions } from '../functions.ts';
import type { Invoked } from '../invocations.ts';
import { llmRequestId } from '../problem.ts';
import { chooseVersion } from './invocation.ts';
import {
  chatChunks,
  chatCompletion,
  embeddingsOf,
  lastOfUser,
  responseEvents,
  responseOf,
  type Said,
} from './llm-forms.ts';

const FUNCTION_IN_MODEL = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(.*)$/is;

/** The function that a header or the model names, and the model without it. */
function named(context: Pick<Context, 'headerLines' | 'body'>) {
  const { body } = context;
  const model = isRecord(body) && typeof body['model'] === 'string' ? body['model'] : '';
  const [, inModel, rest = model] = FUNCTION_IN_MODEL.exec(model) ?? [];
  const [inHeader] = context.headerLines('nvcf-function-id');
  // An empty header names nothing.
  return { functionId: inHeader || inModel, model: rest };
}

/** The function that the request is for. @throws Problem if it names none */
const functionInModel: Lookup<readonly FunctionRow[]> = async (context) => {
  if (context.headerLines('x-priority').length > 0) {
    throw new Problem('invalid_request', 'Header `X-Priority` is not for clients. Remove it.');
  }
  const { functionId } = named(context);
  if (functionId === undefined) {
    const message =
      'The request names no function. Send `<function id>/<model>` as `model`, or the header `nvcf-function-id`.';
    throw new Problem('invalid_request', message);
  }
  const id = functionId.toLowerCase();
  const lookedUp = await visibleVersions(context.store.collections, id, accountOf(context));
  if (lookedUp.found === 'object') return lookedUp;
  return { ...lookedUp, asked: functionId, names: { function: id, 'function-versions': `${id}/` } };
};

/**
 * Answers in the form of OpenAI's API. A function's `answer` is the text, or the whole body if it is an object. There is
 * no status for a result that is not ready, so an `invokeTime` has no effect.
 */
function answerOf<Body>(
  context: Parameters<typeof chooseVersion>[0],
  asked: string,
  render: (said: Said) => Body,
): { readonly status: 200; readonly headers: Record<string, string>; readonly body: Body | Record<string, unknown> } {
  const { behaviour } = chooseVersion(context).body;
  const { answer } = behaviour;
  const headers = { 'x-request-id': llmRequestId(context) };
  if (isRecord(answer) && !Array.isArray(answer)) return { status: 200, headers, body: answer };
  const text = answer === undefined ? asked : typeof answer === 'string' ? answer : JSON.stringify(answer);
  const said = {
    id: context.random.hex(24),
    at: Math.floor(context.now / 1000),
    model: named(context).model,
  };
  const body = render({ ...said, asked, text });
  return {
    status: 200,
    headers: {
      ...headers,
      ...(Buffer.isBuffer(body) && { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }),
    },
    body,
  };
}

const chat: Handler<'nvcf', 'createChatCompletion', Invoked> = (context) => {
  const { messages, stream, stream_options } = context.body;
  const withUsage = stream_options?.include_usage === true;
  return answerOf(context, lastOfUser(messages), (said) =>
    stream === true ? chatChunks(said, withUsage) : chatCompletion(said),
  );
};

const respond: Handler<'nvcf', 'createResponse', Invoked> = (context) => {
  const { input, stream } = context.body;
  return answerOf(context, lastOfUser(input), (said) => (stream === true ? responseEvents(said) : responseOf(said)));
};

const embed: Handler<'nvcf', 'createEmbedding', Invoked> = (context) =>
  answerOf(context, '', ({ model }) => embeddingsOf(model, context.body));

const up = () => ({ status: 200, body: { status: 'ok' } }) as const;

export const llmLookups = { functionInModel };

export const llmOperations = {
  createChatCompletion: chat,
  createResponse: respond,
  createEmbedding: embed,
  getLlmHealth: up,
  getLlmReadiness: up,
  getLlmInfo: () => ({ status: 200, body: { name: 'llm-api-gateway' } }) as const,
};
