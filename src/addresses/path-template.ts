/** Path templates in which `{name}` matches a segment, for documents, prefixes and request matching. */

/** Does a segment match any other? */
export function isVariable(segment: string): boolean {
  return /^\{[^{}]*\}$/.test(segment);
}

/** Removes variable names and a trailing slash from a template: equal results are the same path. */
export function shapeOf(template: string): string {
  return template.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '');
}

/** Returns the non-empty segments of a path. */
export function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/**
 * Does a segment match? A variable matches any non-empty segment, and a literal itself, even with unnecessary
 * percent-encoding.
 */
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

/**
 * Does a path match a template? The caller splits both at every slash, because a path is compared with many templates.
 *
 * @param eitherSlash may the path lack the template's trailing slash?
 */
export function fits(template: readonly string[], path: readonly string[], eitherSlash = false): boolean {
  const isLacking = eitherSlash && template.at(-1) === '' && path.length === template.length - 1;
  if (path.length !== template.length && !isLacking) return false;
  return path.every((segment, index) => fitsSegment(template[index] ?? '', segment));
}

/** Returns the segments of a matching path, by variable name. */
export function variablesIn(template: string, path: string): readonly (readonly [name: string, segment: string])[] {
  const given = path.split('/');
  return template.split('/').flatMap((one, index) => {
    const segment = given[index] ?? '';
    return isVariable(one) ? [[one.slice(1, -1), segment] as const] : [];
  });
}

/** Is the path equal to this prefix, or below it? */
export function isBelow(path: string, prefix: string): boolean {
  const wanted = prefix.split('/');
  const given = path.split('/', wanted.length);
  return wanted.every((one, index) => fitsSegment(one, given[index] ?? ''));
}
