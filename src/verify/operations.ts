import { bothValues, canonical, classOf, compareNames, type Side, type Tell } from './difference.ts';
import type { SchemaComparison } from './schemas.ts';
import { listOf, type Members, membersOf, resolve, type Source } from './source.ts';

/** An operation, and what it shares with others of its path. */
export interface Operation {
  readonly source: Source;
  /** As its document writes it. */
  readonly path: string;
  readonly item: Members;
  readonly members: Members;
}

interface Comparison {
  readonly schemas: SchemaComparison;
  readonly tell: Tell;
}

/** Tells all differences between two operations of the same method and path. @param where `GET /users/{id}` */
export function compareOperations(
  theirs: Operation,
  ours: Operation,
  where: string,
  schemas: SchemaComparison,
  tell: Tell,
): void {
  const comparison = { schemas, tell };
  const security = compareNames(securityOf(theirs), securityOf(ours));
  if (security !== null) {
    const isOpen = securityOf(theirs).has('none');
    tell(where, 'security', isOpen ? 'widens' : classOf('request', security.effect), security.what);
  }
  compareParameters(comparison, theirs, ours, where);
  compareBodies(comparison, theirs, ours, where);
  compareResponses(comparison, theirs, ours, where);
}

/** The names of parameters in a path, in their order. */
export function pathNames(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => String(name));
}

/** Headers that OpenAPI describes elsewhere. */
const ELSEWHERE: ReadonlySet<string> = new Set(['header accept', 'header content-type', 'header authorization']);

/** Parameters by place and name. Those of a path have our names. */
function parametersOf({ source, item, members, path }: Operation, names: readonly string[]): Map<string, Members> {
  const own = pathNames(path);
  const listed = [...listOf(item['parameters']), ...listOf(members['parameters'])].map((one): [string, Members] => {
    const parameter = membersOf(resolve(source, one));
    const { in: place, name } = parameter;
    const shared = place === 'path' ? (names[own.indexOf(String(name))] ?? name) : name;
    return [`${place} ${place === 'header' ? String(shared).toLowerCase() : shared}`, parameter];
  });
  return new Map(listed.filter(([key]) => !ELSEWHERE.has(key)));
}

function compareParameters(comparison: Comparison, theirs: Operation, ours: Operation, where: string): void {
  const names = pathNames(ours.path);
  const [all, known] = [parametersOf(theirs, names), parametersOf(ours, names)];
  for (const key of new Set([...all.keys(), ...known.keys()])) {
    const [one, other] = [all.get(key), known.get(key)];
    const place = `${where} ${key}`;
    if (one !== undefined && other !== undefined) {
      compareParameter(comparison, theirs.source, ours.source, one, other, place);
    } else {
      const isRequired = one?.['required'] === true;
      const what = `only in the ${one === undefined ? 'mock' : 'document'}${isRequired ? ', required' : ''}`;
      comparison.tell(place, 'parameter', one !== undefined && !isRequired ? 'widens' : 'breaks-requests', what);
    }
  }
}

function compareParameter(
  { schemas, tell }: Comparison,
  theirs: Source,
  ours: Source,
  one: Members,
  other: Members,
  where: string,
): void {
  const isRequired = one['required'] === true;
  if (one['in'] !== 'path' && isRequired !== (other['required'] === true)) {
    const found = isRequired ? 'breaks-requests' : 'widens';
    tell(where, 'required', found, `required only in the ${isRequired ? 'document' : 'mock'}`);
  }
  const [written, expected] = [writingOf(theirs, one), writingOf(ours, other)];
  for (const [keyword, value] of Object.entries(written)) {
    const before = expected[keyword];
    if (value !== before) tell(where, keyword, 'breaks-requests', bothValues(value, before));
  }
  schemas.compare(schemaOf(one), schemaOf(other), 'request', where, tell);
}

/** How the value of a parameter is written. Only lists and objects have a style that matters. */
function writingOf(source: Source, parameter: Members): Readonly<Record<string, unknown>> {
  const place = parameter['in'] === 'query' || parameter['in'] === 'cookie' ? 'form' : 'simple';
  const { style = place, explode = style === 'form', allowReserved = false } = parameter;
  const { type, items, properties } = membersOf(resolve(source, schemaOf(parameter)));
  const isComposed = items !== undefined || properties !== undefined || type === 'array' || type === 'object';
  return { allowReserved, style: isComposed ? style : place, explode: isComposed ? explode : place === 'form' };
}

function schemaOf({ schema, content }: Members): unknown {
  return schema ?? membersOf(Object.values(membersOf(content))[0])['schema'];
}

