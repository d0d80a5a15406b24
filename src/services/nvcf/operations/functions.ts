import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, OutcomeOf } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { pick } from '../../../lib/members.ts';
import { rejectMissing } from '../../../store/errors.ts';
import { refuseIf } from '../../ngc-keys/control-plane.ts';
import { readBehaviour } from '../behaviour.ts';
import { requireAccount } from '../caller.ts';
import { checkDistinct, checkFunctionRequest } from '../function-checks.ts';
import {
  amendRow,
  createFunctionRow,
  FUNCTIONS,
  type FunctionRow,
  type FunctionVersion,
  isPublic,
} from '../functions.ts';
import { checkPriority } from '../llm-checks.ts';
import {
  applyLlmChange,
  checkFunctionType,
  checkModelUpdates,
  checkUnchangedSettings,
  createLlmChange,
  type LlmChange,
} from '../llm-config.ts';
import { type Definition, pickDefinition, pickInvocationConfig, RATE_LIMIT_MEMBERS } from '../members.ts';
import { removeObject } from '../objects.ts';
import { checkRateLimit } from '../rates.ts';
import { FAULTS } from '../tables/texts.ts';
import { renderFunction, type VisibleDetails } from '../view.ts';
import { checkTelemetries } from './telemetries.ts';

export const MAX_FUNCTIONS = 50;

const createFunction: Handler<'nvcf', 'createFunction'> = (context) =>
  addVersion(context, context.random.uuid(), [], (versionsOfAccount) => {
    const functionIds = new Set(versionsOfAccount.map(({ parent }) => parent));
    if (functionIds.size < MAX_FUNCTIONS) return;
    const message = `Account '${requireAccount(context)}': Limit of ${MAX_FUNCTIONS} functions reached`;
    throw new Problem('limit_reached', message);
  });

const createFunctionVersion: Handler<'nvcf', 'createFunctionVersion', readonly FunctionRow[]> = async (context) => {
  const versions = context.target;
  const [first] = versions;
  if (versions.some(isPublic)) throw createPublicFunctionProblem(context.params);
  // The lookup found at least one version.
  return addVersion(context, first?.parent ?? '', versions);
};

type CreationContext = AuthenticatedContext & { readonly body: Schema<'nvcf', 'CreateFunctionRequest'> };

/** @param checkLimit throws if the account has too many functions */
async function addVersion(
  context: CreationContext,
  functionId: string,
  siblings: readonly FunctionRow[],
  checkLimit: (versionsOfAccount: readonly FunctionRow[]) => void = () => {},
): Promise<OutcomeOf<'nvcf', 'createFunction'>> {
  const { body, random, store } = context;
  checkFunctionRequest(body);
  await checkTelemetries(context, body.telemetries ?? {});
  const definition = pickDefinition(body);
  checkFunctionType(functionId, definition.functionType, siblings);
  const isLlm = definition.functionType === 'LLM';
  if (isLlm) checkUnchangedSettings(functionId, definition, siblings);
  const version = createVersion(context, definition, siblings[0]?.body);
  const row = createFunctionRow({ owner: requireAccount(context), functionId, versionId: random.uuid() }, version);
  await FUNCTIONS.insertBeside(store.collections, row, checkLimit);
  if (isLlm && siblings.length > 0) await amendVersions(context, functionId, createLlmChange(definition));
  return respondWithFunction(context, row);
}

function createVersion({ body, now }: CreationContext, definition: Definition, sibling: FunctionVersion | undefined) {
  const isLlm = definition.functionType === 'LLM';
  const inherited = isLlm ? pick(sibling?.definition ?? {}, ['llmInvocationConfig']) : {};
  return {
    name: body.name,
    createdAt: now,
    definition: { ...inherited, ...definition },
    secretNames: listSecretNames(body.secrets),
    functionParties: sibling?.functionParties ?? [],
    versionParties: [],
    deployment: null,
    behaviour: readBehaviour(body.containerEnvironment),
  };
}

function amendVersions({ store }: AuthenticatedContext, functionId: string, change: LlmChange) {
  return FUNCTIONS.changeParts(store.collections, functionId, (row) =>
    row.body.definition.functionType === 'LLM' ? amendRow(row, (version) => applyLlmChange(version, change)) : row,
  );
}

export function listSecretNames(secrets: readonly Schema<'nvcf', 'Secret'>[] = []): string[] {
  return secrets.map(({ name }) => name);
}

export function createPublicFunctionProblem({ functionId }: { readonly functionId: string }): Problem {
  return new Problem('bad_state', `Function id '${functionId}': Public functions cannot be changed`);
}

