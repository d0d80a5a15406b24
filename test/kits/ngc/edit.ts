import { decideAndCover } from '../../../src/core/decide.ts';
import type { Decision } from '../../../src/core/decision.ts';
import { parseDuration } from '../../../src/core/duration.ts';
import type { Fix } from '../../../src/core/explaining/fixes.ts';
import { type Law, permissionsOfRoles } from '../../../src/core/law.ts';
import type { Policy, Standing } from '../../../src/core/policy.ts';
import { type GivenResource, type PolicyFault, readPolicy } from '../../../src/kits/ngc/key-policy.ts';

/** The body of an edit of a key, as far as it changes rights. */
interface Edit {
  readonly services?: readonly string[];
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
  readonly force?: boolean;
}

/** What would be decided about the same request once the fix was made and counts. */
export function effectAfter(decision: Decision, request: NonNullable<Fix['request']>): 'allow' | 'deny' {
  if (decision.evidence === undefined) throw new Error('a decision without its grounds cannot be taken again');
  const { question, caller, sighting } = decision.evidence;
  const standing = standingAfter(decision.at, caller.standing, question.law, request);
  return decideAndCover(question, { ...caller, standing }, sighting).effect;
}

/** What is wrong with the policy that the edit leads to. @param laws those whose scopes and types a key can hold */
export function faultsOfEdit(decision: Decision, body: Edit, laws?: readonly Law[]): readonly PolicyFault[] {
  if (decision.evidence === undefined) return [];
  const { question, caller } = decision.evidence;
  const { faults } = readEdit(flushed(caller.standing), laws ?? [question.law], body);
  return body.force === true ? faults.filter(({ forceable }) => !forceable) : faults;
}

function standingAfter(at: number, before: Standing, law: Law, { path, body }: NonNullable<Fix['request']>): Standing {
  switch (path) {
    case '/_mock/propagation/flush':
      return flushed(before);
    case '/_mock/clock/advance': {
      const then = at + (parseDuration(String(body['by'])) ?? 0);
      return flushed({ ...before, pending: before.pending.filter(({ effectiveAt }) => effectiveAt <= then) });
    }
    default:
      return edited(flushed(before), law, body);
  }
}

/** The newest version is the one that counts once nothing is held back. */
function flushed({ pending, ...now }: Standing): Standing {
  const { held, resources } = pending.at(-1) ?? now;
  return { ...now, held, resources, pending: [] };
}

function edited(before: Standing, law: Law, edit: Edit): Standing {
  const { services = before.services, roles, scopes, resource } = edit;
  if (roles !== undefined)
    return { ...before, services, roles, held: permissionsOfRoles(law.tables, roles), pending: [] };
  if (scopes === undefined && resource === undefined) return { ...before, services, pending: [] };
  const { policy } = readEdit(before, [law], edit);
  return { ...before, services, held: new Set(policy.scopes), resources: policy.resources, pending: [] };
}

function readEdit(
  { held, resources }: Standing,
  laws: readonly Law[],
  { scopes = [...held], resource = resources ?? [] }: Edit,
): { readonly policy: Policy; readonly faults: readonly PolicyFault[] } {
  return readPolicy(laws, scopes, [resource].flat() as readonly GivenResource[]);
}
