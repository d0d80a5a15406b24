import type { Lack } from '../decide.ts';
import type { Law } from '../law.ts';
import type { Resource } from '../policy.ts';
import type { Principal } from '../principal.ts';

/** Names in a sentence, set off as code. */
export function quote(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** All that is missing, and one of what one is needed of. */
export function describeLack(
  { missing, missingAnyOf = [] }: Lack,
  names: (permissions: readonly string[]) => string = quote,
): string {
  const oneOf = missingAnyOf.length === 0 ? '' : `one of ${names(missingAnyOf)}`;
  return [names(missing), oneOf].filter(Boolean).join(', and ');
}

/** Who it is, in a sentence. */
export function namePrincipal(principal: Principal | null): string {
  return principal === null ? 'the caller' : `${principal.kind.replace('-', ' ')} \`${principal.name}\``;
}

/** What a key is bound to, in the labels of the tables: `Function 1234`. */
export function labelsOfResources(law: Law, resources: readonly Resource[]): string[] {
  return resources.map(({ type, ids }) => {
    const label = labelOfType(law, type);
    return ids === undefined ? label : `${label} ${ids.join(', ')}`;
  });
}

export function labelOfType(law: Law, type: string): string {
  return law.resourceTypes.get(type)?.label ?? type;
}