function respondWithFunction(context: AuthenticatedContext, row: FunctionRow): OutcomeOf<'nvcf', 'getFunctionVersion'> {
  return { status: 200, body: { function: renderFunction(row, requireAccount(context), context.now) } };
}

const getFunctionVersion: Handler<'nvcf', 'getFunctionVersion', FunctionRow> = (context) => {
  const { caller, query, target, now } = context;
  const seesDetails = caller.held.permissions.has('list_functions_details');
  const details: VisibleDetails = { instances: seesDetails, secrets: seesDetails && query.includeSecrets !== false };
  return { status: 200, body: { function: renderFunction(target, requireAccount(context), now, details) } };
};

export function amendTarget(
  { store, target }: Pick<AuthenticatedContext<FunctionRow>, 'store' | 'target'>,
  change: (body: FunctionVersion) => FunctionVersion,
): Promise<FunctionRow> {
  return rejectMissing(FUNCTIONS.change(store.collections, target.id, (before) => amendRow(before, change)));
}

const UPDATABLE_MEMBERS = ['tags', 'rateLimit', 'modelUpdates', 'llmInvocationConfig'] as const;

type UpdateContext = AuthenticatedContext<FunctionRow> & {
  readonly params: { readonly functionId: string; readonly versionId: string };
  readonly body: Schema<'nvcf', 'UpdateFunctionRequest'>;
};

/** Applies an update to a version, and to the other versions what they share. The older paths use it too. */
async function applyUpdate(context: UpdateContext): Promise<FunctionRow> {
  const { body } = context;
  checkUpdate(body);
  await updateLlmSettings(context);
  const { rateLimit } = body;
  return amendTarget(context, (version) => ({
    ...version,
    definition: {
      ...version.definition,
      ...pick(body, ['tags']),
      ...(rateLimit !== undefined && { rateLimit: pick(rateLimit, RATE_LIMIT_MEMBERS) }),
    },
  }));
}

/** Changes the settings that all versions of an LLM function share. @throws Problem if the function has another type */
async function updateLlmSettings(context: UpdateContext): Promise<void> {
  const { body, params, target } = context;
  const { modelUpdates = [], llmInvocationConfig } = body;
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
}

/** @throws Problem if an update violates a requirement of the published code that the schema lacks */
function checkUpdate({ tags, rateLimit, modelUpdates = [], llmInvocationConfig }: UpdateContext['body']): void {
  const requested = [tags, rateLimit, modelUpdates[0], llmInvocationConfig];
  if (requested.every((value) => value === undefined)) {
    const message = `Send at least one of the fields ${UPDATABLE_MEMBERS.map((name) => `\`${name}\``).join(', ')}.`;
    throw invalidRequest(message);
  }
  if (rateLimit !== undefined) checkRateLimit(rateLimit);
  checkPriority(llmInvocationConfig);
  checkDistinct(
    'Names in `modelUpdates`',
    modelUpdates.map(({ modelName }) => modelName),
  );
  for (const { llmConfig: { tokenRateLimit, routingMethod } = {} } of modelUpdates) {
    if (tokenRateLimit !== undefined || routingMethod !== undefined) continue;
    const message =
      'Each entry of `modelUpdates` requires at least one of the fields `llmConfig.tokenRateLimit` and `llmConfig.routingMethod`.';
    throw invalidRequest(message);
  }
}

/** Updates a version. The older path for metadata does the same. */
const updateFunctionVersion = async (context: UpdateContext) =>
  respondWithFunction(context, await applyUpdate(context));

const updateFunctionRateLimit: Handler<'nvcf', 'updateFunctionRateLimit', FunctionRow> = async (context) => {
  await applyUpdate(context);
  return { status: 204 };
};

const deleteFunctionRateLimit: Handler<'nvcf', 'deleteFunctionRateLimit', FunctionRow> = async (context) => {
  await amendTarget(context, ({ definition: { rateLimit: _, ...definition }, ...version }) => ({
    ...version,
    definition,
  }));
  return { status: 204 };
};

const deleteFunctionVersion: Handler<'nvcf', 'deleteFunctionVersion', FunctionRow> = async (context) => {
  if (isPublic(context.target)) throw createPublicFunctionProblem(context.params);
  await removeObject(context, FUNCTIONS, context.target);
  return { status: 204 };
};

export const functionOperations = {
  createFunction,
  createFunctionVersion,
  getFunctionVersion,
  updateFunctionVersion,
  deleteFunctionVersion,
  updateFunctionMetadata: updateFunctionVersion,
  updateFunctionRateLimit,
  deleteFunctionRateLimit,
};
