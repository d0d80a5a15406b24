import type { UncheckedContext } from '../../../contract/request.ts';
import type { FirstCheck } from '../../../contract/service.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Collections } from '../../../store/collections.ts';
import { findNear } from '../../../text/nearest.ts';
import type { Instant } from '../../../time/clock.ts';
import { keyFault } from './caller.ts';
import { isListed, MODEL_PATHS, MODELS, type ModelPath, type ModelRow, modelAt, stateAt } from './models.ts';
import type {} from './reasons.ts';
import { GATEWAY_ERRORS, TEXTS } from './texts.ts';

/** Three hours, in seconds. */
const OFFLINE_RETRY = 10_800;

/** The gateway uses this header for its own requests, so clients must not send it. */
const reserved: FirstCheck = (context) => {
  if (context.headerLines('nvcf-shadow').some((line) => line !== ''))
    throw new Problem('bad_state', TEXTS.reservedHeader, { reason: 'reserved_header' });
  return {};
};

/** Reads the model name from a body. @throws Problem like the gateway, which decodes only `model` and `stream` */
function modelIn({ body, bodyFault }: Pick<UncheckedContext, 'body' | 'bodyFault'>): string {
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

function notDecoded(what: string): Problem {
  return new Problem('bad_state', `${TEXTS.notDecoded}: ${what}`, { reason: 'body_not_decoded' });
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

function unknownModel(why: string): Refusal {
  return { kind: 'not_found', message: TEXTS.noPage, reason: 'unknown_model', why };
}

/**
 * Returns why a model cannot be called at this time; null if it can.
 *
 * @param name the name in the request; null for an endpoint
 */
export function refusalAt(now: Instant, { body }: ModelRow, name: string | null): Refusal | null {
  const state = stateAt(body, now);
  if (state === 'offline') {
    return { kind: 'unavailable', message: body.offline ?? '', reason: 'model_offline', retryAfter: OFFLINE_RETRY };
  }
  if (state !== 'retired') return null;
  const what = name === null ? 'This endpoint' : `The model '${name}'`;
  const message = `${what} has reached its end of life on ${body.endOfLife} and is no longer available.`;
  return { kind: 'not_found', message, reason: 'model_retired' };
}

/** Headers of every response about a callable model. */
function headersOf({ body: { endOfLife } }: ModelRow): Readonly<Record<string, string>> {
  return endOfLife === null ? {} : { deprecation: endOfLife };
}

/** Adds the verdict on the key, which the gateway has not checked, to the explanation. */
async function withKey({ kind, message, ...parts }: Refusal, context: UncheckedContext): Promise<Problem> {
  const ofKey = await keyFault(context);
  const why = [
    parts.why ?? [],
    ofKey === null ? [] : `the key of this request would also be refused (\`${ofKey}\`)`,
  ].flat();
  return new Problem(kind, message, { ...parts, ...(why.length > 0 && { why: why.join('; ') }) });
}

/** Suggests where to call a model, or a similar name. */
async function whereElse(from: Collections, name: string, path: ModelPath, now: Instant): Promise<string> {
  const row = await MODELS.byId(from, name);
  if (row !== null) return `call the model at ${row.body.paths.map((path) => `\`${path}\``).join(' or ')}`;
  const callable = (await MODELS.all(from)).filter(
    (one) => isListed(one) && one.body.paths.includes(path) && refusalAt(now, one, null) === null,
  );
  const near = findNear(
    name,
    callable.map(({ id }) => id),
  );
  return near === undefined ? 'no model has this name' : `no model has this name; the nearest is \`${near}\``;
}

/** Checks the model of a path at `integrate.api.nvidia.com`. */
function modelFor(path: ModelPath): FirstCheck {
  return async (context) => {
    reserved(context);
    const name = modelIn(context);
    const { now, store } = context;
    const row = await modelAt(store.collections, name, path);
    if (row === null) throw await withKey(unknownModel(await whereElse(store.collections, name, path, now)), context);
    const refusal = refusalAt(now, row, name);
    if (refusal !== null) throw await withKey(refusal, context);
    return headersOf(row);
  };
}

/** Joins the segments of an endpoint's path. */
export function endpointOf({ category, company, model, task, action }: UncheckedContext['params']): string {
  return ['/v1', category, company, model, task, action].filter((segment) => segment !== undefined).join('/');
}

const endpoint: FirstCheck = async (context) => {
  reserved(context);
  const row = await MODELS.byAlias(context.store.collections, endpointOf(context.params));
  if (row === null) throw await withKey(unknownModel('no model has this path'), context);
  const refusal = refusalAt(context.now, row, null);
  if (refusal !== null) throw await withKey(refusal, context);
  return headersOf(row);
};

export const checks = {
  reserved,
  chatModel: modelFor(MODEL_PATHS.chat),
  completionModel: modelFor(MODEL_PATHS.completions),
  embeddingModel: modelFor(MODEL_PATHS.embeddings),
  responseModel: modelFor(MODEL_PATHS.responses),
  messageModel: modelFor(MODEL_PATHS.messages),
  endpoint,
};
