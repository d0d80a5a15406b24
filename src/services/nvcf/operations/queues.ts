import type { Context, Handler, Outcome } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import { type FunctionRow, reachOfVersion, relationTo, statusAt } from '../functions.ts';
import type { InvocationRow } from '../invocations.ts';
import { waitingAt } from './invocation.ts';

/** Queues of the versions that the key covers and that are deployed. */
async function queuesOf(context: Context, versions: readonly Row[]): Promise<Outcome> {
  const account = accountOf(context);
  const deployed = (versions as readonly FunctionRow[]).filter(
    (row) =>
      context.mayReach(reachOfVersion(row, relationTo(row, account) ?? 'owned')) &&
      ['ACTIVE', 'DEPLOYING'].includes(statusAt(row.body, context.now)),
  );
  const functionId = context.params['functionId'];
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

const ofFunction: Handler = (context) => queuesOf(context, context.target as readonly Row[]);

const ofVersion: Handler = (context) => queuesOf(context, [context.target as Row]);

const position: Handler = async (context) => {
  const { id, body } = context.target as InvocationRow;
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
