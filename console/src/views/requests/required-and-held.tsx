import { addressOfView } from '../../address.ts';
import type { Decision } from '../../control-api/client.ts';
import { describeCertainty } from '../../parts/certainty.ts';
import { shortenIds } from '../../parts/id.tsx';
import { type RequirementStatus, Rights, StatusMark } from '../../parts/rights.tsx';
import { When } from '../../parts/when.tsx';
import type { Identity } from '../../state/identities.ts';
import type { Ruleset } from '../../state/rulesets.ts';

/** The rights that the rule of a request requires, next to those that its caller holds. Folded: the sentence above says the rest. */
export function RequiredAndHeld(props: {
  readonly decision: Decision;
  readonly ruleset: Ruleset | null;
  readonly identities: readonly Identity[];
}) {
  const { decision, ruleset, identities } = props;
  const { principal } = decision;
  // Nobody holds anything for an unknown caller, and no rule was evaluated.
  if (principal === null) return null;
  return (
    <details>
      <summary>Required and held</summary>
      <div class="sides">
        <Required
          decision={decision}
          ruleset={ruleset}
          pending={identities.find(({ id }) => id === principal.id)?.key?.pending ?? []}
        />
        <Held decision={decision} principal={principal} />
      </div>
    </details>
  );
}

/** The reasons for a wrong binding. With them, the caller has the rights themselves. */
const BINDING_REASONS: readonly (string | null)[] = ['incompatible_resource_type', 'resource_mismatch'];

/** Returns whether the caller has a right or a role of the rule. @param isChoice whether it is one of several that are enough */
export function statusOf(decision: Decision, name: string, isChoice: boolean): RequirementStatus {
  const { effect, reason, missing = [], missingAnyOf = [], held = [], used = [], roles = [] } = decision;
  if (missing.includes(name) || missingAnyOf.includes(name)) return 'missing';
  if ([...held, ...used, ...roles].includes(name)) return 'met';
  if (effect === 'allow' || isChoice) return 'optional';
  return BINDING_REASONS.includes(reason) ? 'met' : 'missing';
}

function Required(props: {
  readonly decision: Decision;
  readonly ruleset: Ruleset | null;
  readonly pending: NonNullable<Identity['key']>['pending'];
}) {
  const { decision, ruleset, pending } = props;
  const { effect, reason, target, binding } = decision;
  const rule = ruleset?.rules.find(({ id }) => id === decision.rule);
  if (rule === undefined) return null;
  const { needs, on, label, source, certainty } = rule;
  const { all = [], any = [], roles = [], orRoles = [] } = needs;
  const groups = [
    ['', all, false],
    ['one of', any, any.length > 1],
    ['the roles', roles, false],
    ['or one of the roles', orRoles, true],
  ] as const;
  // Newest first, so that of several edits with the same scope the earliest one remains.
  const effectiveFrom = new Map(
    pending.toReversed().flatMap(({ scopes, effectiveAt }) => scopes.map((scope) => [scope, effectiveAt] as const)),
  );
  const types = on?.map((id) => ruleset?.resourceTypes?.find((type) => type.id === id)?.label ?? id);
  const bound = [
    ...(types === undefined
      ? []
      : [[`bound to ${types.join(', ')}`, binding?.fits === false && reason !== 'resource_mismatch']]),
    ...(target === undefined ? [] : [[`for ${shortenIds(target)}`, reason === 'resource_mismatch']]),
  ] as const;
  return (
    <section>
      <h3>Required</h3>
      {groups.map(
        ([title, names, isChoice]) =>
          names.length > 0 && (
            <div key={title}>
              {title !== '' && <p>{title}</p>}
              <Rights
                ids={names}
                statusOf={(name) => statusOf(decision, name, isChoice)}
                {...(effect === 'deny' && { effectiveFrom })}
              />
            </div>
          ),
      )}
      {all.length + any.length + roles.length === 0 && <p class="quiet">no {ruleset?.term}</p>}
      {bound.map(([text, isFailing]) => (
        <p key={String(text)} class={isFailing === true ? 'bound missing' : 'bound'}>
          <StatusMark status={isFailing === true ? 'missing' : 'met'} /> {text}
        </p>
      ))}
      <p class="quiet">
        <small>
          “{label}”: {source} ({describeCertainty(certainty)})
        </small>
      </p>
    </section>
  );
}

function Held(props: { readonly decision: Decision; readonly principal: NonNullable<Decision['principal']> }) {
  const { decision, principal } = props;
  const { reason, held = [], used = [], roles = [], binding, policyVersion, pending } = decision;
  // For this reason, `held` has resource types.
  const names = reason === 'incompatible_resource_type' ? [] : held;
  return (
    <section>
      <h3>Held by {principal.name}</h3>
      {(names.length > 0 || roles.length === 0) && <Rights ids={names} used={used} />}
      {roles.length > 0 && (
        <>
          <p>{names.length > 0 ? 'through the roles' : 'the roles'}</p>
          <Rights ids={roles} />
        </>
      )}
      {binding !== undefined && <p>bound to {shortenIds(binding.held || 'nothing')}</p>}
      {pending !== undefined && (
        <p>
          Version {pending.version} takes effect at <When at={pending.effectiveAt} isRelative /> and would{' '}
          {pending.effect === 'allow' ? 'allow' : 'refuse'} it. <a href={addressOfView('clock')}>See when</a>
        </p>
      )}
      <p class="quiet">
        <a href={addressOfView('identities', { who: principal.id })}>{principal.kind.replaceAll('-', ' ')}</a>
        {policyVersion !== undefined && `, version ${policyVersion} of its policy`}
      </p>
    </section>
  );
}
