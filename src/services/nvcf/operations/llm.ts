import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { isRecord } from '../../../lib/members.ts';
import { sha256 } from '../../../tokens/secret.ts';
import { refuse, refuseIf } from '../../ngc-keys/control-plane.ts';
import { requireAccount } from '../caller.ts';
import { type FunctionRow, findVisibleVersions } from '../functions.ts';
import type { InvocationTarget } from '../invocations.ts';
import { takeTokens } from '../llm-limits.ts';
import { readLlmRequestId } from '../llm-problem.ts';
import { FUNCTION_IN_MODEL, isUuid } from '../name-patterns.ts';
import { FAULTS } from '../tables/texts.ts';
import { countEmbeddingTokens, renderEmbeddings } from './embeddings.ts';
import { countTokens, type GeneratedText, readFunctionAnswer, readLastUserText } from './generated-text.ts';
import { chooseVersion } from './invocation.ts';
import {
  renderChatCompletion,
  renderLlmMessage,
  renderResponse,
  streamChatCompletion,
  streamLlmMessage,
  streamResponse,
} from './llm-forms.ts';

/** Returns the id of the requested function, from the header or the model, and the model without this id. */
function readRequestedModel(context: Context) {
  const { body } = context;
  const model = isRecord(body) && typeof body['model'] === 'string' ? body['model'] : '';
  const [, idInModel, modelName = model] = FUNCTION_IN_MODEL.exec(model) ?? [];
  const [idInHeader] = context.headerLines('nvcf-function-id');
  // `||`, because an empty header counts as absent.
  return { functionId: idInHeader || idInModel, model: modelName };
}

/** Looks up the requested function. @throws Problem if the request has none */
const functionInModel: Lookup<readonly FunctionRow[]> = async (context) => {
  const { functionId } = readRequestedModel(context);
  if (functionId === undefined) {
    const message =
      'The request names no function. Send `<function id>/<model>` as `model`, or an `nvcf-function-id` header.';
    throw invalidRequest(message);
  }
  const id = functionId.toLowerCase();
  if (!isUuid(id)) {
    throw invalidRequest('Header `nvcf-function-id` must be the id of a function, which is a UUID.');
  }
  const lookedUp = await findVisibleVersions(context.store.collections, id, requireAccount(context));
  // Without names: the gateway returns 404 for functions hidden from the account before it checks the key's resources.
  return lookedUp.found === 'object' ? lookedUp : { ...lookedUp, requestedName: functionId };
};

interface ResponseOptions<Body> {
  /** The conversation to return; null if the operation has none. */
  readonly session: string | null;
  readonly prompt: string;
  /** Defaults to the tokens of `prompt`. */
  readonly inputTokens?: number;
  readonly maxOutputTokens?: number | null | undefined;
  render(generated: GeneratedText): Body;
}

type Headers = Readonly<Record<string, string>>;

type LlmGatewayResponse<Body> =
  | { readonly status: 200; readonly headers: Headers; readonly body: Body | Record<string, unknown> }
  | { readonly status: 429; readonly headers: Headers; readonly body: object; readonly refusal: Problem };

/** An `answer` is the text, or as an object the whole body. It cannot be pending: `invokeTime` has no effect. */
async function respondInFormat<Body>(
  context: Parameters<typeof chooseVersion>[0],
  { session, prompt, inputTokens = countTokens(prompt), maxOutputTokens, render }: ResponseOptions<Body>,
): Promise<LlmGatewayResponse<Body>> {
  refuseIf(context.headerLines('x-priority').length > 0, FAULTS.priorityOfClient);
  const version = chooseVersion(context);
  const { text, whole } = readFunctionAnswer(version.body.behaviour, prompt);
  const { model } = readRequestedModel(context);
  const outputTokens = countTokens(text);
  const { isAdmitted, headers: limitHeaders } = await takeTokens(context, version, model, {
    reserved: inputTokens + (maxOutputTokens ?? outputTokens),
    used: inputTokens + outputTokens,
  });
  const headers = { 'x-request-id': readLlmRequestId(context), ...limitHeaders };
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

const createChatCompletion: Handler<'nvcf', 'createChatCompletion', InvocationTarget> = (context) => {
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
      return stream === true ? streamChatCompletion(generated, withUsage) : renderChatCompletion(generated);
    },
  });
};

const createResponse: Handler<'nvcf', 'createResponse', InvocationTarget> = (context) => {
  const { input, stream, prompt_cache_key: key, conversation, max_output_tokens: maxOutputTokens } = context.body;
  const inHeader = readHeaderSession(context);
  const conversationId = isRecord(conversation) && typeof conversation['id'] === 'string' ? conversation['id'] : null;
  const inBody = readBodySession(['prompt_cache_key', key], ['conversation.id', conversationId]);
  return respondInFormat(context, {
    session: inBody ?? inHeader ?? derivePayloadSession(input),
    prompt: readLastUserText(input),
    maxOutputTokens,
    render: (generated) => (stream === true ? streamResponse(generated) : renderResponse(generated)),
  });
};

/** The header in which Claude Code sends the id of a conversation. */
const CLAUDE_CODE_SESSION_HEADER = 'x-claude-code-session-id';

