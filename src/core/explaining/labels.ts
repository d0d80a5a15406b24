import type { Resource } from '../policy.ts';
import type { Ruleset } from '../ruleset.ts';

/** The resources of a key, by the labels in the tables: `Function 1234`. */
export function labelsOfResources(ruleset: Ruleset, resources: readonly Resource[]): string[] {
  return resources.map(({ type, ids }) => {
    const label = labelOfType(ruleset, type);
    return ids === undefined ? label : `${label} ${ids.join(', ')}`;
  });
}

export function labelOfType(ruleset: Ruleset, type: string): string {
  return ruleset.resourceTypes.get(type)?.label ?? type;
}
