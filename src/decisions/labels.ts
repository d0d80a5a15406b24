import type { Resource } from './policy.ts';
import type { Ruleset } from './ruleset.ts';

/** The resources of a key, by the labels in the tables: `Function 1234`. */
export function labelsOfResources(ruleset: Ruleset, resources: readonly Resource[]): string[] {
  return resources.map(({ type, ids = [], ignoredIds = [] }) => {
    const words = ids.length === 0 ? [] : [ids.join(', ')];
    const ignored = ignoredIds.length === 0 ? [] : [`(without effect: ${ignoredIds.join(', ')})`];
    return [labelOfType(ruleset, type), ...words, ...ignored].join(' ');
  });
}

export function labelOfType(ruleset: Ruleset, type: string): string {
  return ruleset.resourceTypes.get(type)?.label ?? type;
}
