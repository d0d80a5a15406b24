import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { refuseIf } from '../../../ngc-keys/control-plane.ts';
import { isRecord } from '../../../objects/members.ts';
import { rfc3339 } from '../../../time/clock.ts';
import { accountOf } from '../caller.ts';
import { type FunctionRow, findVisibleVersions } from '../functions.ts';
import type { Invoked } from '../invocations.ts';
import { admit } from '../llm-limits.ts';
import { derivePayloadSession, readBodySession, readHeaderSession, SESSION_HEADER } from '../llm-sessions.ts';
import { llmRequestId } from '../problem.ts';
import { FAULTS } from '../tables/texts.ts';
import { chooseVersion, UUID } from './invocation.ts';
import {
  chatChunks,
  chatCompletion,
  countEmbeddingTokens,
  countTokens,
  type Generated,
  messageEvents,
  readFunctionAnswer,
  readLastUserText,
  renderEmbeddings,
  renderLlmMessage,
  renderResponse,
  responseEvents,
} from './llm-forms.ts';

const FUNCTION_IN_MODEL = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(.*)$/is;

/** Returns the function from the header or the model, and the model without the function. */
function readModel(context: Pick<Context, 'headerLines' | 'body'>) {
  const { body } = context;
  const model = isRecord(body) && typeof body['model'] === 'string' ? body['model'] : '';
  const [, inModel, rest = model] = FUNCTION_IN_MODEL.exec(model) ?? [];
  const [inHeader] = context.headerLines('nvcf-function-id');
  // `||`, because an empty header counts as absent.
  return { functionId: inHeader || inModel, model: rest };
}

/** Looks up the requested function. @throws Problem if the request has none */
const functionInModel: Lookup<readonly FunctionRow[]> = async (context) => {
  const { functionId } = readModel(context);
  if (functionId === undefined) {
    const message =
      'The request names no function. Send `<function id>/<model>` as `model`, or an `nvcf-function-id` header.';
    throw new Problem('invalid_request', message);
  }
  const id = functionId.toLowerCase();
  if (!UUID.test(id))
    throw new Problem('invalid_request', 'Header `nvcf-function-id` must be the id of a function, which is a UUID.');
  const lookedUp = await findVisibleVersions(context.store.collections, id, accountOf(context));
  // Without names: the gateway returns 404 for functions hidden from the account before it checks the key's resources.
  return lookedUp.found === 'object' ? lookedUp : { ...lookedUp, requestedName: functionId };
};

/** How an operation of the gateway responds. */
interface ResponseOptions<Body> {
  /** The conversation to return; null if the operation has none. */
  readonly session: string | null;
  /** The text that an echo repeats. */
  readonly prompt: string;
  /** Defaults to the tokens of `prompt`. */
  readonly inputTokens?: number;
  /** The caller's limit for output tokens. */
  readonly maxOutputTokens?: number | null | undefined;
  render(generated: Generated): Body;
}

type Headers = Readonly<Record<string, string>>;

type LlmGatewayResponse<Body> =
  | { readonly status: 200; readonly headers: Headers; readonly body: Body | Record<string, unknown> }
  | { readonly status: 429; readonly headers: Headers; readonly body: object; readonly refusal: Problem };

/**
 * Responds in the format of an API. A function's `answer` is the text, or the whole body if it is an object. These APIs
 * have no status for a pending result, so `invokeTime` has no effect.
 */
async function respondInFormat<Body>(
  context: Parameters<typeof chooseVersion>[0],
  { session, prompt, inputTokens: input = countTokens(prompt), maxOutputTokens, render }: ResponseOptions<Body>,
): Promise<LlmGatewayResponse<Body>> {
  refuseIf(context.headerLines('x-priority').length > 0, FAULTS.priorityOfClient);
  const version = chooseVersion(context);
  const { text, whole } = readFunctionAnswer(version.body.behaviour, prompt);
  const { model } = readModel(context);
  const output = countTokens(text);
  const tokens = { reserved: input + (maxOutputTokens ?? output), used: input + output };
  const { isAdmitted, headers: limits } = await admit(context, version, model, tokens);
  const headers = { 'x-request-id': llmRequestId(context), ...limits };
  if (!isAdmitted) {
    const message = 'rate limit exceeded';
    return { status: 429, headers, body: { message }, refusal: new Problem('too_many_requests', message) };
  }
  const createdAt = Math.floor(context.now / 1000);
  const body = whole ?? render({ id: context.random.hex(24), createdAt, model, prompt, text });
  return {
    status: 200,
    headers: {
      ...headers,
      ...(session !== null && { [SESSION_HEADER]: session }),
      ...(Buffer.isBuffer(body) && { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }),
    },
    body,
  };
}

