import type { Schema } from '../../contract/documented.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import { refuse, refuseIf } from '../ngc-keys/control-plane.ts';
import { isRate } from './rates.ts';
import { FAULTS } from './tables/texts.ts';

// A `routingMethod` is a method for the router, followed by parameters: `method;key=value`. Only the syntax is checked.
const MAX_ROUTING_BYTES = 1024;
const MAX_ROUTING_PARAMETERS = 32;
const ROUTING_METHOD = /^[a-z][a-z0-9_-]*$/i;
/** A key and a value, which does not end with a space. */
const ROUTING_PARAMETER = /^ *([a-z][a-z0-9_]*)=(\S(?:.*\S)?)$/;
/** The forms of a value, which are like the bare items of structured fields (RFC 9651). */
const ROUTING_VALUES: readonly RegExp[] = [
  // An integer.
  /^-?\d{1,15}$/,
  // A decimal.
  /^-?\d{1,12}\.\d{1,3}$/,
  // A token.
  /^[a-z*][\w!#$%&'*+.^`|~:/-]*$/i,
  // A quoted string of ASCII characters, without `,`, which no routing method may have, and `;`, which ends a parameter.
  /^"(?:[ !#-+\--:<-[\]-~]|\\["\\])*"$/,
];
/** Line breaks and control characters, which the vendor's messages do not repeat. */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

type FunctionRequest = Pick<Schema<'nvcf', 'CreateFunctionRequest'>, 'functionType' | 'models' | 'llmInvocationConfig'>;

export function checkModels({ functionType, models = [] }: FunctionRequest): void {
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

export function checkLlmConfig(
  name: string,
  { tokenRateLimit = '', routingMethod = '' }: Pick<Schema<'nvcf', 'LlmConfig'>, 'tokenRateLimit' | 'routingMethod'>,
): void {
  // Only spaces are removed: other white space is not valid.
  const rule = findRoutingViolation(routingMethod.replace(/^ +| +$/g, ''));
  if (rule !== null) refuse(FAULTS.routingMethod, { name, rule });
  const isValidLimit = tokenRateLimit.trim() === '' || isRate(tokenRateLimit, 'SMHDW');
  refuseIf(!isValidLimit, FAULTS.tokenRateLimit, { name });
}

/** Returns the published rule that a routing method violates, or null. */
function findRoutingViolation(text: string): string | null {
  if (text === '') return null;
  if (Buffer.byteLength(text) > MAX_ROUTING_BYTES) return `expression exceeds ${MAX_ROUTING_BYTES} bytes`;
  if (text.includes(',')) return 'commas are not allowed';
  const [method = '', ...parameters] = text.split(';');
  if (!ROUTING_METHOD.test(method)) return 'method name must match [A-Za-z][A-Za-z0-9_-]*';
  if (parameters.length > MAX_ROUTING_PARAMETERS) return `at most ${MAX_ROUTING_PARAMETERS} parameters are allowed`;
  return findParameterViolation(parameters);
}

function findParameterViolation(parameters: readonly string[]): string | null {
  const keys = new Set<string>();
  for (const parameter of parameters) {
    const [, key, value = ''] = ROUTING_PARAMETER.exec(parameter) ?? [];
    if (key === undefined) {
      return `parameter '${parameter.replace(CONTROL_CHARACTERS, '?')}' must be key=value with key matching [a-z][a-z0-9_]*`;
    }
    if (!ROUTING_VALUES.some((form) => form.test(value))) {
      return `value for '${key}' must be an integer, decimal, token, or quoted string`;
    }
    if (keys.has(key)) return `duplicate parameter '${key}'`;
    keys.add(key);
  }
  return null;
}

/** @throws Problem if accounts have priorities but there is no default */
export function checkPriority(config: FunctionRequest['llmInvocationConfig']): void {
  const { defaultPriority, perAccountPriority = {} } = config?.priority ?? {};
  if (defaultPriority !== undefined || Object.keys(perAccountPriority).length === 0) return;
  throw invalidRequest("Invalid priority: 'defaultPriority' is required when 'perAccountPriority' has entries");
}
