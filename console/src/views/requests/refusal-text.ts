import type { Decision } from '../../control-api/client.ts';

/** Describes a refusal in one sentence: what its caller lacks or, if it lacks no right, why it was refused. */
export function describeRefusal({ principal, missing, missingAnyOf, explanation }: Decision): string {
  if (principal !== null && missing !== undefined) return `\`${principal.name}\` lacks ${list(missing, 'and')}.`;
  if (principal !== null && missingAnyOf !== undefined) {
    return `\`${principal.name}\` lacks ${list(missingAnyOf, 'or')}.`;
  }
  // The operation is in the title of the panel.
  return explanation.replace(/^\S+ was refused: /, '');
}

function list(names: readonly string[], word: 'and' | 'or'): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${word} ${quoted.at(-1)}`;
}
