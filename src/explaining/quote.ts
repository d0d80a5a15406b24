/** Lists names in a sentence, marked as code. */
export function quote(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
