import { ask, type OperationEffect, type OperationEffects } from '../control-api/client.ts';

/**
 * Returns the decision about every operation of a service, without a concrete object. All operation counts use this.
 *
 * @param caller a principal, or hypothetical rights
 */
export async function readEffects(caller: object, service: string): Promise<readonly OperationEffect[]> {
  const question = { ...caller, operations: '*', service };
  return (await ask<OperationEffects>('POST', '/_mock/decisions/simulate', question)).operations;
}
