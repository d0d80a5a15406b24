import { isRecord } from '../core/own.ts';
import { isSecretName, normalise } from './normalise.ts';
import type { Operations } from './operations.ts';
import type { Difference, PlannedRequest, PlayedAnswer } from './play.ts';

/** Headers that clients act on. */
const HEADERS = ['content-type', 'www-authenticate', 'location', 'retry-after', 'cache-control', 'allow'] as const;

/** Names of members whose values are chosen by users, or count their objects. */
const FREE_VALUE =
  /^(?:count|totalRecords|displayRecords|name|displayName|description|email|username|createdBy|updatedBy|lastLogin)$/i;

/** Deeper values are not compared. */
const MOST_DEPTH = 20;

/** The differences between the answers of the real service and the mock to one request. */
export function compareAnswers(
  request: PlannedRequest,
  real: PlayedAnswer,
  mock: PlayedAnswer,
  { secrets, operations }: { readonly secrets: readonly string[]; readonly operations: Operations },
): readonly Difference[] {
  const found: Difference[] = [];
  const operation = operations.idOf(request.method, request.url);
  const tell = (place: string, one: string, other: string, kind: Difference['kind'] = 'behaviour') => {
    if (one === other) return;
    const told = { place, real: one, mock: other };
    const of = operations.classOf(request, told, real.status);
    found.push({ request: request.name, operation, class: of, ...told, kind });
  };
  tell('status', String(real.status), String(mock.status));
  for (const name of HEADERS) {
    const shown = ({ headers }: PlayedAnswer) => headerText(name, headers[name], secrets);
    tell(`header ${name}`, shown(real), shown(mock));
  }
  // Bodies of different statuses have nothing in common.
  if (real.status !== mock.status) return found;
  const [ofReal, ofMock] = [shapesOf(real, secrets), shapesOf(mock, secrets)];
  for (const place of new Set([...ofReal.keys(), ...ofMock.keys()])) {
    // A member of entries that the other list does not have says nothing.
    if (place.includes('[]') && isEmptyList(place, ofReal, ofMock)) continue;
    const [one, other] = [ofReal.get(place), ofMock.get(place)];
    const hasData = one?.isData === true || other?.isData === true;
    if (one === undefined || other === undefined) tell(place, one?.types ?? '(missing)', other?.types ?? '(missing)');
    else if (one.types !== other.types) tell(place, one.types, other.types);
    else
      tell(
        place,
        one.values,
        other.values,
        hasData || (real.status < 400 && place.includes('[]')) ? 'data' : 'behaviour',
      );
  }
  return found;
}

/** All values at one place; of a list, those of all entries. */
interface Shape {
  types: string;
  values: string;
  isData: boolean;
}

function shapesOf({ text }: PlayedAnswer, secrets: readonly string[]): Map<string, Shape> {
  const found = new Map<string, { types: Set<string>; values: Set<string>; isData: boolean }>();
  const visit = (value: unknown, place: string, name: string, depth: number): void => {
    const shape = found.get(place) ?? { types: new Set(), values: new Set(), isData: FREE_VALUE.test(name) };
    found.set(place, shape);
    shape.types.add(typeOf(value));
    if (depth > MOST_DEPTH) return;
    if (Array.isArray(value)) for (const one of value) visit(one, `${place}[]`, name, depth + 1);
    else if (isRecord(value))
      for (const [member, inner] of Object.entries(value))
        visit(inner, `${place}.${normalise(member)}`, member, depth + 1);
    else shape.values.add(isSecretName(name) ? '<secret>' : normalise(String(value), secrets));
  };
  visit(jsonOr(text), 'body', '', 0);
  const joined = (set: ReadonlySet<string>) => [...set].sort().join(', ');
  return new Map(
    [...found].map(([place, { types, values, isData }]) => [
      place,
      { types: joined(types), values: joined(values), isData },
    ]),
  );
}

function isEmptyList(place: string, ...sides: readonly ReadonlyMap<string, Shape>[]): boolean {
  const list = place.slice(0, place.lastIndexOf('[]'));
  return sides.some((side) => side.has(list) && !side.has(`${list}[]`));
}

function headerText(name: string, text: string | undefined, secrets: readonly string[]): string {
  if (text === undefined) return '(missing)';
  // `charset=utf-8` is what JSON has anyway (RFC 8259, 8.1).
  return normalise(name === 'content-type' ? text.replace(/;.*$/s, '').trim().toLowerCase() : text, secrets);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
