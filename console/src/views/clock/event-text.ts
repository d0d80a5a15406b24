import type { RequestSummary, WorldEvent } from '../../control-api/client.ts';
import { shortenId } from '../../parts/id.tsx';
import { formatTime } from '../../parts/time.ts';
import type { Identity } from '../../state/identities.ts';
import type { ClockStep } from '../../state/move-clock.ts';

type Names = ReadonlyMap<string, string>;

/** Returns the names of identities and of callers of requests. Users outside the cast are known only from their requests. */
export function collectNames(
  identities: readonly Pick<Identity, 'id' | 'name'>[],
  requests: readonly Pick<RequestSummary, 'principal'>[],
): Names {
  const callers = requests.flatMap(({ principal }) => principal ?? []);
  return new Map([...callers, ...identities].map(({ id, name }) => [id, name]));
}

/** Describes an event. An unknown kind is described by its name and values. */
export function describeEvent({ at: _, kind, ...details }: WorldEvent, names: Names): string {
  const nameOf = (id: unknown) => names.get(String(id)) ?? shortenId(String(id));
  const { keyId, version, workloadId, phase, subject, name } = details;
  const { functionId, versionId, requestId, simulationId, state } = details;
  switch (kind) {
    case 'policy.effective':
      return `version ${version} of ${nameOf(keyId)} takes effect`;
    case 'key.expired':
      return `key ${nameOf(keyId)} expires`;
    case 'workload.phase':
      return `workload ${nameOf(workloadId)} is ${phase}`;
    case 'access-token.expired':
      return `access token of ${nameOf(subject)} expires`;
    case 'refresh-token.expired':
      return `refresh token of ${nameOf(subject)} expires`;
    case 'fault.ended':
      return `fault ${String(details['fault'])} ends`;
    case 'function.deployed':
      return `deployment of ${name ?? nameOf(functionId)}, version ${nameOf(versionId)}, completes`;
    case 'invocation.fulfilled':
      return `invocation ${nameOf(requestId)} completes`;
    case 'simulation.arrived':
      return `simulation ${name ?? nameOf(simulationId)} is ${state}`;
    default: {
      const values = Object.values(details).filter((value) => typeof value === 'string' || typeof value === 'number');
      return [kind.replaceAll(/[.-]/g, ' '), ...values].join(' ');
    }
  }
}

const MAX_DESCRIBED = 3;

/** Describes a move of the clock: the new time, and the events in between. */
export function describeMove(step: Pick<ClockStep, 'events' | 'now' | 'cannotUndo'>, names: Names): string {
  const { events, now, cannotUndo } = step;
  const listed = events.slice(0, MAX_DESCRIBED).map((event) => describeEvent(event, names));
  const more = events.length > listed.length ? `, and ${events.length - listed.length} more` : '';
  const eventsText = events.length === 0 ? 'Nothing happened meanwhile.' : `Meanwhile: ${listed.join('; ')}${more}.`;
  return `It is ${formatTime(now)}. ${eventsText}${cannotUndo === null ? '' : ` This cannot be undone: ${cannotUndo}`}`;
}
