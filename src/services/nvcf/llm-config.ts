import type { Schema } from '../../contract/documented.ts';
import { Problem } from '../../decisions/problem.ts';
import type { FunctionRow, FunctionVersion } from './functions.ts';
import { checkLlmConfig } from './llm-checks.ts';
import type { Definition } from './members.ts';

type ModelUpdates = readonly Schema<'nvcf', 'ModelUpdate'>[];

export interface LlmChange {
  readonly modelUpdates?: ModelUpdates | undefined;
  readonly llmInvocationConfig?: Definition['llmInvocationConfig'];
}

/** Applies a change to a version, ignoring models that it does not have. */
export function applyLlmChange(
  version: FunctionVersion,
  { modelUpdates = [], llmInvocationConfig }: LlmChange,
): FunctionVersion {
  const { models, ...definition } = version.definition;
  const updates = new Map<string, ModelUpdates[number]['llmConfig']>();
  for (const { modelName, llmConfig } of modelUpdates) {
    // The first update of a model takes precedence.
    if (!updates.has(modelName)) updates.set(modelName, llmConfig);
  }
  const changedModels = models?.map((model) => {
    if (model.llmConfig === undefined) return model;
    return { ...model, llmConfig: { ...model.llmConfig, ...updates.get(model.name) } };
  });
  return {
    ...version,
    definition: {
      ...definition,
      ...(changedModels !== undefined && { models: changedModels }),
      ...(llmInvocationConfig !== undefined && { llmInvocationConfig }),
    },
  };
}

/** @throws Problem if an update is incomplete, or its model is unknown or has no `llmConfig` */
export function checkModelUpdates({ definition }: FunctionVersion, updates: ModelUpdates, subject: string): void {
  const models = new Map(definition.models?.map((model) => [model.name, model]));
  for (const { modelName, llmConfig } of updates) {
    const model = models.get(modelName);
    if (model === undefined) throw new Problem('not_found', `${subject}: Model '${modelName}' not found`);
    if (model.llmConfig === undefined) {
      throw new Problem('bad_state', `${subject}: Model '${modelName}' does not have existing llmConfig`);
    }
    checkLlmConfig(modelName, llmConfig ?? {});
  }
}

/** @throws Problem if a function mixes LLM versions with other types */
export function checkFunctionType(
  functionId: string,
  type: Definition['functionType'],
  versions: readonly FunctionRow[],
): void {
  const types = versions.map(({ body }) => body.definition.functionType ?? 'DEFAULT');
  if (type !== 'LLM' && !types.includes('LLM')) return;
  const index = types.findIndex((existingType) => existingType !== (type ?? 'DEFAULT'));
  if (index < 0) return;
  const message = `Function id '${functionId}': all versions must share the same functionType; existing version '${versions[index]?.id}' is '${types[index]}'`;
  throw new Problem('bad_state', message);
}

/** @throws Problem if a new version changes model settings that must be the same in all versions */
export function checkUnchangedSettings(functionId: string, definition: Definition, versions: readonly FunctionRow[]) {
  const models = new Map(definition.models?.map(({ name, llmConfig }) => [name, llmConfig]));
  for (const { id, body } of versions) {
    for (const { name, llmConfig: stored } of body.definition.models ?? []) {
      const requested = models.get(name);
      if (stored === undefined || requested === undefined) continue;
      const changedMember = (['uris', 'tokenizer'] as const).find(
        (member) => JSON.stringify(requested[member]) !== JSON.stringify(stored[member]),
      );
      if (changedMember === undefined) continue;
      const message = `Function id '${functionId}', version '${id}': 'llmConfig.${changedMember}' for model '${name}' must match existing versions`;
      throw new Problem('bad_state', message);
    }
  }
}

export function createLlmChange({ models = [], llmInvocationConfig }: Definition): LlmChange {
  const modelUpdates = models.map(({ name, llmConfig: { tokenRateLimit, routingMethod } = {} }) => ({
    modelName: name,
    llmConfig: {
      ...(tokenRateLimit !== undefined && { tokenRateLimit }),
      ...(routingMethod !== undefined && { routingMethod }),
    },
  }));
  return { modelUpdates, llmInvocationConfig };
}
