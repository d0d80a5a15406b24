import { isWithinRange } from '../../../src/conformance-entry.ts';
import {
  type AddDifference,
  canonicalJson,
  classOfEffect,
  compareNames,
  describeMissingName,
  describeValues,
  onlyIn,
  pairByName,
  type Side,
  textOrJson,
} from './difference.ts';
import { listOf, type Members, membersOf, type OpenApiDocument, resolveReference } from './open-api.ts';
import type { SchemaComparison } from './schemas.ts';

/** An operation, with its path item. */
export interface Operation {
  readonly source: OpenApiDocument;
  /** The path as in its document. */
  readonly path: string;
  readonly item: Members;
  readonly members: Members;
}

/** A part of both documents, such as a response. */
interface Part {
  readonly theirs: Members;
  readonly ours: Members;
  readonly where: string;
  readonly side: Side;
}

/** Compares two operations of the same method and path. */
export class OperationComparison {
  readonly #theirs: Operation;
  readonly #ours: Operation;
  readonly #schemas: SchemaComparison;
  readonly #hasSecurity: boolean;
  readonly #addDifference: AddDifference;

  /** @param hasSecurity whether the document describes credentials. If not, that is reported once, not for each operation */
  constructor(
    theirs: Operation,
    ours: Operation,
    schemas: SchemaComparison,
    hasSecurity: boolean,
    addDifference: AddDifference,
  ) {
    this.#theirs = theirs;
    this.#ours = ours;
    this.#schemas = schemas;
    this.#hasSecurity = hasSecurity;
    this.#addDifference = addDifference;
  }

  /** Reports all differences. @param where `GET /users/{id}` */
  async compare(where: string): Promise<void> {
    this.#compareSecurity(where);
    this.#compareWords(where);
    await this.#compareParameters(where);
    await this.#compareBodies(`${where} body`);
    const [theirs = EMPTY_MAP, ours = EMPTY_MAP] = [this.#theirs, this.#ours].map(({ members }) =>
      toMap(members['responses']),
    );
    for (const [status, one, before] of pairResponses(theirs, ours)) {
      const part = this.#part(one, before, `${where} ${status}`, 'answer');
      if (one !== undefined && before !== undefined) {
        await this.#compareHeaders(part);
        await this.#compareContents({ ...part, where: `${part.where} body` });
      } else {
        const isGone = one === undefined && !status.startsWith('2');
        this.#addDifference(part.where, 'status', isGone ? 'widens' : 'breaks-answers', onlyIn(one !== undefined));
      }
    }
  }

