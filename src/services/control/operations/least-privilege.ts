import type { Handler } from '../../../contract/request.ts';
import type { Ports } from '../ports.ts';

/** The operation that finds the smallest rights for the recorded uses of credentials. */
export function leastPrivilegeOperations(ports: Pick<Ports, 'reportLeastPrivilege'>) {
  const get: Handler<'control', 'get_least_privilege'> = async ({ world, query }) => ({
    status: 200,
    body: await ports.reportLeastPrivilege(world, query.principal ?? null),
  });
  return { get_least_privilege: get };
}
