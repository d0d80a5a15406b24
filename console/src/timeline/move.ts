import type { RequestSummary, WorldEvent } from '../control-api/types.ts';
import { shortId } from '../parts/id.tsx';
import { timeText } from '../parts/time.ts';
import { drillTitle } from '../state/drills.ts';
import type { Identity } from '../state/identities.ts';
import { moveClock } from '../state/move-clock.ts';

/** The names of the subjects of events, by id. */
export type Names = ReadonlyMap<string, string>;

/** Collects the names of identities and of callers. Users outside the cast are known only from their requests. */
export function namesOf(identities: readonly Identity[], requests: readonly RequestSummary[]): Names {
  const callers = requests.flatMap(({ principal }) => principal ?? []);
  return new Map([...callers, ...identities].map(({ id, name }) => [id, name]));
}

/**
 * Moves the clock, and reports what happened in between.
 *
 * @param body the target, like the control API's `by` or `to`
 */
export async function move(body: { readonly by: string } | { readonly to: string }, names: Names): Promise<string> {
  const isNext = 'to' in body && body.to === 'next-event';
  const { events, now, cannotUndo } = await moveClock('to' in body && !isNext ? 'set' : 'advance', body);
  const listed = events.slice(0, 3).map((event) => eventInWords(event, names));
  const more = events.length > listed.length ? `, and ${events.length - listed.length} more` : '';
  const meanwhile = events.length === 0 ? 'Nothing happened meanwhile.' : `Meanwhile: ${listed.join('; ')}${more}.`;
  return `It is ${timeText(now)}. ${meanwhile}${cannotUndo === null ? '' : ` This cannot be undone: ${cannotUndo}`}`;
}

/** Describes an event. An unknown kind is described by its name and values. */
export function eventInWords({ at: _, kind, ...details }: WorldEvent, names: Names): string {
  const named = (id: unknown) => names.get(String(id)) ?? shortId(String(id));
  const { keyId, version, subject, drill, functionId, versionId, requestId, simulationId, name, state } = details;
  const { workloadId, phase } = details;
  switch (kind) {
    case 'policy.effective':
      return `version ${version} of ${named(keyId)} takes effect`;
    case 'key.expired':
      return `key ${named(keyId)} expires`;
    case 'workload.phase':
      return `workload ${named(workloadId)} is ${phase}`;
    case 'access-token.expired':
      return `access token of ${named(subject)} expires`;
    case 'refresh-token.expired':
      return `refresh token of ${named(subject)} expires`;
    case 'drill.ended':
      return `drill ${drillTitle(String(drill))} ends`;
    case 'function.deployed':
      return `deployment of ${name ?? named(functionId)}, version ${named(versionId)}, completes`;
    case 'invocation.fulfilled':
      return `invocation ${named(requestId)} completes`;
    case 'simulation.arrived':
      return `simulation ${name ?? named(simulationId)} is ${state}`;
    default: {
      const about = Object.values(details).filter((value) => typeof value === 'string' || typeof value === 'number');
      return [kind.replaceAll(/[.-]/g, ' '), ...about].join(' ');
    }
  }
}
