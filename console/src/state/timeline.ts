import { ask } from '../control-api/client.ts';
import type { RequestSummary, SimulatedRequest } from '../control-api/types.ts';
import { formatAddress, requests } from './requests.ts';

/** Maximum number of simulated requests. */
const MAX_SIMULATED = 50;

/** A recent request with its decision now and at a later time. */
export interface SimulatedChange extends SimulatedRequest {
  readonly request: RequestSummary;
}

/** The simulation of a later time. */
export interface SimulatedDecisions {
  readonly at: string;
  /** The number of distinct requests that were simulated. */
  readonly count: number;
  /** The requests that would be decided differently, newest first. */
  readonly changes: readonly SimulatedChange[];
}

/** Returns the newest distinct requests to operations, which can be simulated. */
function findRecent(): readonly RequestSummary[] {
  const distinct = new Map<string, RequestSummary>();
  for (const request of requests.value) {
    if (request.service === null || request.operation === null) continue;
    const key = [request.method, formatAddress(request), request.principal?.id].join(' ');
    if (!distinct.has(key)) distinct.set(key, request);
    if (distinct.size === MAX_SIMULATED) break;
  }
  return [...distinct.values()];
}

/** Simulates recent requests at a later time, without moving the clock. @throws like the control API */
export async function simulateAt(at: string): Promise<SimulatedDecisions> {
  const recent = findRecent();
  if (recent.length === 0) return { at, count: 0, changes: [] };
  const { requests: simulated } = await ask<{ requests: readonly SimulatedRequest[] }>(
    'POST',
    '/_mock/decisions/simulate',
    { requests: recent.map(({ id }) => id), at },
  );
  const changes = simulated.flatMap((simulation): SimulatedChange[] => {
    const request = recent.find(({ id }) => id === simulation.id);
    return simulation.differs && request !== undefined ? [{ ...simulation, request }] : [];
  });
  return { at, count: recent.length, changes };
}
