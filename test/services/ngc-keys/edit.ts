import { decideOnResource } from '../../../src/decisions/decide.ts';
import type { Decision } from '../../../src/decisions/decision.ts';
import type { Fix } from '../../../src/decisions/explaining/fixes.ts';
import type { HeldRights, Policy } from '../../../src/decisions/policy.ts';
import { permissionsOfRoles, type Ruleset } from '../../../src/decisions/ruleset.ts';
import { parseDuration } from '../../../src/lib/duration.ts';
import { editPolicy, type GivenResource, type PolicyFault } from '../../../src/services/ngc-keys/key-policy.ts';

/** The members of an edit of a key that change rights. */
interface Edit {
  readonly services?: readonly string[];
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
  readonly force?: boolean;
}

/** The effect of the same request after the fix is applied and in force. */
export function effectAfter(decision: Decision, request: NonNullable<Fix['request']>): 'allow' | 'deny' {
  if (decision.input === undefined) throw new Error('a decision without its input cannot be repeated');
  const { accessRequest, caller, lookedUp } = decision.input;
  const held = applyFix(decision.at, caller.held, accessRequest.ruleset, request);
  return decideOnResource(accessRequest, { ...caller, held }, lookedUp).effect;
}

/** The faults of the policy after the edit. @param rulesets the rulesets with the scopes and types of keys */
export function faultsOfEdit(decision: Decision, body: Edit, rulesets?: readonly Ruleset[]): readonly PolicyFault[] {
  if (decision.input === undefined) return [];
  const { accessRequest, caller } = decision.input;
  const { faults } = readEdit(flush(caller.held), rulesets ?? [accessRequest.ruleset], body);
  return body.force === true ? faults.filter(({ forceable }) => !forceable) : faults;
}

function applyFix(
  at: number,
  current: HeldRights,
  ruleset: Ruleset,
  { path, body }: NonNullable<Fix['request']>,
): HeldRights {
  switch (path) {
    case '/_mock/propagation/flush':
      return flush(current);
    case '/_mock/clock/advance': {
      const end = at + (parseDuration(String(body['by'])) ?? 0);
      return flush({ ...current, pending: current.pending.filter(({ effectiveAt }) => effectiveAt <= end) });
    }
    default:
      return applyEdit(flush(current), ruleset, body);
  }
}

/** Rights with the newest version in force. */
function flush({ pending, ...now }: HeldRights): HeldRights {
  const { permissions, resources } = pending.at(-1) ?? now;
  return { ...now, permissions, resources, pending: [] };
}

function applyEdit(current: HeldRights, ruleset: Ruleset, edit: Edit): HeldRights {
  const { services = current.services, roles, scopes, resource } = edit;
  if (roles !== undefined)
    return { ...current, services, roles, permissions: permissionsOfRoles(ruleset.tables, roles), pending: [] };
  if (scopes === undefined && resource === undefined) return { ...current, services, pending: [] };
  const { policy } = readEdit(current, [ruleset], edit);
  return { ...current, services, permissions: new Set(policy.scopes), resources: policy.resources, pending: [] };
}

function readEdit(
  { permissions, resources }: HeldRights,
  rulesets: readonly Ruleset[],
  { scopes, resource }: Edit,
): { readonly policy: Policy; readonly faults: readonly PolicyFault[] } {
  const current = { scopes: [...permissions], resources: resources ?? [] };
  const edited = resource === undefined ? undefined : ([resource].flat() as readonly GivenResource[]);
  return editPolicy(rulesets, current, { scopes, resources: edited });
}
