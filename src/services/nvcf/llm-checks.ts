import type { Schema } from '../../contract/documented.ts';
import { Problem } from '../../core/problem.ts';
import { isRate } from './rates.ts';
import { checkDistinct, invalid } from './request-faults.ts';

/** The algorithms of the published router, and two names that they had before. */
const ROUTING_METHODS: readonly string[] = [
  'power-of-two',
  'wait-and-widen',
  'round-robin',
  'random',
  'pulsar',
  'pulsar-wait-and-widen',
  'groq-multiregion',
  'pulsar-multiregion',
];

type Requested = Pick<Schema<'nvcf', 'CreateFunctionRequest'>, 'functionType' | 'models' | 'llmInvocationConfig'>;
type LlmConfig = Pick<Schema<'nvcf', 'LlmConfig'>, 'tokenRateLimit' | 'routingMethod'>;

/** Checks the models of a function, whose requirements depend on its type. @throws Problem */
export function checkModels({ functionType, models = [], llmInvocationConfig }: Requested): void {
  checkDistinct(
    'Names in `models`',
    models.map(({ name }) => name),
  );
  if (functionType === 'LLM') {
    if (models.length === 0) throw invalid('Field `models` is missing; functions of type LLM require it.');
    for (const { name, llmConfig } of models) {
      if (llmConfig === undefined) {
        throw invalid(`Model '${name}': Field \`llmConfig\` is missing; functions of type LLM require it.`);
      }
      checkLlmConfig(name, llmConfig);
    }
    return;
  }
  if (llmInvocationConfig !== undefined) {
    throw invalid('Field `llmInvocationConfig` is only for functions of type LLM.');
  }
  const incomplete = models.find(({ version, uri }) => version === undefined || uri === undefined);
  if (incomplete === undefined) return;
  throw invalid(
    `Model '${incomplete.name}': Give the fields \`version\` and \`uri\`; only functions of type LLM need none.`,
  );
}

/** @throws Problem unless the router knows the method and the limit is one */
export function checkLlmConfig(name: string, { tokenRateLimit = '', routingMethod = '' }: LlmConfig): void {
  const method = routingMethod.trim().toLowerCase().replaceAll('_', '-');
  if (method !== '' && !ROUTING_METHODS.includes(method)) {
    throw invalid(`Model '${name}': Field \`routingMethod\` must be one of ${ROUTING_METHODS.join(', ')}.`);
  }
  if (tokenRateLimit.trim() !== '' && !isRate(tokenRateLimit, 'SMHDW')) {
    throw invalid(
      `Model '${name}': Field \`tokenRateLimit\` must be a list of counts and units of S, M, H, D and W, such as \`100000-S\`, with each unit once.`,
    );
  }
}

/** @throws Problem if accounts have priorities and there is none for the others */
export function checkPriority(config: Requested['llmInvocationConfig']): void {
  const { defaultPriority, perAccountPriority = {} } = config?.priority ?? {};
  if (defaultPriority !== undefined || Object.keys(perAccountPriority).length === 0) return;
  throw invalid('Field `priority.defaultPriority` is missing; `perAccountPriority` requires it.');
}

/** The problem of a member that only functions of type LLM have. */
export function onlyForLlm(member: string): Problem {
  return new Problem('bad_state', `Only LLM functions support ${member}`);
}
