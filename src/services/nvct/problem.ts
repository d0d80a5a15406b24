import type { RefusalContext } from '../../contract/service.ts';
import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { own } from '../../lib/members.ts';
import {
  fillText,
  isKeyOfOtherService,
  REFUSED_KEY_TEXT,
  renderControlPlaneProblem,
} from '../ngc-keys/control-plane.ts';
import { ABSENT, MISMATCHES } from './tables/texts.ts';

export function renderProblem(problem: Problem, context: RefusalContext): Outcome {
  return renderControlPlaneProblem(problem, context.path, describeProblem(problem, context));
}

function describeProblem({ kind, message }: Problem, context: RefusalContext): string {
  const { operation, params, caller, decision } = context;
  const values = { ...params, account: caller?.principal.account };
  switch (kind) {
    case 'unauthenticated':
      return REFUSED_KEY_TEXT;
    case 'forbidden': {
      if (isKeyOfOtherService(context)) return REFUSED_KEY_TEXT;
      const isForResource =
        decision?.reason === 'resource_mismatch' || decision?.reason === 'incompatible_resource_type';
      const text = isForResource ? own(MISMATCHES, operation ?? '') : undefined;
      return message || fillText(text ?? 'Access Denied', values);
    }
    case 'not_found':
      return message || fillText(decision?.reason === 'foreign_object' ? ABSENT.foreign : ABSENT.nobodys, values);
    default:
      return message;
  }
}
