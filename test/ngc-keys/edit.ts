import { decideOnResource } from '../../src/decisions/decide.ts';
import type { Decision } from '../../src/decisions/decision.ts';
import type { HeldRights, Policy } from '../../src/decisions/policy.ts';
import { permissionsOfRoles, type Ruleset } from '../../src/decisions/ruleset.ts';
import type { Fix } from '../../src/explaining/fixes.ts';
import { editPolicy, type GivenResource, type PolicyFault } from '../../src/ngc-keys/key-policy.ts';
import { parseDuration } from '../../src/time/duration.ts';

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
  if (decision.input === undefined) throw new Error('a decision without its grounds cannot be taken again');
  const { accessRequest, caller, lookedUp } = decision.input;
  const heldRights = standingAfter(decision.at, caller.heldRights, accessRequest.ruleset, request);
  return decideOnResource(accessRequest, { ...caller, heldRights }, lookedUp).effect;
}

/** What is wrong with the policy that the edit leads to. @param rulesets those whose scopes and types a key can hold */
export function faultsOfEdit(decision: Decision, body: Edit, rulesets?: readonly Ruleset[]): readonly PolicyFault[] {
  if (decision.input === undefined) return [];
  const { accessRequest, caller } = decision.input;
  const { faults } = readEdit(flushed(caller.heldRights), rulesets ?? [accessRequest.ruleset], body);
  return body.force === true ? faults.filter(({ forceable }) => !forceable) : faults;
}

function standingAfter(
  at: number,
  before: HeldRights,
  ruleset: Ruleset,
  { path, body }: NonNullable<Fix['request']>,
): HeldRights {
  switch (path) {
    case '/_mock/propagation/flush':
      return flushed(before);
    case '/_mock/clock/advance': {
      const then = at + (parseDuration(String(body['by'])) ?? 0);
      return flushed({ ...before, pending: before.pending.filter(({ effectiveAt }) => effectiveAt <= then) });
    }
    default:
      return edited(flushed(before), ruleset, body);
  }
}

/** The newest version is the one that counts once nothing is held back. */
function flushed({ pending, ...now }: HeldRights): HeldRights {
  const { held, resources } = pending.at(-1) ?? now;
  return { ...now, held, resources, pending: [] };
}

function edited(before: HeldRights, ruleset: Ruleset, edit: Edit): HeldRights {
  const { services = before.services, roles, scopes, resource } = edit;
  if (roles !== undefined)
    return { ...before, services, roles, held: permissionsOfRoles(ruleset.tables, roles), pending: [] };
  if (scopes === undefined && resource === undefined) return { ...before, services, pending: [] };
  const { policy } = readEdit(before, [ruleset], edit);
  return { ...before, services, held: new Set(policy.scopes), resources: policy.resources, pending: [] };
}

function readEdit(
  { held, resources }: HeldRights,
  rulesets: readonly Ruleset[],
  { scopes, resource }: Edit,
): { readonly policy: Policy; readonly faults: readonly PolicyFault[] } {
  const before = { scopes: [...held], resources: resources ?? [] };
  const given = resource === undefined ? undefined : ([resource].flat() as readonly GivenResource[]);
  return editPolicy(rulesets, before, { scopes, resources: given });
}
