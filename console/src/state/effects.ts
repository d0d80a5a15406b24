import { ask } from '../control-api/client.ts';
import type { OperationEffect } from '../control-api/types.ts';

/**
 * The decision about every operation of a service, before any object is known. Whatever counts operations counts these.
 *
 * @param who a principal, or the rights that one would hold
 */
export async function fetchEffects(who: object, service: string): Promise<readonly OperationEffect[]> {
  const { operations } = await ask<{ operations: readonly OperationEffect[] }>('POST', '/_mock/decisions/simulate', {
    ...who,
    operations: '*',
    service,
  });
  return operations;
}
