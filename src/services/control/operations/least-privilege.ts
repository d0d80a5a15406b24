import type { Handler } from '../../../contract/request.ts';
import type { Ports } from '../ports.ts';

/** Operations that compare the rights of credentials with their use. */
export function leastPrivilegeOperations(ports: Pick<Ports, 'leastPrivilege'>) {
  const get: Handler<'control', 'get_least_privilege'> = async ({ world, query }) => ({
    status: 200,
    body: await ports.leastPrivilege(world, query.principal ?? null),
  });
  return { get_least_privilege: get };
}
