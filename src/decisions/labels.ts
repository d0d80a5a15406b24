import type { Resource } from './policy.ts';
import type { Ruleset } from './ruleset.ts';

/** Returns the resources of a key with the labels of their types: `Function 1234`. */
export function labelsOfResources(ruleset: Ruleset, resources: readonly Resource[]): string[] {
  return resources.map(({ type, ids = [], ignoredIds = [] }) => {
    const names = ids.length === 0 ? [] : [ids.join(', ')];
    const ignored = ignoredIds.length === 0 ? [] : [`(without effect: ${ignoredIds.join(', ')})`];
    return [labelOfType(ruleset, type), ...names, ...ignored].join(' ');
  });
}

/** Returns the label of a resource type; its id if the tables do not have it. */
export function labelOfType(ruleset: Ruleset, type: string): string {
  return ruleset.resourceTypes.get(type)?.label ?? type;
}
