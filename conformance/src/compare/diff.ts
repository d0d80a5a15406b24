import { memberOf } from '../../../src/conformance-entry.ts';
import { differingIds, type SentRequest } from './account.ts';
import { normalise } from './normalise.ts';
import { classOf, constantsOf, type DifferenceClass, type Operations } from './operations.ts';
import { isRead } from './plan.ts';
import { type Shape, shapesOf } from './shapes.ts';
import type { Difference, NotCompared, PlannedRequest, ServiceResponse } from './types.ts';

/** Headers that clients act on. */
const HEADERS = [
  ...['content-type', 'www-authenticate', 'location', 'retry-after', 'cache-control', 'allow'],
  // RFC 9745 and RFC 8594.
  ...['deprecation', 'sunset'],
] as const;

/** OpenID Connect Discovery and JWK sets. Their lists are settings of the service, not data of an account. */
const SETTINGS = /\/\.well-known\/|\/certs(?:$|\?)|jwks/;

/** The result of comparing two responses. */
export interface Findings {
  readonly differences: readonly Difference[];
  readonly notCompared: readonly NotCompared[];
}

type Kind = Difference['kind'];
type Tell = (place: string, one: string, other: string, kind?: Kind, as?: DifferenceClass) => void;

/** Compares the responses of the real service and the mock to one request. */
export function compareAnswers(
  request: PlannedRequest,
  ofReal: SentRequest,
  ofMock: SentRequest,
  { secrets, operations }: { readonly secrets: readonly string[]; readonly operations: Operations },
): Findings {
  const [real, mock] = [ofReal.response, ofMock.response];
  const ids = [...differingIds(ofReal.url, ofMock.url), ...differingIds(ofMock.url, ofReal.url)];
  const differences: Difference[] = [];
  const notCompared: NotCompared[] = [];
  const called = operations.find(request.method, request.url);
  const by = { request: request.name, operation: called?.id ?? null };
  const schemaAt = (place: string) => operations.schemaAt(called, real.status, place);
  const tell: Tell = (place, one, other, kind = 'behaviour', as) => {
    if (one === other) return;
    const found = { place, real: one, mock: other };
    differences.push({ ...by, class: as ?? classOf(request, found, real.status, schemaAt(place)), ...found, kind });
  };
  tell('status', String(real.status), String(mock.status));
  for (const name of HEADERS) {
    if (name === 'content-type' && real.status !== mock.status) continue;
    const shown = ({ headers }: ServiceResponse) => headerText(name, headers[name], secrets, ids);
    tell(`header ${name}`, shown(real), shown(mock));
  }
  // Bodies with different statuses have nothing in common.
  if (real.status !== mock.status) return { differences, notCompared };
  const context = {
    ...{ secrets, ids, url: request.url },
    constantsAt: (place: string) => constantsOf(schemaAt(place)),
    formatAt: (place: string) => memberOf(schemaAt(place), 'format'),
  };
  const left = shapesOf(real, context);
  const right = shapesOf(mock, context);
  const isSame = (ofReal.isCreated && ofMock.isCreated) || ids.length === 0;
  const isOther = isRead(request.method) && !isSame;
  const reported = new Set<string>();
  for (const place of new Set([...left.keys(), ...right.keys()])) {
    // The members of a value that is missing or has a different type are not reported.
    if (isBelow(reported, place)) continue;
    const [one, other] = [left.get(place), right.get(place)];
    const empty = emptySides(place, left, right);
    if (empty !== null) {
      reported.add(place);
      notCompared.push({ ...by, place, reason: empty });
    }
    if (one === undefined || other === undefined) {
      reported.add(place);
      const mayBe = isOther && operations.isOptional(called, real.status, place);
      tell(place, typesOf(one), typesOf(other), mayBe ? 'data' : 'behaviour');
    } else if (typesOf(one) !== typesOf(other)) {
      const isNull = onlyNullDiffers(one, other);
      if (!isNull) reported.add(place);
      tell(place, typesOf(one), typesOf(other), isNull && allowsNull(schemaAt(place)) ? 'data' : 'behaviour');
    } else {
      const isOfAccount = real.status < 400 && !SETTINGS.test(request.url) && (isOther || place.includes('[]'));
      compareValues(place, one, other, isOfAccount, context.constantsAt(place), tell);
    }
  }
  return { differences, notCompared };
}

