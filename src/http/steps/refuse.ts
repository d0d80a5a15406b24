import type { ProblemKind } from '../../core/problem.ts';
import type { About } from '../../service.ts';
import { pathOf } from '../arrival.ts';
import { asked, refused } from '../explain.ts';
import type { Arrived, InFlight } from '../in-flight.ts';
import { isStorageProblem, problemOf } from '../problem.ts';
import { otherVersion, profilesWith } from '../routes.ts';

/** A request that cannot be read is no decision, whoever sent it: these leave none behind. */
const MALFORMED: ReadonlySet<ProblemKind> = new Set([
  'invalid_request',
  'timeout',
  'too_large',
  'unsupported_media_type',
]);

/** Whatever was thrown, in the vendor's words; and a credential that was not accepted becomes a decision. */
export function refuse(flight: InFlight, thrown: unknown): void {
  const { route, context, decision } = flight;
  const problem = problemOf(thrown, context.store);
  flight.problem = problem;
  if (isStorageProblem(problem)) context.findings.report('storage', problem.message, context.now);
  flight.decision = MALFORMED.has(problem.kind) ? null : (decision ?? refused(asked(flight), problem));
  if (flight.decision?.reason === 'no_such_object') reportOtherVersion(flight);
  flight.outcome = route.voice.renderProblem(problem, { ...aboutOf(flight, route.row.id), decision: flight.decision });
}

/** A path that looks like an object's can be one that only another version has. */
function reportOtherVersion({ route, context, raw }: InFlight): void {
  const path = pathOf(raw.url);
  const profiles = profilesWith(route.document.elsewhere, context.method, path);
  if (profiles.length > 0)
    context.findings.report('other_version', otherVersion(context.method, path, profiles), context.now);
}

/** What a refusal is about. @param operation null where no operation has the path */
export function aboutOf({ context, raw }: Pick<Arrived, 'raw' | 'context'>, operation: string | null): About {
  const { settings, random, params, caller } = context;
  return { settings, random, path: pathOf(raw.url), params, operation, caller, decision: null };
}
