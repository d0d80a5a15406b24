import type { ComponentChildren } from 'preact';

export type Fact = readonly [name: ComponentChildren, value: ComponentChildren];

/** A list of facts. A fact without a value (null, undefined or false) is left out. */
export function Facts({ facts, label }: { readonly facts: readonly Fact[]; readonly label?: string }) {
  return (
    <dl class="facts" aria-label={label}>
      {facts.map(
        ([name, value], index) =>
          value !== null &&
          value !== undefined &&
          value !== false && (
            <div key={index}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
