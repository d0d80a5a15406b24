import type { ComponentChildren } from 'preact';
import { addressOfView } from '../../address.ts';
import type { Decision } from '../../control-api/types.ts';
import { describeCertainty } from '../../parts/certainty.ts';
import { shortenId } from '../../parts/id.tsx';
import { Path } from '../../parts/path.tsx';
import { Name, type RequirementStatus, Rights, StatusMark } from '../../parts/rights.tsx';
import { When } from '../../parts/when.tsx';
import type { Identity } from '../../state/identities.ts';
import type { Rule, Ruleset } from '../../state/rulesets.ts';

/** The rights that the rule of a request requires, next to those that its caller holds. */
export function RequiredAndHeld(props: {
  readonly decision: Decision;
  readonly ruleset: Ruleset | null;
  readonly identities: readonly Identity[];
}) {
  const { decision, ruleset, identities } = props;
  const rule = ruleset?.rules.find(({ id }) => id === decision.rule);
  return (
    <div class="sides">
      <RequiredSide
        decision={decision}
        ruleset={ruleset}
        rule={rule}
        pendingFrom={mapPendingScopes(decision, identities)}
      />
      <HeldSide decision={decision} rule={rule} />
    </div>
  );
}

/** Returns the scopes that pending edits of the caller's key add, and when each takes effect. Empty for other callers. */
function mapPendingScopes(
  { effect, principal }: Decision,
  identities: readonly Identity[],
): ReadonlyMap<string, string> {
  if (effect === 'allow' || principal?.kind !== 'service-key') return NO_PENDING_SCOPES;
  // A deleted key has no pending edits.
  const { pending = [] } = identities.find(({ id }) => id === principal.id)?.key ?? {};
  return new Map(
    // Newest first, so that of several edits with the same scope the earliest one remains in the map.
    pending.toReversed().flatMap(({ scopes, effectiveAt }) => scopes.map((scope) => [scope, effectiveAt] as const)),
  );
}

const NO_PENDING_SCOPES: ReadonlyMap<string, string> = new Map();

/** The reasons for a wrong binding. With them, the caller has the rights themselves. */
const BINDING_REASONS: readonly (string | null)[] = ['incompatible_resource_type', 'resource_mismatch'];

/** Returns whether the caller has a right of the rule. @param isChoice whether one of several rights is enough */
function statusOf(decision: Decision, id: string, isChoice: boolean): RequirementStatus {
  const { effect, reason, missing = [], missingAnyOf = [], held = [], used = [] } = decision;
  if (missing.includes(id) || missingAnyOf.includes(id)) return 'missing';
  if (held.includes(id) || used.includes(id)) return 'met';
  if (effect === 'allow' || isChoice) return 'optional';
  return BINDING_REASONS.includes(reason) ? 'met' : 'missing';
}

/** Returns whether the caller has a role of the rule. */
function statusOfRole(
  { effect, roles = [], missing = [], used = [] }: Decision,
  name: string,
  isNeeded: boolean,
): RequirementStatus {
  if (missing.includes(name)) return 'missing';
  const isEnough = effect === 'allow' && (isNeeded || used.length === 0);
  return isEnough || roles.includes(name) ? 'met' : 'optional';
}

function RequiredSide(props: {
  readonly decision: Decision;
  readonly ruleset: Ruleset | null;
  readonly rule: Rule | undefined;
  readonly pendingFrom: ReadonlyMap<string, string>;
}) {
  const { decision, ruleset, rule, pendingFrom } = props;
  if (rule === undefined) {
    return (
      <section>
        <h3>Required</h3>
        <p class="quiet">{decision.rule === null ? 'Refused before any rule was evaluated.' : decision.rule}</p>
      </section>
    );
  }
  const { needs, on, label, source, certainty } = rule;
  const { all = [], any = [], roles = [], orRoles = [] } = needs;
  const { effect, reason, target, binding } = decision;
  const isWrongTarget = reason === 'resource_mismatch';
  const types = on?.map((id) => ruleset?.resourceTypes?.find((type) => type.id === id)?.label ?? id);
  return (
    <section>
      <h3>Required</h3>
      {all.length > 0 && (
        <Rights ids={all} statusOf={(id) => statusOf(decision, id, false)} effectiveFrom={pendingFrom} />
      )}
      {any.length > 0 && (
        <>
          <p>one of</p>
          <Rights ids={any} statusOf={(id) => statusOf(decision, id, any.length > 1)} effectiveFrom={pendingFrom} />
        </>
      )}
      {roles.length > 0 && (
        <>
          <p>the roles</p>
          <Rights ids={roles} statusOf={(name) => statusOfRole(decision, name, true)} />
        </>
      )}
      {orRoles.length > 0 && (
        <>
          <p>or one of the roles</p>
          <Rights ids={orRoles} statusOf={(name) => statusOfRole(decision, name, false)} />
        </>
      )}
      {all.length + any.length + roles.length === 0 && <p class="quiet">no {ruleset?.term}</p>}
      {types !== undefined && (
        <Bound
          isFailing={binding?.fits === false && !isWrongTarget}
          isMet={effect === 'allow' || binding?.fits === true}
        >
          bound to {types.join(', ')}
        </Bound>
      )}
      {target !== undefined && (
        <Bound isFailing={isWrongTarget} isMet={effect === 'allow'}>
          for{' '}
          <span title={target}>
            <Path path={target.split('/').map(shortenId).join('/')} />
          </span>
        </Bound>
      )}
      <p class="quiet">
        <small>
          “{label}”: {source} ({describeCertainty(certainty)})
        </small>
      </p>
    </section>
  );
}

