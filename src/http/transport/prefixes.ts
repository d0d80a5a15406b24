/** Is the path equal to this prefix, or below it? A segment `{name}` of the prefix stands for any segment. */
export function isBelow(path: string, prefix: string): boolean {
  if (!prefix.includes('{')) return path === prefix || path.startsWith(`${prefix}/`);
  const segments = path.split('/');
  return prefix
    .split('/')
    .every((segment, index) => (segment.startsWith('{') ? Boolean(segments[index]) : segment === segments[index]));
}
