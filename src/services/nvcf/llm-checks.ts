import type { Schema } from '../../contract/documented.ts';
import { refuseIf } from '../../ngc-keys/control-plane.ts';
import { isRate } from './rates.ts';
import { invalid } from './request-faults.ts';
import { FAULTS } from './tables/texts.ts';

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
export function checkModels({ functionType, models = [] }: Requested): void {
  refuseIf(new Set(models.map(({ name }) => name)).size < models.length, FAULTS.duplicateModels);
  for (const { name, version, uri, llmConfig } of models) {
    if (functionType === 'LLM') {
      refuseIf(llmConfig === undefined, FAULTS.noLlmConfig);
      checkLlmConfig(name, llmConfig ?? {});
    } else {
      refuseIf(version === undefined || uri === undefined, FAULTS.noFiles);
    }
  }
}

/** @throws Problem unless the router knows the method and the limit is one */
export function checkLlmConfig(name: string, { tokenRateLimit = '', routingMethod = '' }: LlmConfig): void {
  const method = routingMethod.trim().toLowerCase().replaceAll('_', '-');
  const isKnown = method === '' || ROUTING_METHODS.includes(method);
  refuseIf(!isKnown, FAULTS.routingMethod, { name, methods: ROUTING_METHODS.join(', ') });
  const isLimit = tokenRateLimit.trim() === '' || isRate(tokenRateLimit, 'SMHDW');
  refuseIf(!isLimit, FAULTS.tokenRateLimit, { name });
}

/** @throws Problem if accounts have priorities and there is none for the others */
export function checkPriority(config: Requested['llmInvocationConfig']): void {
  const { defaultPriority, perAccountPriority = {} } = config?.priority ?? {};
  if (defaultPriority !== undefined || Object.keys(perAccountPriority).length === 0) return;
  throw invalid("Invalid priority: 'defaultPriority' is required when 'perAccountPriority' has entries");
}
