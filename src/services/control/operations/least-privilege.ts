import type { Handler } from '../../../contract/request.ts';
import { reportLeastPrivilege } from '../../../http/least-privilege.ts';
import type { ControlledServer } from '../controlled-server.ts';

/** The operation that finds the smallest rights for the recorded uses of credentials. */
export function leastPrivilegeOperations({ server }: ControlledServer) {
  const get: Handler<'control', 'get_least_privilege'> = async ({ world, query }) => ({
    status: 200,
    body: await reportLeastPrivilege(server, world, query.principal ?? null),
  });
  return { get_least_privilege: get };
}