/** Whether a place is within one of `places`. */
function isBelow(places: ReadonlySet<string>, place: string): boolean {
  for (const { index } of place.matchAll(/[.[]/g)) if (places.has(place.slice(0, index))) return true;
  return false;
}

function compareValues(
  place: string,
  real: Shape,
  mock: Shape,
  isOfAccount: boolean,
  constants: readonly string[] | null,
  tell: Tell,
): void {
  if (real.count !== null && mock.count !== null && real.count.fits !== mock.count.fits)
    tell(place, real.count.text, mock.count.text, 'behaviour', 'count');
  const [ofReal, ofMock] = ordersOf(real.order, mock.order);
  tell(place, ofReal, ofMock, 'behaviour', 'order of a list');
  const forms = [real.idForms, mock.idForms];
  const isGenerated = forms.every((form) => form.size > 0 && !form.has(null));
  if (isGenerated && ![...real.idForms].some((form) => mock.idForms.has(form)))
    tell(place, joined(real.idForms), joined(mock.idForms), 'behaviour', 'id form');
  const isNew = constants !== null && [...real.values].some((value) => !constants.includes(value));
  const isData = !isNew && (real.isData || mock.isData || isOfAccount);
  tell(place, joined(real.values), joined(mock.values), isData ? 'data' : 'behaviour');
}

/** Returns the common entries of two lists, starting from the first one with a different position. */
function ordersOf(real: readonly string[], mock: readonly string[]): readonly [string, string] {
  const [ofReal, ofMock] = [new Set(real), new Set(mock)];
  const [one, other] = [real.filter((name) => ofMock.has(name)), mock.filter((name) => ofReal.has(name))];
  const from = one.findIndex((name, at) => name !== other[at]);
  if (from < 0 || one.length !== other.length) return ['', ''];
  const shown = (names: readonly string[]) => {
    const some = names.slice(from, from + 3).map((name) => normalise(name));
    return `${some.join(', ')}${names.length > from + 3 ? ', ...' : ''}`;
  };
  return [shown(one), shown(other)];
}

/** Returns which sides have an empty list at a place, as text; null for neither. */
function emptySides(place: string, real: ReadonlyMap<string, Shape>, mock: ReadonlyMap<string, Shape>): string | null {
  const isEmpty = (side: ReadonlyMap<string, Shape>) =>
    side.get(place)?.types.has('array') === true && !side.has(`${place}[]`);
  const sides = [...(isEmpty(real) ? ['the real service'] : []), ...(isEmpty(mock) ? ['the mock'] : [])];
  return sides.length === 0 ? null : `the list is empty in ${sides.join(' and in ')}`;
}

function typesOf(shape: Shape | undefined): string {
  return shape === undefined ? '(missing)' : joined(shape.types);
}

function joined(set: ReadonlySet<string | null>): string {
  return [...set].sort().join(', ');
}

function onlyNullDiffers(one: Shape, other: Shape): boolean {
  const [left, right] = [one, other].map(({ types }) => joined(new Set([...types].filter((type) => type !== 'null'))));
  return left === right || left === '' || right === '';
}

/** Whether a schema of OpenAPI 3.0 or 3.1 allows null. */
function allowsNull(schema: unknown): boolean {
  return memberOf(schema, 'nullable') === true || [memberOf(schema, 'type')].flat().includes('null');
}

function headerText(
  name: string,
  text: string | undefined,
  secrets: readonly string[],
  ids: readonly string[],
): string {
  if (text === undefined) return '(missing)';
  // `charset=utf-8` is the default for JSON (RFC 8259, 8.1).
  return normalise(name === 'content-type' ? text.replace(/;.*$/s, '').trim().toLowerCase() : text, secrets, ids);
}