  #compareSecurity(where: string): void {
    if (!this.#hasSecurity) return;
    const security = securityOf(this.#theirs);
    const found = compareNames(security, securityOf(this.#ours));
    const isOpen = security.has('none');
    if (found !== null)
      this.#addDifference(where, 'security', isOpen ? 'widens' : classOfEffect('request', found.effect), found.what);
  }

  /** Compares metadata. It doesn't affect messages, but generated clients use the operation's id as a name. */
  #compareWords(where: string): void {
    const [one, other] = [this.#theirs.members, this.#ours.members];
    const isDeprecated = one['deprecated'] === true;
    if (isDeprecated !== (other['deprecated'] === true))
      this.#addDifference(where, 'deprecated', 'information', onlyIn(isDeprecated));
    const [id, known] = [one['operationId'], other['operationId']];
    if (typeof id === 'string' && typeof known === 'string' && id !== known)
      this.#addDifference(where, 'operationId', 'information', describeValues(id, known));
  }

  /** Pairs a part of both documents, with references resolved. */
  #part(theirs: unknown, ours: unknown, where: string, side: Side): Part {
    const [one, other] = [resolveReference(this.#theirs.source, theirs), resolveReference(this.#ours.source, ours)];
    return { theirs: membersOf(one), ours: membersOf(other), where, side };
  }

  async #compareParameters(where: string): Promise<void> {
    const names = pathParameterNames(this.#ours.path);
    const [theirs, ours] = [parametersOf(this.#theirs, names), parametersOf(this.#ours, names)];
    const onlyTheirs = [...theirs].filter(([key]) => !ours.has(key)).map(([, { name }]) => textOrJson(name));
    for (const [key, one, other] of pairByName(theirs, ours)) {
      const location = `${where} ${key}`;
      if (one === undefined) {
        this.#addDifference(
          location,
          'parameter',
          'breaks-requests',
          describeMissingName(textOrJson(other?.['name']), onlyTheirs),
        );
      } else if (other === undefined) {
        const isRequired = one['required'] === true;
        const found = isRequired ? 'breaks-requests' : 'widens';
        this.#addDifference(location, 'parameter', found, `${onlyIn(true)}${isRequired ? ', required' : ''}`);
      } else {
        const [written, before] = [
          serializationOf(this.#theirs.source, one),
          serializationOf(this.#ours.source, other),
        ];
        for (const [keyword, value, known] of pairByName(written, before)) {
          // If only one side has the keyword, the types differ, which is reported separately.
          if (value !== known && value !== undefined && known !== undefined)
            this.#addDifference(location, keyword, 'breaks-requests', describeValues(value, known));
        }
        await this.#compareValues({ theirs: one, ours: other, where: location, side: 'request' });
      }
    }
  }

  async #compareBodies(where: string): Promise<void> {
    const [one, other] = [this.#theirs.members['requestBody'], this.#ours.members['requestBody']];
    const part = this.#part(one, other, where, 'request');
    if (one !== undefined && other !== undefined) {
      this.#compareRequired(part);
      await this.#compareContents(part);
    } else if (one !== other) {
      const isOptional = one !== undefined && part.theirs['required'] !== true;
      this.#addDifference(where, 'body', isOptional ? 'widens' : 'breaks-requests', onlyIn(one !== undefined));
    }
  }

  async #compareContents({ theirs: one, ours: other, where, side }: Part): Promise<void> {
    const [theirs, ours] = [contentsOf(one), contentsOf(other)];
    const found = compareNames(new Set(theirs.keys()), new Set(ours.keys()));
    if (found !== null) {
      // A client may accept any of the response's media types. A response without one allows any.
      const effect = side === 'request' ? found.effect : ours.size === 0 ? 'narrows' : 'alters';
      this.#addDifference(where, 'media type', classOfEffect(side, effect), found.what);
    }
    for (const [type, media, own] of pairContents(theirs, ours)) {
      const location = theirs.size === 1 || type === 'application/json' ? where : `${where} (${type})`;
      if (canonicalJson(media['encoding']) !== canonicalJson(own['encoding']))
        this.#addDifference(
          location,
          'encoding',
          classOfEffect(side, 'alters'),
          describeValues(media['encoding'], own['encoding']),
        );
      await this.#schemas.compare(media['schema'], own['schema'], side, location, this.#addDifference);
    }
  }

  async #compareHeaders({ theirs, ours, where }: Part): Promise<void> {
    const [all, known] = [headersOf(theirs), headersOf(ours)];
    for (const [name, one, other] of pairByName(all, known)) {
      const part = this.#part(one, other, `${where} header ${name}`, 'answer');
      if (one !== undefined && other !== undefined) await this.#compareValues(part);
      else
        this.#addDifference(
          part.where,
          'header',
          one === undefined ? 'breaks-answers' : 'widens',
          onlyIn(one !== undefined),
        );
    }
  }

  /** Compares the values of parameters and headers. */
  async #compareValues(part: Part): Promise<void> {
    this.#compareRequired(part);
    await this.#schemas.compare(schemaOf(part.theirs), schemaOf(part.ours), part.side, part.where, this.#addDifference);
  }

  #compareRequired({ theirs, ours, where, side }: Part): void {
    const isRequired = theirs['required'] === true;
    if (isRequired === (ours['required'] === true) || theirs['in'] === 'path') return;
    this.#addDifference(where, 'required', classOfEffect(side, isRequired ? 'narrows' : 'widens'), onlyIn(isRequired));
  }
}

const EMPTY_MAP: ReadonlyMap<string, unknown> = new Map();

function toMap(value: unknown): Map<string, unknown> {
  return new Map(Object.entries(membersOf(value)));
}

/** Returns the parameter names in a path, in order. */
export function pathParameterNames(path: string): string[] {
  return [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => String(name));
}

/** Headers that OpenAPI describes elsewhere. */
const DESCRIBED_ELSEWHERE: ReadonlySet<string> = new Set([
  'header accept',
  'header content-type',
  'header authorization',
]);

/** Returns the parameters by place and name. @param names the mock's names of the path parameters */
function parametersOf({ source, item, members, path }: Operation, names: readonly string[]): Map<string, Members> {
  const own = pathParameterNames(path);
  const listed = [...listOf(item['parameters']), ...listOf(members['parameters'])].map((one): [string, Members] => {
    const parameter = membersOf(resolveReference(source, one));
    const [location, name] = [textOrJson(parameter['in']), textOrJson(parameter['name'])];
    const shared = location === 'path' ? (names[own.indexOf(name)] ?? name) : name;
    return [`${location} ${location === 'header' ? shared.toLowerCase() : shared}`, parameter];
  });
  return new Map(listed.filter(([key]) => !DESCRIBED_ELSEWHERE.has(key)));
}

/** Returns how a parameter is serialized: as a media type or, for lists and objects, in a style. */
function serializationOf(source: OpenApiDocument, parameter: Members): Map<string, unknown> {
  const defaultStyle = parameter['in'] === 'query' || parameter['in'] === 'cookie' ? 'form' : 'simple';
  const { style = defaultStyle, explode = style === 'form', allowReserved = false } = parameter;
  const { type, items, properties } = membersOf(resolveReference(source, schemaOf(parameter)));
  const isComposed = items !== undefined || properties !== undefined || type === 'array' || type === 'object';
  const composed = isComposed ? { style, explode } : {};
  const [media = null] = Object.keys(membersOf(parameter['content']));
  return new Map(Object.entries({ allowReserved, 'media type': media, ...composed }));
}

function schemaOf({ schema, content }: Members): unknown {
  return schema ?? membersOf(Object.values(membersOf(content))[0])['schema'];
}

/** Returns the contents by media type, without parameters. */
function contentsOf({ content }: Members): Map<string, Members> {
  const entries = Object.entries(membersOf(content));
  return new Map(entries.map(([type, value]) => [type.replace(/;.*$/s, '').trim().toLowerCase(), membersOf(value)]));
}

/** Pairs the bodies with equal media types, or with a type and a range that includes it. */
function pairContents(theirs: ReadonlyMap<string, Members>, ours: ReadonlyMap<string, Members>) {
  return [...theirs].flatMap(([type, media]): [type: string, theirs: Members, ours: Members][] => {
    const exact = ours.get(type);
    if (exact !== undefined) return [[type, media, exact]];
    const inRange = [...ours].filter(
      ([other]) => !theirs.has(other) && (isWithinRange(other, type) || isWithinRange(type, other)),
    );
    return inRange.map(([other, own]) => [isWithinRange(other, type) ? other : type, media, own]);
  });
}

function headersOf({ headers }: Members): Map<string, unknown> {
  const entries = Object.entries(membersOf(headers)).map(([name, header]): [string, unknown] => [
    name.toLowerCase(),
    header,
  ]);
  return new Map(entries.filter(([name]) => name !== 'content-type'));
}

/** Pairs the responses by status. `4XX` and `default` match the statuses that their document does not list. */
function* pairResponses(
  theirs: ReadonlyMap<string, unknown>,
  ours: ReadonlyMap<string, unknown>,
): Generator<[status: string, theirs: unknown, ours: unknown]> {
  const used = new Set<string>();
  const coveredBy = (all: ReadonlyMap<string, unknown>, status: string) => {
    const range = [`${status.charAt(0)}XX`, `${status.charAt(0)}xx`, 'default'].find((name) => all.has(name));
    if (range !== undefined) used.add(range);
    return range === undefined ? undefined : all.get(range);
  };
  const ranges: [status: string, theirs: unknown, ours: unknown][] = [];
  for (const [status, one, other] of pairByName(theirs, ours)) {
    if (!/^[1-5]\d\d$/.test(status)) ranges.push([status, one, other]);
    else yield [status, one ?? coveredBy(theirs, status), other ?? coveredBy(ours, status)];
  }
  for (const [status, one, other] of ranges) {
    if ((one !== undefined && other !== undefined) || !used.has(status)) yield [status, one, other];
  }
}

/** Whether a document describes authentication anywhere. */
export function describesSecurity({ root }: OpenApiDocument): boolean {
  if (Object.keys(membersOf(membersOf(root['components'])['securitySchemes'])).length > 0) return true;
  const operations = Object.values(membersOf(root['paths'])).flatMap((item) => Object.values(membersOf(item)));
  return [root, ...operations].some((part) => listOf(membersOf(part)['security']).length > 0);
}

/** Returns the ways to authenticate as texts. Scheme names are left out, because every document has different ones. */
function securityOf({ source, members }: Operation): ReadonlySet<string> {
  const schemes = membersOf(membersOf(source.root['components'])['securitySchemes']);
  const ways = listOf(members['security'] ?? source.root['security']).map((requirement) =>
    Object.entries(membersOf(requirement))
      .map(([name, scopes]) => formatScheme(membersOf(resolveReference(source, schemes[name])), name, listOf(scopes)))
      .sort()
      .join(' + '),
  );
  return new Set(ways.length === 0 ? ['none'] : ways.map((way) => way || 'none'));
}

function formatScheme({ type, scheme, in: location, name }: Members, key: string, scopes: readonly unknown[]): string {
  const needs = scopes.length === 0 ? '' : ` ${scopes.map(textOrJson).sort().join(',')}`;
  if (type === 'http') return `${textOrJson(scheme).toLowerCase()}${needs}`;
  if (type === 'apiKey')
    return `${textOrJson(location)} ${location === 'header' ? textOrJson(name).toLowerCase() : textOrJson(name)}${needs}`;
  return `${textOrJson(type ?? key)}${needs}`;
}