const createChatCompletion: Handler<'nvcf', 'createChatCompletion', Invoked> = (context) => {
  const { model, messages, stream, stream_options, prompt_cache_key: key } = context.body;
  const inHeader = readHeaderSession(context);
  const session = readBodySession(['prompt_cache_key', key]) ?? inHeader ?? derivePayloadSession(messages);
  const withUsage = stream_options?.include_usage === true;
  return respondInFormat(context, {
    session,
    prompt: readLastUserText(messages),
    maxOutputTokens: context.body.max_completion_tokens ?? context.body.max_tokens,
    // The gateway returns the model as sent, including the function.
    render: (rendered) => {
      const generated = { ...rendered, model };
      return stream === true ? chatChunks(generated, withUsage) : chatCompletion(generated);
    },
  });
};

const createResponse: Handler<'nvcf', 'createResponse', Invoked> = (context) => {
  const { input, stream, prompt_cache_key: key, conversation, max_output_tokens: maxOutputTokens } = context.body;
  const inHeader = readHeaderSession(context);
  const conversationId = isRecord(conversation) && typeof conversation['id'] === 'string' ? conversation['id'] : null;
  const inBody = readBodySession(['prompt_cache_key', key], ['conversation.id', conversationId]);
  return respondInFormat(context, {
    session: inBody ?? inHeader ?? derivePayloadSession(input),
    prompt: readLastUserText(input),
    maxOutputTokens,
    render: (generated) => (stream === true ? responseEvents(generated) : renderResponse(generated)),
  });
};

const CLAUDE_CODE_SESSION = 'x-claude-code-session-id';

/** Like the gateway, checks these after looking up the function, in this order. */
const createMessage: Handler<'nvcf', 'createMessage', Invoked> = (context) => {
  const { max_tokens: maxOutputTokens, messages, stream } = context.body;
  refuseIf(typeof maxOutputTokens !== 'number' || maxOutputTokens <= 0, FAULTS.noMaxTokens);
  refuseIf(!Array.isArray(messages) || messages.length === 0, FAULTS.noMessages);
  const session =
    readHeaderSession(context) ?? readHeaderSession(context, CLAUDE_CODE_SESSION) ?? derivePayloadSession(messages);
  return respondInFormat(context, {
    session,
    prompt: readLastUserText(messages),
    maxOutputTokens,
    render: (generated) => (stream === true ? messageEvents(generated) : renderLlmMessage(generated)),
  });
};

const createEmbedding: Handler<'nvcf', 'createEmbedding', Invoked> = (context) =>
  respondInFormat(context, {
    session: null,
    prompt: '',
    inputTokens: countEmbeddingTokens(context.body),
    render: ({ model }) => renderEmbeddings(model, context.body),
  });

/** Lists only models registered without a function, and Cloud Functions registers none. */
const listModels: Handler<'nvcf', 'listLlmModels'> = () => ({ status: 200, body: { object: 'list', data: [] } });

/** An error in the format of OpenAI's API, used only by these operations. */
function modelError(code: string, message: string) {
  return { error: { code, message, param: 'model', type: 'invalid_request_error' } };
}

function modelNotFound(id: string) {
  const message = `The model '${id}' does not exist`;
  const refusal = new Problem('not_found', message);
  return { status: 404, body: modelError('model_not_found', message), refusal } as const;
}

const getModel: Handler<'nvcf', 'getLlmModel'> = ({ params: { model } }) => modelNotFound(model);

const getModelOfOwner: Handler<'nvcf', 'getLlmModelOfOwner'> = ({ params: { owner, model } }) =>
  modelNotFound(`${owner}/${model}`);

const getRegistry: Handler<'nvcf', 'getLlmRegistry'> = ({ now, query }) => {
  if (query.model === '') {
    const message = 'The model filter must not be empty';
    const refusal = new Problem('bad_state', message);
    return { status: 400, body: modelError('invalid_model_filter', message), refusal };
  }
  return { status: 200, body: { generatedAt: rfc3339(now).replace(/\.\d+Z$/, 'Z'), models: [] } };
};

const up = () => ({ status: 200, body: { status: 'ok' } }) as const;

export const llmLookups = { functionInModel };

export const llmOperations = {
  createChatCompletion,
  createResponse,
  createMessage,
  createEmbedding,
  listLlmModels: listModels,
  getLlmModel: getModel,
  getLlmModelOfOwner: getModelOfOwner,
  getLlmRegistry: getRegistry,
  getLlmHealth: up,
  getLlmReadiness: up,
  getLlmInfo: () => ({ status: 200, body: { name: 'llm-api-gateway' } }) as const,
};
