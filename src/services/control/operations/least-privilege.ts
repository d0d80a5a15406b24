import type { Handler } from '../../../contract/request.ts';
import type { Ports } from '../ports.ts';

/** Operations that find the smallest rights, for the recorded uses of credentials or for given requests. */
export function leastPrivilegeOperations(ports: Pick<Ports, 'reportLeastPrivilege' | 'findLeastPrivilegedKeys'>) {
  const get: Handler<'control', 'get_least_privilege'> = async ({ world, query }) => ({
    status: 200,
    body: await ports.reportLeastPrivilege(world, query.principal ?? null),
  });
  const find: Handler<'control', 'find_least_privilege'> = async ({ world, body }) => ({
    status: 200,
    body: await ports.findLeastPrivilegedKeys(world, body.requests),
  });
  return { get_least_privilege: get, find_least_privilege: find };
}
