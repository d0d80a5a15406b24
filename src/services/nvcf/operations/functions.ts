import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { orNotFound } from '../../../ngc-keys/or-not-found.ts';
import { behaviourOf } from '../behaviour.ts';
import { accountOf } from '../caller.ts';
import { checkContent } from '../function-checks.ts';
import { amendRow, FUNCTIONS, type FunctionRow, type FunctionVersion, functionRow, isPublic } from '../functions.ts';
import { definitionOf, pick, RATE_LIMIT } from '../members.ts';
import { removeObject } from '../objects.ts';
import { type Detail, functionView } from '../view.ts';

/** The most functions of an account; the published default. */
const MOST_FUNCTIONS = 50;

const create: Handler<'nvcf', 'createFunction'> = (context) =>
  addVersion(context, context.body, context.random.uuid(), [], (own) => {
    if (new Set(own.map(({ parent }) => parent)).size < MOST_FUNCTIONS) return;
    throw new Problem('limit_reached', `Account '${accountOf(context)}': Limit of ${MOST_FUNCTIONS} functions reached`);
  });

const createVersion: Handler<'nvcf', 'createFunctionVersion', readonly FunctionRow[]> = async (context) => {
  const versions = context.target;
  const [first] = versions;
  if (versions.some(isPublic)) throw publicGuard(context.params);
  return addVersion(context, context.body, first?.parent ?? '', first?.body.functionParties ?? []);
};

/** @param check throws if the account has too many functions */
async function addVersion(
  context: AuthenticatedContext,
  body: Schema<'nvcf', 'CreateFunctionRequest'>,
  functionId: string,
  functionParties: FunctionVersion['functionParties'],
  check: (own: readonly FunctionRow[]) => void = () => {},
): Promise<Answer<'nvcf', 'createFunction'>> {
  const { random, store, now } = context;
  checkContent(body);
  const version: FunctionVersion = {
    name: body.name,
    createdAt: now,
    definition: definitionOf(body),
    secretNames: secretNames(body.secrets),
    functionParties,
    versionParties: [],
    deployment: null,
    behaviour: behaviourOf(body.containerEnvironment),
  };
  const row = functionRow({ owner: accountOf(context), functionId, versionId: random.uuid() }, version);
  await FUNCTIONS.insertBeside(store.collections, row, check);
  return respond(context, row);
}

export function secretNames(secrets: readonly Schema<'nvcf', 'Secret'>[] = []): string[] {
  return [...new Set(secrets.map(({ name }) => name))];
}

export function publicGuard({ functionId }: { readonly functionId: string }): Problem {
  return new Problem('bad_state', `Function id '${functionId}': Public functions cannot be changed`);
}

function respond(context: AuthenticatedContext, row: FunctionRow): Answer<'nvcf', 'getFunctionVersion'> {
  return { status: 200, body: { function: functionView(row, accountOf(context), context.now) } };
}

const get: Handler<'nvcf', 'getFunctionVersion', FunctionRow> = (context) => {
  const { caller, query, target, now } = context;
  const { held } = caller.heldRights;
  const sees = held.has('list_functions_details');
  const detail: Detail = { instances: sees, secrets: sees && query.includeSecrets !== false };
  return { status: 200, body: { function: functionView(target, accountOf(context), now, detail) } };
};

/** Changes the version that the rule's lookup found. */
export function amendTarget(
  { store, target }: Pick<AuthenticatedContext<FunctionRow>, 'store' | 'target'>,
  change: (body: FunctionVersion) => FunctionVersion,
): Promise<FunctionRow> {
  return orNotFound(FUNCTIONS.change(store.collections, target.id, (before) => amendRow(before, change)));
}

const UPDATABLE = ['tags', 'rateLimit', 'modelUpdates', 'llmInvocationConfig'] as const;

const update: Handler<'nvcf', 'updateFunctionVersion', FunctionRow> = async (context) => {
  const { body } = context;
  if (UPDATABLE.every((member) => body[member] === undefined)) {
    throw new Problem(
      'invalid_request',
      `Give at least one of the fields ${UPDATABLE.map((name) => `\`${name}\``).join(', ')}.`,
    );
  }
  const row = await amendTarget(context, (version) => ({
    ...version,
    definition: {
      ...version.definition,
      ...pick(body, ['tags', 'llmInvocationConfig']),
      ...(body.rateLimit !== undefined && { rateLimit: pick(body.rateLimit, RATE_LIMIT) }),
      ...(body.modelUpdates !== undefined && { models: updatedModels(version, body.modelUpdates) }),
    },
  }));
  return respond(context, row);
};

/** @throws Problem if an update names a model that the function does not have */
function updatedModels(
  { definition: { models = [] } }: FunctionVersion,
  changes: readonly Schema<'nvcf', 'ModelUpdate'>[],
): readonly Schema<'nvcf', 'Model'>[] {
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

const updateMetadata: Handler<'nvcf', 'updateFunctionMetadata', FunctionRow> = async (context) => {
  const { tags } = context.body;
  const row = await amendTarget(context, (version) => ({
    ...version,
    definition: { ...version.definition, ...(tags !== undefined && { tags }) },
  }));
  return respond(context, row);
};

const updateRateLimit: Handler<'nvcf', 'updateFunctionRateLimit', FunctionRow> = async (context) => {
  const { rateLimit } = context.body;
  await amendTarget(context, (version) => ({
    ...version,
    definition: { ...version.definition, rateLimit: pick(rateLimit, RATE_LIMIT) },
  }));
  return { status: 204 };
};

const deleteRateLimit: Handler<'nvcf', 'deleteFunctionRateLimit', FunctionRow> = async (context) => {
  await amendTarget(context, ({ definition: { rateLimit: _, ...definition }, ...version }) => ({
    ...version,
    definition,
  }));
  return { status: 204 };
};

const remove: Handler<'nvcf', 'deleteFunctionVersion', FunctionRow> = async (context) => {
  if (isPublic(context.target)) throw publicGuard(context.params);
  await removeObject(context, FUNCTIONS, context.target);
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