/** The members that the gateway reads, in any case. */
const MESSAGES_MEMBERS = ['model', 'max_tokens', 'stream', 'messages', 'system', 'tools'] as const;

/** Checks the members after the function has been looked up, in this order, like the gateway. */
export const createMessage: Handler<'nvcf', 'createMessage', InvocationTarget> = (context) => {
  const { max_tokens: maxOutputTokens, messages, stream } = context.body;
  const sent = Object.keys(context.body).map((name) => name.toLowerCase());
  const ambiguous = MESSAGES_MEMBERS.find((name) => sent.indexOf(name) !== sent.lastIndexOf(name));
  if (ambiguous !== undefined) refuse(FAULTS.ambiguousMember, { name: ambiguous });
  refuseIf(typeof maxOutputTokens !== 'number' || maxOutputTokens <= 0, FAULTS.noMaxTokens);
  refuseIf(!Array.isArray(messages) || messages.length === 0, FAULTS.noMessages);
  const session =
    readHeaderSession(context) ??
    readHeaderSession(context, CLAUDE_CODE_SESSION_HEADER) ??
    derivePayloadSession(messages);
  return respondInFormat(context, {
    session,
    prompt: readLastUserText(messages),
    maxOutputTokens,
    render: (generated) => (stream === true ? streamLlmMessage(generated) : renderLlmMessage(generated)),
  });
};

const createEmbedding: Handler<'nvcf', 'createEmbedding', InvocationTarget> = (context) =>
  respondInFormat(context, {
    session: null,
    prompt: '',
    inputTokens: countEmbeddingTokens(context.body),
    render: ({ model }) => renderEmbeddings(model, context.body),
  });

/** Lists no models: the gateway lists only those that are registered without a function, and the mock has none. */
const listLlmModels: Handler<'nvcf', 'listLlmModels'> = () => ({ status: 200, body: { object: 'list', data: [] } });

/** Creates an error in the format of OpenAI's API, which only these operations use. */
function createModelError(code: string, message: string) {
  return { error: { code, message, param: 'model', type: 'invalid_request_error' } };
}

function respondModelNotFound(id: string) {
  const message = `The model '${id}' does not exist`;
  const refusal = new Problem('not_found', message);
  return { status: 404, body: createModelError('model_not_found', message), refusal } as const;
}

const getLlmModel: Handler<'nvcf', 'getLlmModel'> = ({ params: { model } }) => respondModelNotFound(model);

const getLlmModelOfOwner: Handler<'nvcf', 'getLlmModelOfOwner'> = ({ params: { owner, model } }) =>
  respondModelNotFound(`${owner}/${model}`);

const getLlmRegistry: Handler<'nvcf', 'getLlmRegistry'> = ({ now, query }) => {
  if (query.model === '') {
    const message = 'The model filter must not be empty';
    const refusal = new Problem('bad_state', message);
    return { status: 400, body: createModelError('invalid_model_filter', message), refusal };
  }
  return { status: 200, body: { generatedAt: rfc3339(now).replace(/\.\d+Z$/, 'Z'), models: [] } };
};

const respondHealthy = () => ({ status: 200, body: { status: 'ok' } }) as const;

export const llmLookups = { functionInModel };

export const llmOperations = {
  createChatCompletion,
  createResponse,
  createMessage,
  createEmbedding,
  listLlmModels,
  getLlmModel,
  getLlmModelOfOwner,
  getLlmRegistry,
  getLlmHealth: respondHealthy,
  getLlmReadiness: respondHealthy,
  getLlmInfo: () => ({ status: 200, body: { name: 'llm-api-gateway' } }) as const,
};

const SESSION_HEADER = 'x-multi-turn-session-id';

const MAX_SESSION_BYTES = 256;

/** Returns the id of the conversation in a header; null if there is none. @throws Problem if it is not valid */
function readHeaderSession(context: Context, name = SESSION_HEADER): string | null {
  const [value = ''] = context.headerLines(name);
  if (value === '') return null;
  const rule = findSessionViolation(value);
  if (rule !== null) refuse(FAULTS.sessionInHeader, { name, rule });
  return value;
}

/** Returns the first id among these members, encoded for a header; null if there is none. @throws Problem if invalid */
function readBodySession(...members: readonly (readonly [name: string, value: string | null | undefined])[]) {
  for (const [name, value] of members) {
    if (value === undefined || value === null || value === '') continue;
    // Returns a string with one Latin-1 character per UTF-8 byte, as Node represents the values of headers.
    const session = Buffer.from(value).toString('latin1');
    const rule = findSessionViolation(session);
    if (rule !== null) refuse(FAULTS.sessionInBody, { name, rule });
    return session;
  }
  return null;
}

/** Derives an id from the messages: requests with the same content belong to the same conversation. */
function derivePayloadSession(payload: unknown): string {
  // `stringify` returns undefined for an absent payload.
  return `mt:v1:payload:${sha256(JSON.stringify(payload) ?? '')}`;
}

/** Returns the published rule that an id violates, or null. @param session one character per byte */
function findSessionViolation(session: string): string | null {
  if (session.length > MAX_SESSION_BYTES) return `must be at most ${MAX_SESSION_BYTES} bytes`;
  const hasControlCharacter = [...session].some((character) => character < ' ' || character === '\x7f');
  return hasControlCharacter ? 'must not contain control characters' : null;
}
