import { ask } from '../control-api/client.ts';
import type { RequestSummary, SimulatedRequest } from '../control-api/types.ts';
import { addressIn, requests } from './requests.ts';

/** So many requests are decided again. */
const MAX_SIMULATED = 50;

/** A recent request, and what would be decided about it now and at a later time. */
export interface Change extends SimulatedRequest {
  readonly request: RequestSummary;
}

/** What is known of a later time. */
export interface Later {
  readonly at: string;
  /** How many recent requests were decided again, equal ones once. */
  readonly count: number;
  /** Those that would be decided differently, newest first. */
  readonly changes: readonly Change[];
}

/** The newest requests that a decision is made about, equal ones once. */
function recent(): readonly RequestSummary[] {
  const distinct = new Map<string, RequestSummary>();
  for (const request of requests.value) {
    if (request.service === null || request.operation === null) continue;
    const text = [request.method, addressIn(request), request.principal?.id].join(' ');
    if (!distinct.has(text)) distinct.set(text, request);
    if (distinct.size === MAX_SIMULATED) break;
  }
  return [...distinct.values()];
}

/** Decides recent requests at a later time; the clock does not move. @throws as the control API does */
export async function simulateAt(at: string): Promise<Later> {
  const asked = recent();
  if (asked.length === 0) return { at, count: 0, changes: [] };
  const { requests: simulated } = await ask<{ requests: readonly SimulatedRequest[] }>(
    'POST',
    '/_mock/decisions/simulate',
    { requests: asked.map(({ id }) => id), at },
  );
  const changes = simulated.flatMap((one): Change[] => {
    const request = asked.find(({ id }) => id === one.id);
    return one.differs && request !== undefined ? [{ ...one, request }] : [];
  });
  return { at, count: asked.length, changes };
}
