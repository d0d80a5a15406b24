import type { AuthenticatedContext, Handler, OutcomeOf } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { requireAccount } from '../caller.ts';
import { attributesOfVersion, type FunctionRow, type FunctionStatus, relationTo, statusAt } from '../functions.ts';
import type { InvocationRow } from '../invocations.ts';
import { findPendingInvocations } from './invocation.ts';

const STATUSES_WITH_QUEUE: ReadonlySet<FunctionStatus> = new Set(['ACTIVE', 'DEPLOYING']);

async function listQueues(
  context: AuthenticatedContext,
  functionId: string,
  versions: readonly FunctionRow[],
): Promise<OutcomeOf<'nvcf', 'getFunctionQueues'>> {
  const account = requireAccount(context);
  const deployed = versions.filter(
    (row) =>
      context.mayAccess(attributesOfVersion(row, relationTo(row, account) ?? 'owned')) &&
      STATUSES_WITH_QUEUE.has(statusAt(row.body, context.now)),
  );
  if (deployed.length === 0) {
    throw new Problem('not_found', `Function id '${functionId}': Queue not found - Function is likely not deployed`);
  }
  const queues = await Promise.all(
    deployed.map(async (row) => ({
      functionVersionId: row.id,
      functionName: row.body.name,
      functionStatus: statusAt(row.body, context.now),
      queueDepth: (await findPendingInvocations(context, row.id)).length,
    })),
  );
  return { status: 200, body: { functionId, queues } };
}

const getFunctionQueues: Handler<'nvcf', 'getFunctionQueues', readonly FunctionRow[]> = (context) =>
  listQueues(context, context.params.functionId, context.target);

const getFunctionVersionQueue: Handler<'nvcf', 'getFunctionVersionQueue', FunctionRow> = (context) =>
  listQueues(context, context.params.functionId, [context.target]);

const getQueuePosition: Handler<'nvcf', 'getQueuePosition', InvocationRow> = async (context) => {
  const { id, body } = context.target;
  const pending = await findPendingInvocations(context, body.versionId);
  const position = pending.findIndex((row) => row.id === id);
  if (position < 0) {
    const message = `Function invocation request id '${id}': Invocation request message is not in pending or in progress state`;
    throw new Problem('bad_state', message);
  }
  const { functionId, versionId } = body;
  return { status: 200, body: { functionId, functionVersionId: versionId, positionInQueue: position } };
};

export const queueOperations = {
  getFunctionQueues,
  getFunctionVersionQueue,
  getQueuePosition,
};
