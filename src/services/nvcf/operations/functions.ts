import type { Context, Handler, Outcome } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { NotFound } from '../../../store/errors.ts';
import { behaviourOf } from '../behaviour.ts';
import { accountOf, callerOf } from '../caller.ts';
import { checkContent, checkRates } from '../function-checks.ts';
import { amended, FUNCTIONS, type FunctionRow, type FunctionVersion, functionRow, isPublic } from '../functions.ts';
import { definitionOf, picked, RATE_LIMIT } from '../members.ts';
import { type Detail, functionView } from '../view.ts';

/** Functions of one account; the published default. */
const MOST_FUNCTIONS = 50;

const create: Handler = async (context) => {
  const own = await context.store.collections.ofOwner(FUNCTIONS, accountOf(context));
  if (new Set(own.map(({ parent }) => parent)).size >= MOST_FUNCTIONS) {
    throw new Problem('limit_reached', `Account '${accountOf(context)}': Limit of ${MOST_FUNCTIONS} functions reached`);
  }
  return made(context, context.random.uuid(), []);
};

const createVersion: Handler = async (context) => {
  const versions = context.target as readonly FunctionRow[];
  const [first] = versions;
  if (versions.some(isPublic)) throw publicGuard(context);
  return made(context, first?.parent ?? '', first?.body.functionParties ?? []);
};

async function made(
  context: Context,
  functionId: string,
  functionParties: FunctionVersion['functionParties'],
): Promise<Outcome> {
  const { random, store, now } = context;
  const body = context.body as Readonly<Record<string, unknown>>;
  checkContent(body);
  checkRates(body['rateLimit']);
  const version: FunctionVersion = {
    name: body['name'] as string,
    createdAt: now,
    definition: definitionOf(body),
    secretNames: secretNames(body['secrets']),
    functionParties,
    versionParties: [],
    deployment: null,
    behaviour: behaviourOf(body['containerEnvironment']),
  };
  const row = functionRow({ owner: accountOf(context), functionId, versionId: random.uuid() }, version);
  await store.collections.insert(row, null);
  return answered(context, row);
}

export function secretNames(secrets: unknown): string[] {
  const given = (secrets ?? []) as readonly { readonly name: string }[];
  return [...new Set(given.map(({ name }) => name))];
}

export function publicGuard({ params }: Context): Problem {
  return new Problem('bad_state', `Function id '${params['functionId']}': Public functions cannot be changed`);
}

function answered(context: Context, row: Row, status = 200): Outcome {
  return { status, body: { function: functionView(row, accountOf(context), context.now) } };
}

const get: Handler = (context) => {
  const { query, target, now } = context;
  const { held } = callerOf(context).standing;
  const sees = held.has('list_functions_details');
  const detail: Detail = { instances: sees, secrets: sees && query['includeSecrets'] !== false };
  return { status: 200, body: { function: functionView(target as Row, accountOf(context), now, detail) } };
};

/** Changes the version that the rule's look-up found. */
export async function amendTarget(context: Context, change: (body: FunctionVersion) => FunctionVersion): Promise<Row> {
  const { id } = context.target as Row;
  try {
    const row = await context.store.collections.change(FUNCTIONS, id, (before) => amended(before, change));
    return row as Row;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}

const UPDATABLE = ['tags', 'rateLimit', 'modelUpdates', 'llmInvocationConfig'] as const;

const update: Handler = async (context) => {
  const body = context.body as Readonly<Record<string, unknown>>;
  if (UPDATABLE.every((member) => body[member] === undefined)) {
    throw new Problem(
      'invalid_request',
      `At least one of the fields ${UPDATABLE.map((name) => `\`${name}\``).join(', ')} is needed.`,
    );
  }
  checkRates(body['rateLimit']);
  const row = await amendTarget(context, (version) => ({
    ...version,
    definition: {
      ...version.definition,
      ...picked(body, ['tags', 'llmInvocationConfig']),
      ...(body['rateLimit'] !== undefined && { rateLimit: picked(body['rateLimit'], RATE_LIMIT) }),
      ...(body['modelUpdates'] !== undefined && { models: updatedModels(version, body['modelUpdates']) }),
    },
  }));
  return answered(context, row);
};

/** @throws Problem when an update names a model that the function does not have */
function updatedModels({ definition }: FunctionVersion, updates: unknown): unknown {
  const models = (definition['models'] ?? []) as readonly { name?: string; llmConfig?: object }[];
  const changes = updates as readonly { modelName: string; llmConfig?: object }[];
  const unknown = changes.find(({ modelName }) => models.every(({ name }) => name !== modelName));
  if (unknown !== undefined) {
    throw new Problem('bad_state', `Model '${unknown.modelName}': Not found in the function`);
  }
  return models.map((model) => {
    const change = changes.find(({ modelName }) => modelName === model.name);
    return change?.llmConfig === undefined
      ? model
      : { ...model, llmConfig: { ...model.llmConfig, ...change.llmConfig } };
  });
}

const updateMetadata: Handler = async (context) => {
  const { tags } = context.body as { tags?: readonly string[] };
  const row = await amendTarget(context, (version) => ({
    ...version,
    definition: { ...version.definition, ...(tags !== undefined && { tags }) },
  }));
  return answered(context, row);
};

const updateRateLimit: Handler = async (context) => {
  const { rateLimit } = context.body as { rateLimit?: unknown };
  if (rateLimit === undefined) throw new Problem('invalid_request', 'Field `rateLimit` is missing.');
  checkRates(rateLimit);
  await amendTarget(context, (version) => ({
    ...version,
    definition: { ...version.definition, rateLimit: picked(rateLimit, RATE_LIMIT) },
  }));
  return { status: 204 };
};

const deleteRateLimit: Handler = async (context) => {
  await amendTarget(context, ({ definition: { rateLimit: _, ...definition }, ...version }) => ({
    ...version,
    definition,
  }));
  return { status: 204 };
};

const remove: Handler = async (context) => {
  const row = context.target as Row;
  if (isPublic(row)) throw publicGuard(context);
  try {
    await context.store.collections.change(FUNCTIONS, row.id, () => null);
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
  return { status: 204 };
};

export const functionOperations = {
  createFunction: create,
  createFunctionVersion: createVersion,
  getFunctionVersion: get,
  updateFunctionVersion: update,
  deleteFunctionVersion: remove,
  updateFunctionMetadata: updateMetadata,
  updateFunctionRateLimit: updateRateLimit,
  deleteFunctionRateLimit: deleteRateLimit,
};
