import type { Handler } from '../../../contract/request.ts';
import type { Ports } from '../ports.ts';

/** What credentials were used for, and what they needed for it. */
export function leastPrivilegeOperations(ports: Pick<Ports, 'leastPrivilege'>) {
  const get: Handler<'control', 'get_least_privilege'> = async ({ world, query }) => ({
    status: 200,
    body: await ports.leastPrivilege(world, query.principal ?? null),
  });
  return { get_least_privilege: get };
}
