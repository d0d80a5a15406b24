import type { Question, Verdict } from '../../core/decide.ts';
import type { Decision } from '../../core/decision.ts';
import { isForRights } from '../../core/mode.ts';
import { Problem } from '../../core/problem.ts';
import type { InFlight } from '../in-flight.ts';
import { aboutOf } from './refuse.ts';

/** Does a denied request continue? It does if its world only observes, and only rights are missing. */
export function isLetPass({ context }: InFlight, question: Question, verdict: Verdict): boolean {
  return context.world.mode === 'observe' && isForRights(question, verdict);
}

/** Records the denial that is not enforced, with the status it would have had. */
export function letPass(flight: InFlight, denial: Decision): void {
  const { route } = flight;
  const decision: Decision = { ...denial, enforced: false };
  flight.decision = decision;
  const about = { ...aboutOf(flight, route.row.id), decision };
  flight.wouldBe = route.voice.renderProblem(new Problem('forbidden'), about).status;
}
