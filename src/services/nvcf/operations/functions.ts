import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { refuseIf } from '../../../ngc-keys/control-plane.ts';
import { orNotFound } from '../../../ngc-keys/or-not-found.ts';
import { pick } from '../../../objects/pick.ts';
import { readBehaviour } from '../behaviour.ts';
import { accountOf } from '../caller.ts';
import { checkFunctionRequest } from '../function-checks.ts';
import { amendRow, FUNCTIONS, type FunctionRow, type FunctionVersion, functionRow, isPublic } from '../functions.ts';
import { checkPriority } from '../llm-checks.ts';
import {
  applyLlmChange,
  checkModelUpdates,
  checkType,
  checkUnchangedSettings,
  createLlmChange,
  type LlmChange,
} from '../llm-config.ts';
import { pickDefinition, pickInvocationConfig, RATE_LIMIT_MEMBERS } from '../members.ts';
import { removeObject } from '../objects.ts';
import { checkRateLimit } from '../rates.ts';
import { checkDistinct } from '../request-faults.ts';
import { FAULTS } from '../tables/texts.ts';
import { type Detail, functionView } from '../view.ts';
import { checkTelemetries } from './telemetries.ts';

/** Maximum number of functions per account; the published default. */
export const MAX_FUNCTIONS = 50;

const create: Handler<'nvcf', 'createFunction'> = (context) =>
  addVersion(context, context.body, context.random.uuid(), [], (own) => {
    if (new Set(own.map(({ parent }) => parent)).size < MAX_FUNCTIONS) return;
    throw new Problem('limit_reached', `Account '${accountOf(context)}': Limit of ${MAX_FUNCTIONS} functions reached`);
  });

const createVersion: Handler<'nvcf', 'createFunctionVersion', readonly FunctionRow[]> = async (context) => {
  const versions = context.target;
  const [first] = versions;
  if (versions.some(isPublic)) throw publicFunctionProblem(context.params);
  return addVersion(context, context.body, first?.parent ?? '', versions);
};

/**
 * @param siblings the other versions of the function
 * @param check throws if the account has too many functions
 */
async function addVersion(
  context: AuthenticatedContext,
  body: Schema<'nvcf', 'CreateFunctionRequest'>,
  functionId: string,
  siblings: readonly FunctionRow[],
  check: (own: readonly FunctionRow[]) => void = () => {},
): Promise<Answer<'nvcf', 'createFunction'>> {
  const { random, store, now } = context;
  checkFunctionRequest(body);
  await checkTelemetries(context, body.telemetries ?? {});
  const [first] = siblings;
  const definition = pickDefinition(body);
  checkType(functionId, definition.functionType, siblings);
  const isLlm = definition.functionType === 'LLM';
  if (isLlm) checkUnchangedSettings(functionId, definition, siblings);
  const shared = isLlm ? pick(first?.body.definition ?? {}, ['llmInvocationConfig']) : {};
  const version: FunctionVersion = {
    name: body.name,
    createdAt: now,
    definition: { ...shared, ...definition },
    secretNames: secretNames(body.secrets),
    functionParties: first?.body.functionParties ?? [],
    versionParties: [],
    deployment: null,
    behaviour: readBehaviour(body.containerEnvironment),
  };
  const row = functionRow({ owner: accountOf(context), functionId, versionId: random.uuid() }, version);
  await FUNCTIONS.insertBeside(store.collections, row, check);
  if (isLlm && first !== undefined) await amendVersions(context, functionId, createLlmChange(definition));
  return respond(context, row);
}

/** Changes settings shared by all versions of an LLM function. */
function amendVersions(
  { store }: Pick<AuthenticatedContext, 'store'>,
  functionId: string,
  change: LlmChange,
): Promise<readonly FunctionRow[]> {
  return FUNCTIONS.changeParts(store.collections, functionId, (row) =>
    row.body.definition.functionType === 'LLM' ? amendRow(row, (version) => applyLlmChange(version, change)) : row,
  );
}

export function secretNames(secrets: readonly Schema<'nvcf', 'Secret'>[] = []): string[] {
  return secrets.map(({ name }) => name);
}

export function publicFunctionProblem({ functionId }: { readonly functionId: string }): Problem {
  return new Problem('bad_state', `Function id '${functionId}': Public functions cannot be changed`);
}

function respond(context: AuthenticatedContext, row: FunctionRow): Answer<'nvcf', 'getFunctionVersion'> {
  return { status: 200, body: { function: functionView(row, accountOf(context), context.now) } };
}

