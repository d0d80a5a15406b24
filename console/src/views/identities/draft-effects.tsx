import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { OperationEffect } from '../../control-api/types.ts';
import { describeError } from '../../parts/loaded.tsx';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { readEffects } from '../../state/effects.ts';
import { type Rule, type Ruleset, serviceOfKey } from '../../state/rulesets.ts';
import { type Draft, findUnboundServices, listNamedResources, toFormText, toHolding } from './draft.ts';

type SimulationResult = { readonly operations: readonly OperationEffect[] } | { readonly error: string };

/** The simulation starts after this pause in ticking. */
const PAUSE_MS = 150;

/**
 * Shows what a key like this could do, simulated by the control API without concrete objects.
 *
 * @param props.rulesets the rulesets of its services
 */
export function DraftEffects(props: {
  readonly draft: Draft;
  readonly rulesets: readonly Ruleset[];
  readonly change: (part: Partial<Draft>) => void;
}) {
  const { draft, rulesets, change } = props;
  const [result, setResult] = useState<SimulationResult | null>(null);
  const completeDraft = { ...draft, resource: listNamedResources(draft) };
  const question = JSON.stringify({ holding: toHolding(completeDraft), services: draft.services });
  useEffect(() => {
    let isCancelled = false;
    const timer = setTimeout(async () => {
      const simulated = await simulateEffects(question).catch((error: unknown) => ({
        error: toFormText(describeError(error)),
      }));
      if (!isCancelled) setResult(simulated);
    }, PAUSE_MS);
    return () => {
      isCancelled = true;
      clearTimeout(timer);
    };
  }, [question]);
  return (
    <section class="allowed" aria-label="What it allows" aria-live="polite">
      <h3>What it allows</h3>
      {findUnboundServices(completeDraft, rulesets).map(({ service, widest }) => (
        <div key={service} class="unbound">
          <p class="hint">
            This key can do nothing yet{rulesets.length === 1 ? '' : ` in ${titleOfService(service)}`}: it is not bound
            to a resource.
          </p>
          {widest !== undefined && (
            <button
              type="button"
              class="small"
              onClick={() => change({ resource: [...completeDraft.resource, { type: widest.label }] })}
            >
              {widest.label}
            </button>
          )}
        </div>
      ))}
      {result !== null && 'error' in result && (
        <p class="fault">
          <Sentence text={result.error} />
        </p>
      )}
      {result !== null &&
        'operations' in result &&
        rulesets.map((ruleset) => (
          <ServiceEffects key={ruleset.service} ruleset={ruleset} draft={completeDraft} all={result.operations} />
        ))}
      {draft.services.length === 0 && <p class="quiet">Nothing: no service is ticked.</p>}
    </section>
  );
}

/** Returns the decisions about all operations. @param question the rights and services as JSON, so that an effect can depend on it */
async function simulateEffects(question: string): Promise<SimulationResult> {
  const { holding, services } = JSON.parse(question) as { holding: object; services: readonly string[] };
  const effects = await Promise.all(services.map((service) => readEffects({ holding }, serviceOfKey(service))));
  return { operations: effects.flat() };
}

/** The operations of a service that a draft allows, and those that it refuses although a scope for them is ticked. */
function ServiceEffects(props: {
  readonly ruleset: Ruleset;
  readonly draft: Draft;
  readonly all: readonly OperationEffect[];
}) {
  const { ruleset, draft, all } = props;
  const rules = new Map(ruleset.rules.map((rule) => [rule.id, rule]));
  const rulesByOperation = new Map(ruleset.operations.map(({ id, rule }) => [id, rules.get(rule)]));
  const serviceEffects = all.filter(({ service }) => service === ruleset.service);
  const groups = new Map<string, string[]>();
  for (const effect of serviceEffects) {
    const rule = rulesByOperation.get(effect.operation);
    const isAllowed = effect.effect === 'allow';
    if (!isAllowed && !hasTickedScope(rule, draft)) continue;
    const group = groupOf(effect, rule, draft, ruleset);
    groups.set(group, [...(groups.get(group) ?? []), effect.operation]);
  }
  const open = groups.get(OPEN_GROUP) ?? [];
  groups.delete(OPEN_GROUP);
  return (
    <>
      <p>
        <strong>{titleOfService(ruleset.service)}</strong>:{' '}
        {serviceEffects.filter(({ effect }) => effect === 'allow').length} of {serviceEffects.length} operations
      </p>
      {[...groups].map(([reason, operations]) => (
        <Fragment key={reason}>
          {reason !== ALLOWED_GROUP && <p class="quiet">Refused because {reason}:</p>}
          <Operations names={operations} sign={reason === ALLOWED_GROUP ? '✓' : '×'} />
        </Fragment>
      ))}
      {open.length > 0 && (
        <details>
          <summary class="quiet">{open.length} open to all callers</summary>
          <Operations names={open} sign="✓" />
        </details>
      )}
    </>
  );
}

/** The group of operations without a rule. */
const OPEN_GROUP = 'open';

/** The group of operations that a rule allows. Other groups are named by the reason of the refusal. */
const ALLOWED_GROUP = '';

function groupOf(effect: OperationEffect, rule: Rule | undefined, draft: Draft, ruleset: Ruleset): string {
  if (rule === undefined) return OPEN_GROUP;
  return effect.effect === 'allow' ? ALLOWED_GROUP : explainRefusal(effect, rule, draft, ruleset);
}

function Operations({ names, sign }: { readonly names: readonly string[]; readonly sign: string }) {
  return (
    <ul class="plain">
      {names.map((name) => (
        <li key={name}>
          <span aria-hidden="true" class={sign === '✓' ? 'verdict allow' : 'verdict deny'}>
            {sign}
          </span>{' '}
          <Name text={name} />
        </li>
      ))}
    </ul>
  );
}

/** Returns whether a ticked scope is relevant to the rule. */
function hasTickedScope(rule: Rule | undefined, { type, scopes }: Draft): boolean {
  const { all = [], any = [] } = rule?.needs ?? {};
  return type === 'service' && [...all, ...any].some((id) => scopes.includes(id));
}

/** Explains why an operation is refused although a scope for it is ticked. */
function explainRefusal(effect: OperationEffect, rule: Rule, draft: Draft, { resourceTypes = [] }: Ruleset): string {
  const { missing, missingAnyOf, reason } = effect;
  if (missing !== undefined) return `it lacks ${missing.join(' and ')}`;
  if (missingAnyOf !== undefined) return `it lacks ${missingAnyOf.join(' or ')}`;
  if (draft.resource.length === 0) return 'it is not bound to a resource';
  const types = resourceTypes.filter(({ id }) => rule.on?.includes(id)).map(({ label }) => label);
  return types.length > 0 ? `it must be bound to ${types.join(' or ')}` : `${reason?.replaceAll('_', ' ')}`;
}
