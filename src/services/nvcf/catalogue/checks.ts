import type { UncheckedContext } from '../../../contract/request.ts';
import type { FirstCheck } from '../../../contract/service.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Collections } from '../../../store/collections.ts';
import { findNear } from '../../../text/nearest.ts';
import type { Instant } from '../../../time/clock.ts';
import { findKeyProblem } from './caller.ts';
import { findModelAt, isListed, MODEL_PATHS, MODELS, type ModelPath, type ModelRow, stateAt } from './models.ts';
import type {} from './reasons.ts';
import { GATEWAY_ERRORS, TEXTS } from './texts.ts';

/** Three hours, in seconds. */
const OFFLINE_RETRY_SECONDS = 10_800;

/** The gateway uses this header for its own requests, so clients must not send it. */
const refuseReservedHeader: FirstCheck = (context) => {
  if (context.headerLines('nvcf-shadow').some((line) => line !== ''))
    throw new Problem('bad_state', TEXTS.reservedHeader, { reason: 'reserved_header' });
  return {};
};

/** Reads the model name from a body. @throws Problem like the gateway, which decodes only `model` and `stream` */
function readModelName({ body, bodyFault }: Pick<UncheckedContext, 'body' | 'bodyFault'>): string {
  if (bodyFault instanceof Problem && bodyFault.cause !== undefined) throw notDecoded(bodyFault.message);
  if (bodyFault !== null) throw bodyFault;
  if (typeof body !== 'object' || Array.isArray(body)) throw notDecoded('it is not an object');
  const { model = null, stream = null }: Readonly<Record<string, unknown>> = { ...body };
  if (model !== null && typeof model !== 'string') throw notDecoded('`model` is not a string');
  if (stream !== null && typeof stream !== 'boolean') throw notDecoded('`stream` is neither true nor false');
  if (model === null || model === '')
    throw new Problem('bad_state', GATEWAY_ERRORS.modelMissing.message, { reason: 'model_missing' });
  return model;
}

function notDecoded(problem: string): Problem {
  return new Problem('bad_state', `${TEXTS.notDecoded}: ${problem}`, { reason: 'body_not_decoded' });
}

/** The refusal of a model, before the key is checked. */
interface Refusal {
  readonly kind: 'not_found' | 'unavailable';
  readonly message: string;
  readonly reason: 'unknown_model' | 'model_offline' | 'model_retired';
  readonly retryAfter?: number;
  /** For the explanation. */
  readonly why?: string;
}

function unknownModel(explanation: string): Refusal {
  return { kind: 'not_found', message: TEXTS.noPage, reason: 'unknown_model', why: explanation };
}

/**
 * Returns why a model cannot be called at this time; null if it can.
 *
 * @param name the name in the request; null for an endpoint
 */
export function findRefusal(now: Instant, { body }: ModelRow, name: string | null): Refusal | null {
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

/** Headers of every response about a callable model. */
function deprecationHeaders({ body: { endOfLife } }: ModelRow): Readonly<Record<string, string>> {
  return endOfLife === null ? {} : { deprecation: endOfLife };
}

/** Adds the verdict on the key, which the gateway has not checked, to the explanation. */
async function addKeyVerdict({ kind, message, ...parts }: Refusal, context: UncheckedContext): Promise<Problem> {
  const keyProblem = await findKeyProblem(context);
  const why = [
    parts.why ?? [],
    keyProblem === null ? [] : `the key of this request would also be refused (\`${keyProblem}\`)`,
  ].flat();
  return new Problem(kind, message, { ...parts, ...(why.length > 0 && { why: why.join('; ') }) });
}

/** Suggests where to call a model, or a similar name. */
async function suggestModel(collections: Collections, name: string, path: ModelPath, now: Instant): Promise<string> {
  const row = await MODELS.byId(collections, name);
  if (row !== null) return `call the model at ${row.body.paths.map((path) => `\`${path}\``).join(' or ')}`;
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

/** Checks the model of a path at `integrate.api.nvidia.com`. */
function createModelCheck(path: ModelPath): FirstCheck {
  return async (context) => {
    refuseReservedHeader(context);
    const name = readModelName(context);
    const { now, store } = context;
    const row = await findModelAt(store.collections, name, path);
    if (row === null)
      throw await addKeyVerdict(unknownModel(await suggestModel(store.collections, name, path, now)), context);
    const refusal = findRefusal(now, row, name);
    if (refusal !== null) throw await addKeyVerdict(refusal, context);
    return deprecationHeaders(row);
  };
}

/** Joins the segments of an endpoint's path. */
export function joinEndpointPath({ category, company, model, task, action }: UncheckedContext['params']): string {
  return ['/v1', category, company, model, task, action].filter((segment) => segment !== undefined).join('/');
}

const checkEndpoint: FirstCheck = async (context) => {
  refuseReservedHeader(context);
  const row = await MODELS.byAlias(context.store.collections, joinEndpointPath(context.params));
  if (row === null) throw await addKeyVerdict(unknownModel('no model has this path'), context);
  const refusal = findRefusal(context.now, row, null);
  if (refusal !== null) throw await addKeyVerdict(refusal, context);
  return deprecationHeaders(row);
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