const get: Handler<'nvcf', 'getFunctionVersion', FunctionRow> = (context) => {
  const { caller, query, target, now } = context;
  const { held } = caller.heldRights;
  const seesDetails = held.has('list_functions_details');
  const detail: Detail = { instances: seesDetails, secrets: seesDetails && query.includeSecrets !== false };
  return { status: 200, body: { function: functionView(target, accountOf(context), now, detail) } };
};

/** Changes the version found by the rule's lookup. */
export function amendTarget(
  { store, target }: Pick<AuthenticatedContext<FunctionRow>, 'store' | 'target'>,
  change: (body: FunctionVersion) => FunctionVersion,
): Promise<FunctionRow> {
  return orNotFound(FUNCTIONS.change(store.collections, target.id, (before) => amendRow(before, change)));
}

const UPDATABLE = ['tags', 'rateLimit', 'modelUpdates', 'llmInvocationConfig'] as const;

type UpdateContext = AuthenticatedContext<FunctionRow> & {
  readonly params: { readonly functionId: string; readonly versionId: string };
  readonly body: Schema<'nvcf', 'UpdateFunctionRequest'>;
};

/** Also used by the older paths for metadata and the rate limit, which change the same members. */
async function applyUpdate(context: UpdateContext): Promise<FunctionRow> {
  const { body, params, target } = context;
  checkUpdate(body);
  const { modelUpdates = [], llmInvocationConfig, rateLimit } = body;
  const { definition } = target.body;
  if (definition.functionType !== 'LLM') {
    refuseIf(modelUpdates.length > 0, FAULTS.modelUpdatesOfOthers, params);
    refuseIf(llmInvocationConfig !== undefined, FAULTS.invocationOfOthers);
  } else if (modelUpdates.length > 0 || llmInvocationConfig !== undefined) {
    const { functionId, versionId } = params;
    checkModelUpdates(target.body, modelUpdates, `Function id '${functionId}', version '${versionId}'`);
    await amendVersions(context, target.parent, {
      modelUpdates: modelUpdates.map(({ modelName, llmConfig = {} }) => ({
        modelName,
        llmConfig: pick(llmConfig, ['tokenRateLimit', 'routingMethod']),
      })),
      llmInvocationConfig: llmInvocationConfig && pickInvocationConfig(llmInvocationConfig),
    });
  }
  return amendTarget(context, (version) => ({
    ...version,
    definition: {
      ...version.definition,
      ...pick(body, ['tags']),
      ...(rateLimit !== undefined && { rateLimit: pick(rateLimit, RATE_LIMIT_MEMBERS) }),
    },
  }));
}

/** Checks requirements of the published code that are not in the schema. @throws Problem */
function checkUpdate({ tags, rateLimit, modelUpdates = [], llmInvocationConfig }: UpdateContext['body']): void {
  const requested = [tags, rateLimit, modelUpdates[0], llmInvocationConfig];
  if (requested.every((value) => value === undefined)) {
    throw new Problem(
      'invalid_request',
      `Send at least one of the fields ${UPDATABLE.map((name) => `\`${name}\``).join(', ')}.`,
    );
  }
  if (rateLimit !== undefined) checkRateLimit(rateLimit);
  checkPriority(llmInvocationConfig);
  checkDistinct(
    'Names in `modelUpdates`',
    modelUpdates.map(({ modelName }) => modelName),
  );
  for (const { llmConfig: { tokenRateLimit, routingMethod } = {} } of modelUpdates) {
    if (tokenRateLimit !== undefined || routingMethod !== undefined) continue;
    throw new Problem(
      'invalid_request',
      'Each entry of `modelUpdates` requires at least one of the fields `llmConfig.tokenRateLimit` and `llmConfig.routingMethod`.',
    );
  }
}

const update = async (context: UpdateContext) => respond(context, await applyUpdate(context));

const updateRateLimit: Handler<'nvcf', 'updateFunctionRateLimit', FunctionRow> = async (context) => {
  await applyUpdate(context);
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
  if (isPublic(context.target)) throw publicFunctionProblem(context.params);
  await removeObject(context, FUNCTIONS, context.target);
  return { status: 204 };
};

export const functionOperations = {
  createFunction: create,
  createFunctionVersion: createVersion,
  getFunctionVersion: get,
  updateFunctionVersion: update,
  deleteFunctionVersion: remove,
  updateFunctionMetadata: update,
  updateFunctionRateLimit: updateRateLimit,
  deleteFunctionRateLimit: deleteRateLimit,
};
