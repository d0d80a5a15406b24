import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { OperationEffect } from '../../control-api/types.ts';
import { textOf } from '../../parts/loaded.tsx';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { fetchEffects } from '../../state/effects.ts';
import { type Rule, type Ruleset, serviceOfKey } from '../../state/rulesets.ts';
import { type Draft, inForm, namedResources, toHolding, unboundIn } from './draft.ts';

type Seen = { readonly operations: readonly OperationEffect[] } | { readonly fault: string };

/** Wait this long for further ticks. */
const PAUSE_MS = 150;

/**
 * Shows what a key like this could do, simulated by the control API without concrete objects.
 *
 * @param props.rulesets the rulesets of its services
 */
export function Allowed(props: {
  readonly draft: Draft;
  readonly rulesets: readonly Ruleset[];
  readonly change: (part: Partial<Draft>) => void;
}) {
  const { draft, rulesets, change } = props;
  const [seen, setSeen] = useState<Seen | null>(null);
  const named = { ...draft, resource: namedResources(draft) };
  const question = JSON.stringify({ holding: toHolding(named), services: draft.services });
  useEffect(() => {
    let isOver = false;
    const later = setTimeout(async () => {
      const found = await allowedBy(question).catch((fault: unknown) => ({ fault: inForm(textOf(fault)) }));
      if (!isOver) setSeen(found);
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(later);
    };
  }, [question]);
  return (
    <section class="allowed" aria-label="What it allows" aria-live="polite">
      <h3>What it allows</h3>
      {unboundIn(named, rulesets).map(({ service, widest }) => (
        <div key={service} class="unbound">
          <p class="hint">
            This key can do nothing yet{rulesets.length === 1 ? '' : ` in ${serviceTitle(service)}`}: it is not bound to
            a resource.
          </p>
          {widest !== undefined && (
            <button
              type="button"
              class="small"
              onClick={() => change({ resource: [...named.resource, { type: widest.label }] })}
            >
              {widest.label}
            </button>
          )}
        </div>
      ))}
      {seen !== null && 'fault' in seen && (
        <p class="fault">
          <Sentence text={seen.fault} />
        </p>
      )}
      {seen !== null &&
        'operations' in seen &&
        rulesets.map((ruleset) => (
          <OfService key={ruleset.service} ruleset={ruleset} draft={named} all={seen.operations} />
        ))}
      {draft.services.length === 0 && <p class="quiet">Nothing: no service is ticked.</p>}
    </section>
  );
}

async function allowedBy(question: string): Promise<Seen> {
  const { holding, services } = JSON.parse(question) as { holding: object; services: readonly string[] };
  const answers = await Promise.all(services.map((service) => fetchEffects({ holding }, serviceOfKey(service))));
  return { operations: answers.flat() };
}

function OfService(props: {
  readonly ruleset: Ruleset;
  readonly draft: Draft;
  readonly all: readonly OperationEffect[];
}) {
  const { ruleset, draft, all } = props;
  const rules = new Map(ruleset.rules.map((rule) => [rule.id, rule]));
  const ruleOf = new Map(ruleset.operations.map(({ id, rule }) => [id, rules.get(rule)]));
  const own = all.filter(({ service }) => service === ruleset.service);
  const groups = new Map<string, string[]>();
  for (const effect of own) {
    const rule = ruleOf.get(effect.operation);
    const isAllowed = effect.effect === 'allow';
    if (!isAllowed && !isMeant(rule, draft)) continue;
    const group = rule === undefined ? OPEN : isAllowed ? '' : whyNot(effect, rule, draft, ruleset);
    groups.set(group, [...(groups.get(group) ?? []), effect.operation]);
  }
  const open = groups.get(OPEN) ?? [];
  groups.delete(OPEN);
  return (
    <>
      <p>
        <strong>{serviceTitle(ruleset.service)}</strong>: {own.filter(({ effect }) => effect === 'allow').length} of{' '}
        {own.length} operations
      </p>
      {[...groups].map(([why, operations]) => (
        <Fragment key={why}>
          {why !== '' && <p class="quiet">Refused because {why}:</p>}
          <Operations names={operations} sign={why === '' ? '✓' : '×'} />
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
const OPEN = 'open';

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

/** Whether a ticked scope is relevant to the rule. */
function isMeant(rule: Rule | undefined, { type, scopes }: Draft): boolean {
  const { all = [], any = [] } = rule?.needs ?? {};
  return type === 'service' && [...all, ...any].some((id) => scopes.includes(id));
}

/** Explains why an operation is refused although a scope for it is ticked. */
function whyNot(effect: OperationEffect, rule: Rule, draft: Draft, { resourceTypes = [] }: Ruleset): string {
  const { missing, missingAnyOf, reason } = effect;
  if (missing !== undefined) return `it lacks ${missing.join(' and ')}`;
  if (missingAnyOf !== undefined) return `it lacks ${missingAnyOf.join(' or ')}`;
  if (draft.resource.length === 0) return 'it is not bound to a resource';
  const types = resourceTypes.filter(({ id }) => rule.on?.includes(id)).map(({ label }) => label);
  return types.length > 0 ? `it must be bound to ${types.join(' or ')}` : `${reason?.replaceAll('_', ' ')}`;
}
