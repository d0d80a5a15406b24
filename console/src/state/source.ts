/** An identifier, which needs no quotes as the name of a member. */
const IDENTIFIER = /^[a-z_$][\w$]*$/i;

/** Formats a JSON value as TypeScript source. Members that are undefined are left out. */
export function toSource(value: unknown): string {
  if (typeof value === 'string') return quoteText(value);
  if (Array.isArray(value)) return `[${value.map(toSource).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  return `{ ${members.map(([name, member]) => `${formatName(name)}: ${toSource(member)}`).join(', ')} }`;
}

function formatName(name: string): string {
  // Without brackets, a literal with this name sets the prototype.
  if (name === '__proto__') return "['__proto__']";
  return IDENTIFIER.test(name) ? name : quoteText(name);
}

/** Formats a string in single quotes. JSON has the same escapes, but quotes with double quotes. */
function quoteText(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
