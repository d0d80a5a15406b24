import type { RequestContext } from '../../../contract/request.ts';
import type { FirstCheck } from '../../../contract/service.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Instant } from '../../../lib/clock.ts';
import { findNear } from '../../../lib/nearest.ts';
import type { Collections } from '../../../store/collections.ts';
import { findKeyProblem } from './caller.ts';
import { findModelAt, isListed, MODEL_PATHS, MODELS, type ModelPath, type ModelRow, stateAt } from './models.ts';
import type {} from './reasons.ts';
import { GATEWAY_ERRORS, TEXTS } from './texts.ts';

/** When to retry the call of an offline model: after three hours, like at the gateway. */
const OFFLINE_RETRY_SECONDS = 10_800;

/** The gateway uses this header for its own requests, so clients must not send it. */
const refuseReservedHeader: FirstCheck = (context) => {
  if (context.headerLines('nvcf-shadow').some((line) => line !== '')) {
    throw new Problem('bad_state', TEXTS.reservedHeader, { reason: 'reserved_header' });
  }
  return {};
};

/** Returns the name of the model in a body. @throws Problem like the gateway, which decodes only `model` and `stream` */
function readModelName({ body, bodyFault }: RequestContext): string {
  // A cause means that the body could be read, but not parsed.
  if (bodyFault instanceof Problem && bodyFault.cause !== undefined) throw createDecodingProblem(bodyFault.message);
  if (bodyFault !== null) throw bodyFault;
  if (typeof body !== 'object' || Array.isArray(body)) throw createDecodingProblem('it is not an object');
  const { model = null, stream = null }: Readonly<Record<string, unknown>> = { ...body };
  if (model !== null && typeof model !== 'string') throw createDecodingProblem('`model` is not a string');
  if (stream !== null && typeof stream !== 'boolean') throw createDecodingProblem('`stream` is neither true nor false');
  if (model === null || model === '') {
    throw new Problem('bad_state', GATEWAY_ERRORS.modelMissing.message, { reason: 'model_missing' });
  }
  return model;
}

function createDecodingProblem(problem: string): Problem {
  return new Problem('bad_state', `${TEXTS.notDecoded}: ${problem}`, { reason: 'body_not_decoded' });
}

/** Why the gateway refuses to call a model. It does so before it checks the key. */
interface ModelRefusal {
  readonly kind: 'not_found' | 'unavailable';
  readonly message: string;
  readonly reason: 'unknown_model' | 'model_offline' | 'model_retired';
  /** In seconds. */
  readonly retryAfter?: number;
  /** Added to the explanation of the decision. */
  readonly why?: string;
}

function createUnknownModelRefusal(explanation: string): ModelRefusal {
  return { kind: 'not_found', message: TEXTS.noPage, reason: 'unknown_model', why: explanation };
}

/** Returns why a model cannot be called; null if it can. @param name null if the request has only an endpoint's path */
export function findRefusal(now: Instant, { body }: ModelRow, name: string | null): ModelRefusal | null {
  const state = stateAt(body, now);
  if (state === 'offline') {
    return {
      kind: 'unavailable',
      message: body.offline ?? '',
      reason: 'model_offline',
      retryAfter: OFFLINE_RETRY_SECONDS,
    };
  }
  if (state !== 'retired') return null;
  const subject = name === null ? 'This endpoint' : `The model '${name}'`;
  const message = `${subject} has reached its end of life on ${body.endOfLife} and is no longer available.`;
  return { kind: 'not_found', message, reason: 'model_retired' };
}

function createDeprecationHeaders({ body: { endOfLife } }: ModelRow): Readonly<Record<string, string>> {
  return endOfLife === null ? {} : { deprecation: endOfLife };
}

/** Creates the problem of a refusal. Its explanation also says whether the key, which is not checked, would be refused. */
async function createModelProblem(refusal: ModelRefusal, context: RequestContext): Promise<Problem> {
  const { kind, message, ...details } = refusal;
  const keyProblem = await findKeyProblem(context);
  if (keyProblem === null) return new Problem(kind, message, details);
  const keyVerdict = `the key of this request would also be refused (\`${keyProblem}\`)`;
  const why = details.why === undefined ? keyVerdict : `${details.why}; ${keyVerdict}`;
  return new Problem(kind, message, { ...details, why });
}

async function explainUnknownModel(collections: Collections, name: string, path: ModelPath, now: Instant) {
  const row = await MODELS.byId(collections, name);
  if (row !== null) return `call the model at ${row.body.paths.map((modelPath) => `\`${modelPath}\``).join(' or ')}`;
  const callable = (await MODELS.all(collections)).filter(
    (candidate) =>
      isListed(candidate) && candidate.body.paths.includes(path) && findRefusal(now, candidate, null) === null,
  );
  const nearest = findNear(
    name,
    callable.map(({ id }) => id),
  );
  return nearest === undefined ? 'no model has this name' : `no model has this name; the nearest is \`${nearest}\``;
}

function createModelCheck(path: ModelPath): FirstCheck {
  return async (context) => {
    refuseReservedHeader(context);
    const name = readModelName(context);
    const { now, store } = context;
    const row = await findModelAt(store.collections, name, path);
    if (row === null) {
      const explanation = await explainUnknownModel(store.collections, name, path, now);
      throw await createModelProblem(createUnknownModelRefusal(explanation), context);
    }
    const refusal = findRefusal(now, row, name);
    if (refusal !== null) throw await createModelProblem(refusal, context);
    return createDeprecationHeaders(row);
  };
}

export function joinEndpointPath({ category, company, model, task, action }: RequestContext['params']): string {
  return ['/v1', category, company, model, task, action].filter((segment) => segment !== undefined).join('/');
}

const checkEndpoint: FirstCheck = async (context) => {
  refuseReservedHeader(context);
  const row = await MODELS.byAlias(context.store.collections, joinEndpointPath(context.params));
  if (row === null) throw await createModelProblem(createUnknownModelRefusal('no model has this path'), context);
  const refusal = findRefusal(context.now, row, null);
  if (refusal !== null) throw await createModelProblem(refusal, context);
  return createDeprecationHeaders(row);
};

export const checks = {
  reserved: refuseReservedHeader,
  chatModel: createModelCheck(MODEL_PATHS.chat),
  completionModel: createModelCheck(MODEL_PATHS.completions),
  embeddingModel: createModelCheck(MODEL_PATHS.embeddings),
  responseModel: createModelCheck(MODEL_PATHS.responses),
  messageModel: createModelCheck(MODEL_PATHS.messages),
  endpoint: checkEndpoint,
};
