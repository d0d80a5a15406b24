/** Path templates in which `{name}` matches a segment, for documents, prefixes and request matching. */

export function isVariable(segment: string): boolean {
  return /^\{[^{}]*\}$/.test(segment);
}

/** Removes variable names and a trailing slash from a template: equal results are the same path. */
export function shapeOf(template: string): string {
  return template.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '');
}

export function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Whether a segment matches: a variable any non-empty one, a literal itself, also percent-encoded. */
export function fitsSegment(template: string, segment: string): boolean {
  if (template === segment) return true;
  return isVariable(template)
    ? segment !== ''
    : segment.includes('%') && decodeLiteral(segment, template.length) === template;
}

/** Maximum characters that encode a single one in a percent-encoded path. */
const MAX_ENCODED = 9;

/** Decodes like the router: reserved characters of RFC 3986 and malformed sequences stay encoded. */
function decodeLiteral(segment: string, max: number): string {
  if (segment.length > MAX_ENCODED * max) return segment;
  try {
    return decodeURI(segment);
  } catch {
    return segment;
  }
}

/** Whether a path fits; both are split at every slash. @param eitherSlash whether it may lack the trailing slash */
export function fits(template: readonly string[], path: readonly string[], eitherSlash = false): boolean {
  const isLacking = eitherSlash && template.at(-1) === '' && path.length === template.length - 1;
  if (path.length !== template.length && !isLacking) return false;
  return path.every((segment, index) => fitsSegment(template[index] ?? '', segment));
}

export function readVariables(template: string, path: string): readonly (readonly [name: string, segment: string])[] {
  const segments = path.split('/');
  return template.split('/').flatMap((templateSegment, index) => {
    const segment = segments[index] ?? '';
    return isVariable(templateSegment) ? [[templateSegment.slice(1, -1), segment] as const] : [];
  });
}

/** Returns whether a path is equal to this prefix, or below it. */
export function isBelow(path: string, prefix: string): boolean {
  const prefixSegments = prefix.split('/');
  const segments = path.split('/', prefixSegments.length);
  return prefixSegments.every((templateSegment, index) => fitsSegment(templateSegment, segments[index] ?? ''));
}
