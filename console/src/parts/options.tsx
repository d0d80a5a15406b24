import type { ComponentChildren } from 'preact';

export type SelectOption = readonly [value: string, text: string];

/** Returns the options of a select. @param noneLabel the label of a first option with an empty value; none by default */
export function createOptions(options: readonly SelectOption[], noneLabel?: string): ComponentChildren {
  const all: readonly SelectOption[] = noneLabel === undefined ? options : [['', noneLabel], ...options];
  return all.map(([value, text]) => (
    <option key={value} value={value}>
      {text}
    </option>
  ));
}

/** Returns the values without duplicates, and the chosen value if they do not include it. */
export function includeChosen(values: readonly string[], chosen: string): readonly string[] {
  return [...new Set(chosen === '' ? values : [...values, chosen])];
}
