import type { Answer, AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { accountOf } from '../caller.ts';
import { attributesOfVersion, type FunctionRow, relationTo, statusAt } from '../functions.ts';
import type { InvocationRow } from '../invocations.ts';
import { waitingAt } from './invocation.ts';

/** Lists the queues of the deployed versions that the key covers. */
async function queuesOf(
  context: AuthenticatedContext,
  functionId: string,
  versions: readonly FunctionRow[],
): Promise<Answer<'nvcf', 'getFunctionQueues'>> {
  const account = accountOf(context);
  const deployed = versions.filter(
    (row) =>
      context.mayAccess(attributesOfVersion(row, relationTo(row, account) ?? 'owned')) &&
      ['ACTIVE', 'DEPLOYING'].includes(statusAt(row.body, context.now)),
  );
  if (deployed.length === 0) {
    throw new Problem('not_found', `Function id '${functionId}': Queue not found - Function is likely not deployed`);
  }
  const queues = await Promise.all(
    deployed.map(async (row) => ({
      functionVersionId: row.id,
      functionName: row.body.name,
      functionStatus: statusAt(row.body, context.now),
      queueDepth: (await waitingAt(context, row.id)).length,
    })),
  );
  return { status: 200, body: { functionId, queues } };
}

const ofFunction: Handler<'nvcf', 'getFunctionQueues', readonly FunctionRow[]> = (context) =>
  queuesOf(context, context.params.functionId, context.target);

const ofVersion: Handler<'nvcf', 'getFunctionVersionQueue', FunctionRow> = (context) =>
  queuesOf(context, context.params.functionId, [context.target]);

const position: Handler<'nvcf', 'getQueuePosition', InvocationRow> = async (context) => {
  const { id, body } = context.target;
  const waiting = await waitingAt(context, body.versionId);
  const place = waiting.findIndex((row) => row.id === id);
  if (place < 0) {
    throw new Problem(
      'bad_state',
      `Function invocation request id '${id}': Invocation request message is not in pending or in progress state`,
    );
  }
  const { functionId, versionId } = body;
  return { status: 200, body: { functionId, functionVersionId: versionId, positionInQueue: place } };
};

export const queueOperations = {
  getFunctionQueues: ofFunction,
  getFunctionVersionQueue: ofVersion,
  getQueuePosition: position,
};