/**
 * A binding, required or held.
 *
 * @param props.isFailing whether the caller does not have it
 * @param props.isMet whether it is ticked
 */
function Bound(props: {
  readonly isFailing?: boolean;
  readonly isMet?: boolean;
  readonly children: ComponentChildren;
}) {
  const { isFailing = false, isMet = false, children } = props;
  const status = isFailing ? 'missing' : 'met';
  return (
    <p class={isFailing ? 'bound missing' : 'bound'}>
      {(isFailing || isMet) && <StatusMark status={status} />} {children}
    </p>
  );
}

function HeldSide({ decision, rule }: { readonly decision: Decision; readonly rule: Rule | undefined }) {
  const { principal, claimed, reason, held, used = [], roles = [], binding, policyVersion, pending } = decision;
  const caller = principal ?? claimed ?? null;
  const { all = [], any = [], roles: neededRoles = [], orRoles = [] } = rule?.needs ?? {};
  return (
    <section>
      <h3>{caller === null ? 'Held by an unknown caller' : `Held by ${caller.name}`}</h3>
      {/* For this reason, `held` has resource types. */}
      {held !== undefined && reason !== 'incompatible_resource_type' && (
        <HeldRights ids={held} isNeeded={(id) => [...all, ...any, ...used].includes(id)} used={used} />
      )}
      {roles.length > 0 && (
        <>
          <p>through the roles</p>
          <HeldRights ids={roles} isNeeded={(name) => [...neededRoles, ...orRoles].includes(name)} showsAll />
        </>
      )}
      {binding !== undefined && <Bound isMet={binding.fits}>bound to {binding.held || 'nothing'}</Bound>}
      {pending !== undefined && caller !== null && <PendingEdit pending={pending} principal={caller.id} />}
      {caller !== null && (
        <p class="quiet">
          {caller.kind.replaceAll('-', ' ')}
          {policyVersion !== undefined && `, version ${policyVersion} of its policy`}
        </p>
      )}
    </section>
  );
}

/**
 * The rights of a caller, ticked if the rule needs them.
 *
 * @param props.showsAll whether to show the rights that the rule does not need too, instead of on demand
 */
function HeldRights(props: {
  readonly ids: readonly string[];
  readonly isNeeded: (id: string) => boolean;
  readonly used?: readonly string[];
  readonly showsAll?: boolean;
}) {
  const { ids, isNeeded, used = [], showsAll = false } = props;
  const needed = ids.filter(isNeeded);
  const unneeded = ids.filter((id) => !isNeeded(id));
  return (
    <>
      {needed.length > 0 && <Rights ids={needed} used={used} />}
      {needed.length === 0 && !showsAll && <p class="quiet">{ids.length === 0 ? 'nothing' : 'none of these'}</p>}
      {unneeded.length > 0 &&
        (showsAll ? (
          <Names names={unneeded} />
        ) : (
          <details class="others">
            <summary>
              and {unneeded.length} {unneeded.length === 1 ? 'other' : 'others'}
            </summary>
            <Names names={unneeded} />
          </details>
        ))}
    </>
  );
}

/** Names without a mark, because the rule does not need them. */
function Names({ names }: { readonly names: readonly string[] }) {
  return (
    <ul class="rights">
      {names.map((name) => (
        <li key={name}>
          <Name text={name} />
        </li>
      ))}
    </ul>
  );
}

type Pending = NonNullable<Decision['pending']>;

/** A pending edit, and its effect on the request. */
function PendingEdit({ pending, principal }: { readonly pending: Pending; readonly principal: string }) {
  return (
    <p class="later">
      Version {pending.version} takes effect at <When at={pending.effectiveAt} isRelative /> and would{' '}
      {pending.effect === 'allow' ? 'allow' : 'refuse'} it.{' '}
      <a href={addressOfView('clock', { key: principal })}>See when</a>
    </p>
  );
}
