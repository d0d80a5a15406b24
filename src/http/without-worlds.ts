import type { FastifyRequest } from 'fastify';
import type { Problem } from '../decisions/problem.ts';
import { own } from '../objects/members.ts';
import type { Outcome } from '../responses/outcome.ts';
import { createNoWorldsProblem, type WaitState } from '../store/waiting.ts';
import { toProblem } from './problem.ts';
import { methodOf, pathOf } from './transport/arrival.ts';
import { isControlPath, type OriginGuard } from './transport/origins.ts';
import { renderWireResponse, type WireResponse } from './transport/wire-answer.ts';
import type { UnroutedRequests } from './unrouted-requests.ts';

/**
 * Answers for a process whose worlds are not ready: `GET /_mock/health` reports that it is alive, and everything else
 * is refused in the vendor's format.
 */
export function respondWithoutWorlds(
  request: FastifyRequest,
  waiting: WaitState,
  originGuard: OriginGuard,
  unrouted: Pick<UnroutedRequests, 'renderProblem'>,
): WireResponse {
  const problem = findRefusal(request, waiting, originGuard);
  const outcome = problem === null ? describeHealth(waiting) : unrouted.renderProblem(problem, pathOf(request.raw.url));
  return renderWireResponse(outcome, problem);
}

/** Returns null for the one request that is answered. */
function findRefusal({ raw, query }: FastifyRequest, waiting: WaitState, originGuard: OriginGuard): Problem | null {
  try {
    originGuard.check(raw, isControlPath(raw.url) ? 'known' : 'open');
  } catch (thrown) {
    return toProblem(thrown);
  }
  const isHealth = methodOf(raw) === 'GET' && pathOf(raw.url) === '/_mock/health';
  // Fastify derives the type of a query from a schema, which our routes do not have.
  return isHealth && own(query as Record<string, unknown>, 'ready') === undefined
    ? null
    : createNoWorldsProblem(waiting);
}

function describeHealth({ status, why }: WaitState): Outcome {
  return { status: 200, body: { status, detail: why } };
}
