import type { Law } from '../law.ts';
import type { Resource } from '../policy.ts';

/** The resources of a key, by the labels in the tables: `Function 1234`. */
export function labelsOfResources(law: Law, resources: readonly Resource[]): string[] {
  return resources.map(({ type, ids }) => {
    const label = labelOfType(law, type);
    return ids === undefined ? label : `${label} ${ids.join(', ')}`;
  });
}

export function labelOfType(law: Law, type: string): string {
  return law.resourceTypes.get(type)?.label ?? type;
}
