import { CopyButton } from './copy.tsx';

/** Test code with a copy button. */
export function Code({ text }: { readonly text: string }) {
  return (
    <div class="lines">
      <pre class="long">{text}</pre>
      <CopyButton text={text} label="Copy the code" />
    </div>
  );
}

/** Formats a JSON value as TypeScript source. */
export function toSource(value: unknown): string {
  if (typeof value === 'string') {
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  }
  if (Array.isArray(value)) return `[${value.map(toSource).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  const formatName = (name: string) => (/^[a-z_$][\w$]*$/i.test(name) ? name : toSource(name));
  return `{ ${members.map(([name, member]) => `${formatName(name)}: ${toSource(member)}`).join(', ')} }`;
}