function compareBodies(comparison: Comparison, theirs: Operation, ours: Operation, where: string): void {
  const [one, other] = [theirs, ours].map(({ source, members }) => resolve(source, members['requestBody']));
  const place = `${where} body`;
  const [isRequired, wasRequired] = [one, other].map((body) => membersOf(body)['required'] === true);
  if (one === undefined || other === undefined) {
    if (one === other) return;
    const found = one !== undefined && !isRequired ? 'widens' : 'breaks-requests';
    comparison.tell(place, 'body', found, `only in the ${one === undefined ? 'mock' : 'document'}`);
    return;
  }
  if (isRequired !== wasRequired) {
    const found = isRequired ? 'breaks-requests' : 'widens';
    comparison.tell(place, 'required', found, `required only in the ${isRequired ? 'document' : 'mock'}`);
  }
  compareContents(comparison, membersOf(one), membersOf(other), 'request', place);
}

/** Media types by their names without parameters. */
function contentsOf({ content }: Members): Map<string, Members> {
  const entries = Object.entries(membersOf(content));
  return new Map(entries.map(([type, value]) => [type.replace(/;.*$/s, '').trim().toLowerCase(), membersOf(value)]));
}

function compareContents({ schemas, tell }: Comparison, one: Members, other: Members, side: Side, where: string): void {
  const [theirs, ours] = [contentsOf(one), contentsOf(other)];
  const found = compareNames(new Set(theirs.keys()), new Set(ours.keys()));
  if (found !== null) {
    // A client may ask for any media type of an answer. An answer without one may have any.
    const effect = side === 'request' ? found.effect : ours.size === 0 ? 'narrows' : 'alters';
    tell(where, 'media type', classOf(side, effect), found.what);
  }
  for (const [type, media] of theirs) {
    const own = ours.get(type);
    if (own === undefined) continue;
    const place = theirs.size === 1 || type === 'application/json' ? where : `${where} (${type})`;
    const [encoding, before] = [media['encoding'], own['encoding']];
    if (canonical(encoding) !== canonical(before)) tell(place, 'encoding', classOf(side, 'alters'), 'differs');
    schemas.compare(media['schema'], own['schema'], side, place, tell);
  }
}

function compareResponses(comparison: Comparison, theirs: Operation, ours: Operation, where: string): void {
  const [all, known] = [membersOf(theirs.members['responses']), membersOf(ours.members['responses'])];
  for (const status of new Set([...Object.keys(all), ...Object.keys(known)])) {
    const place = `${where} ${status}`;
    if (all[status] !== undefined && known[status] !== undefined) {
      const one = membersOf(resolve(theirs.source, all[status]));
      const other = membersOf(resolve(ours.source, known[status]));
      compareHeaders(comparison, theirs.source, ours.source, one, other, place);
      compareContents(comparison, one, other, 'answer', `${place} body`);
    } else {
      const isLess = all[status] === undefined;
      const found = isLess && !status.startsWith('2') ? 'widens' : 'breaks-answers';
      comparison.tell(place, 'status', found, `only in the ${isLess ? 'mock' : 'document'}`);
    }
  }
}

function headersOf(source: Source, { headers }: Members): Map<string, Members> {
  const entries = Object.entries(membersOf(headers)).map(([name, header]): [string, Members] => [
    name.toLowerCase(),
    membersOf(resolve(source, header)),
  ]);
  return new Map(entries.filter(([name]) => name !== 'content-type'));
}

function compareHeaders(
  { schemas, tell }: Comparison,
  theirs: Source,
  ours: Source,
  one: Members,
  other: Members,
  where: string,
): void {
  const [all, known] = [headersOf(theirs, one), headersOf(ours, other)];
  for (const name of new Set([...all.keys(), ...known.keys()])) {
    const [header, before] = [all.get(name), known.get(name)];
    const place = `${where} header ${name}`;
    if (header === undefined) tell(place, 'header', 'breaks-answers', 'only in the mock');
    else if (before === undefined) tell(place, 'header', 'widens', 'only in the document');
    else {
      const isRequired = header['required'] === true;
      if (isRequired !== (before['required'] === true)) {
        const found = classOf('answer', isRequired ? 'narrows' : 'widens');
        tell(place, 'required', found, `required only in the ${isRequired ? 'document' : 'mock'}`);
      }
      schemas.compare(schemaOf(header), schemaOf(before), 'answer', place, tell);
    }
  }
}

/** The ways to authenticate, each as a text. Names of schemes are a matter of the document. */
function securityOf({ source, members }: Operation): ReadonlySet<string> {
  const schemes = membersOf(membersOf(source.root['components'])['securitySchemes']);
  const ways = listOf(members['security'] ?? source.root['security']).map((requirement) =>
    Object.entries(membersOf(requirement))
      .map(([name, scopes]) => schemeText(membersOf(resolve(source, schemes[name])), name, listOf(scopes)))
      .sort()
      .join(' + '),
  );
  return new Set(ways.length === 0 ? ['none'] : ways.map((way) => way || 'none'));
}

function schemeText({ type, scheme, in: place, name }: Members, key: string, scopes: readonly unknown[]): string {
  const needs = scopes.length === 0 ? '' : ` ${scopes.map(String).sort().join(',')}`;
  if (type === 'http') return `${String(scheme).toLowerCase()}${needs}`;
  if (type === 'apiKey') return `${place} ${place === 'header' ? String(name).toLowerCase() : name}${needs}`;
  return `${type ?? key}${needs}`;
}
