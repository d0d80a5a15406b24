/** Paths in which `{name}` stands for a segment: those of the documents, prefixes, and what requests are matched with. */

/** Does a segment stand for any other? */
export function isVariable(segment: string): boolean {
  return /^\{[^{}]*\}$/.test(segment);
}

/** A template without the names of its variables, and without a slash at its end: two such are the same path. */
export function shapeOf(template: string): string {
  return template.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '');
}

/** The segments of a path, without empty ones. */
export function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** A variable fits every segment but an empty one, and a literal fits itself, also with needless percent-encoding. */
export function fitsSegment(template: string, segment: string): boolean {
  if (template === segment) return true;
  return isVariable(template)
    ? segment !== ''
    : segment.includes('%') && decodeLiteral(segment, template.length) === template;
}

/** The most characters of a percent-encoded path that stand for one. */
const MAX_ENCODED = 9;

/** Decodes as the router does: reserved characters of RFC 3986 stay encoded, and so does what cannot be decoded. */
function decodeLiteral(segment: string, max: number): string {
  if (segment.length > MAX_ENCODED * max) return segment;
  try {
    return decodeURI(segment);
  } catch {
    return segment;
  }
}

/**
 * Does a path fit a template? Both are split at every slash, once, because a path is compared with many templates.
 *
 * @param eitherSlash may the path lack the slash at the end of the template?
 */
export function fits(template: readonly string[], path: readonly string[], eitherSlash = false): boolean {
  const isLacking = eitherSlash && template.at(-1) === '' && path.length === template.length - 1;
  if (path.length !== template.length && !isLacking) return false;
  return path.every((segment, index) => fitsSegment(template[index] ?? '', segment));
}

/** The segments of a path that fits, by the variables that they stand for. */
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
