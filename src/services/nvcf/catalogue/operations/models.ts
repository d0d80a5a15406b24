import type { Schema } from '../../../../contract/documented.ts';
import type { Context, Operations } from '../../../../contract/request.ts';
import { Problem } from '../../../../decisions/problem.ts';
import { rfc3339 } from '../../../../lib/clock.ts';
import { findKeyProblem } from '../caller.ts';
import { findRefusal } from '../checks.ts';
import { isListed, isListedAt, MODELS, type ModelRow } from '../models.ts';
import { TEXTS } from '../texts.ts';

/** The `created` of every model, in seconds since 1970: the day NVIDIA was founded. */
const CREATED_SECONDS = 735790403;

function renderModel({ id }: ModelRow): Schema<'catalogue', 'Model'> {
  return { id, object: 'model', created: CREATED_SECONDS, owned_by: id.split('/')[0] ?? id };
}

/** Reports a key that is not accepted. Many clients test their key with these calls, but any key gets the same response. */
async function reportUnacceptedKey(context: Context): Promise<void> {
  const problem = await findKeyProblem(context);
  if (problem === null) return;
  const message = `The models of the catalogue were read with a key that is not accepted (${problem}). Reading them needs no key, so it does not test the key. To test it, call a live model.`;
  context.hints.add('key_not_checked', message);
}

function createModelNotFound(name: string): Problem {
  return new Problem('not_found', `${TEXTS.noModel} ${name}`, { reason: 'unknown_model' });
}

const getHealth = ({ now }: Context) => {
  const component = { name: 'vanity gateway', version: '' };
  return { status: 200, body: { status: 'OK', timestamp: rfc3339(now), component } } as const;
};

const getInfo = () => {
  const service = 'nvcf-ai-api-gateway-service';
  return { status: 200, body: { service, version: 'unknown', commit: 'unknown' } } as const;
};

export const modelOperations = {
  listModels: async (context) => {
    await reportUnacceptedKey(context);
    const rows = await MODELS.all(context.store.collections);
    const listed = rows.filter((row) => isListedAt(row, context.now));
    await context.reserveAnswer(listed);
    const data = listed.map(renderModel).sort((left, right) => (left.id < right.id ? -1 : 1));
    return { status: 200, body: { object: 'list', data } };
  },
  /** Always responds with 404: every id has a slash, and the gateway's router does not decode `%2F`. */
  getModel: async (context) => {
    await reportUnacceptedKey(context);
    throw createModelNotFound(context.params.model.replaceAll('/', '%2F'));
  },
  getModelOfCompany: async (context) => {
    await reportUnacceptedKey(context);
    const { company, model } = context.params;
    const name = `${company}/${model}`;
    const row = await MODELS.byId(context.store.collections, name);
    if (row === null || !isListed(row)) throw createModelNotFound(name);
    const refusal = findRefusal(context.now, row, name);
    if (refusal !== null) throw new Problem(refusal.kind, refusal.message, refusal);
    return { status: 200, body: renderModel(row) };
  },
  getIntegrateHealth: getHealth,
  getIntegrateInfo: getInfo,
  getAiHealth: getHealth,
  getAiInfo: getInfo,
} satisfies Partial<Operations<'catalogue'>>;
