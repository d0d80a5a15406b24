import { memberOf } from '../../../src/conformance-entry.ts';
import { differingIds, type SentRequest } from './account.ts';
import { normalise } from './normalise.ts';
import { allowedValues, classOf, type DifferenceClass, type Operations } from './operations.ts';
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
type AddDifference = (path: string, one: string, other: string, kind?: Kind, differenceClass?: DifferenceClass) => void;

/** Compares the responses of the real service and the mock to one request. */
export function compareResponses(
  request: PlannedRequest,
  realSent: SentRequest,
  mockSent: SentRequest,
  { secrets, operations }: { readonly secrets: readonly string[]; readonly operations: Operations },
): Findings {
  const [real, mock] = [realSent.response, mockSent.response];
  const ids = [...differingIds(realSent.url, mockSent.url), ...differingIds(mockSent.url, realSent.url)];
  const differences: Difference[] = [];
  const notCompared: NotCompared[] = [];
  const operation = operations.find(request.method, request.url);
  const subject = { request: request.name, operation: operation?.id ?? null };
  const schemaAt = (path: string) => operations.schemaAt(operation, real.status, path);
  const addDifference: AddDifference = (path, one, other, kind = 'behaviour', differenceClass) => {
    if (one === other) return;
    const found = { place: path, real: one, mock: other };
    differences.push({
      ...subject,
      class: differenceClass ?? classOf(request, found, real.status, schemaAt(path)),
      ...found,
      kind,
    });
  };
  addDifference('status', String(real.status), String(mock.status));
  for (const name of HEADERS) {
    if (name === 'content-type' && real.status !== mock.status) continue;
    const readHeader = ({ headers }: ServiceResponse) => formatHeader(name, headers[name], secrets, ids);
    addDifference(`header ${name}`, readHeader(real), readHeader(mock));
  }
  // Bodies with different statuses have nothing in common.
  if (real.status !== mock.status) return { differences, notCompared };
  const context = {
    ...{ secrets, ids, url: request.url },
    constantsAt: (path: string) => allowedValues(schemaAt(path)),
    formatAt: (path: string) => memberOf(schemaAt(path), 'format'),
  };
  const left = shapesOf(real, context);
  const right = shapesOf(mock, context);
  const isSameObject = (realSent.isCreated && mockSent.isCreated) || ids.length === 0;
  const mayDiffer = isRead(request.method) && !isSameObject;
  const reported = new Set<string>();
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    // The members of a value that is missing or has a different type are not reported.
    if (isBelow(reported, path)) continue;
    const [one, other] = [left.get(path), right.get(path)];
    const empty = describeEmptySides(path, left, right);
    if (empty !== null) {
      reported.add(path);
      notCompared.push({ ...subject, place: path, reason: empty });
    }
    if (one === undefined || other === undefined) {
      reported.add(path);
      const isOptional = mayDiffer && operations.isOptional(operation, real.status, path);
      addDifference(path, typesOf(one), typesOf(other), isOptional ? 'data' : 'behaviour');
    } else if (typesOf(one) !== typesOf(other)) {
      const isNull = onlyNullDiffers(one, other);
      if (!isNull) reported.add(path);
      addDifference(path, typesOf(one), typesOf(other), isNull && allowsNull(schemaAt(path)) ? 'data' : 'behaviour');
    } else {
      const isOfAccount = real.status < 400 && !SETTINGS.test(request.url) && (mayDiffer || path.includes('[]'));
      compareValues(path, one, other, isOfAccount, context.constantsAt(path), addDifference);
    }
  }
  return { differences, notCompared };
}

/** Whether a place is within one of `places`. */
function isBelow(places: ReadonlySet<string>, path: string): boolean {
  for (const { index } of path.matchAll(/[.[]/g)) if (places.has(path.slice(0, index))) return true;
  return false;
}

function compareValues(
  path: string,
  real: Shape,
  mock: Shape,
  isOfAccount: boolean,
  constants: readonly string[] | null,
  addDifference: AddDifference,
): void {
  if (real.count !== null && mock.count !== null && real.count.fits !== mock.count.fits)
    addDifference(path, real.count.text, mock.count.text, 'behaviour', 'count');
  const [realNames, mockNames] = compareOrder(real.order, mock.order);
  addDifference(path, realNames, mockNames, 'behaviour', 'order of a list');
  const forms = [real.idForms, mock.idForms];
  const isGenerated = forms.every((form) => form.size > 0 && !form.has(null));
  if (isGenerated && ![...real.idForms].some((form) => mock.idForms.has(form)))
    addDifference(path, joinSorted(real.idForms), joinSorted(mock.idForms), 'behaviour', 'id form');
  const isNew = constants !== null && [...real.values].some((value) => !constants.includes(value));
  const isData = !isNew && (real.isData || mock.isData || isOfAccount);
  addDifference(path, joinSorted(real.values), joinSorted(mock.values), isData ? 'data' : 'behaviour');
}

/** Returns the common entries of two lists, starting from the first one with a different position. */
function compareOrder(real: readonly string[], mock: readonly string[]): readonly [string, string] {
  const [realOrder, mockOrder] = [new Set(real), new Set(mock)];
  const [one, other] = [real.filter((name) => mockOrder.has(name)), mock.filter((name) => realOrder.has(name))];
  const from = one.findIndex((name, at) => name !== other[at]);
  if (from < 0 || one.length !== other.length) return ['', ''];
  const shown = (names: readonly string[]) => {
    const some = names.slice(from, from + 3).map((name) => normalise(name));
    return `${some.join(', ')}${names.length > from + 3 ? ', ...' : ''}`;
  };
  return [shown(one), shown(other)];
}

/** Returns which sides have an empty list at a place, as text; null for neither. */
function describeEmptySides(
  path: string,
  real: ReadonlyMap<string, Shape>,
  mock: ReadonlyMap<string, Shape>,
): string | null {
  const isEmpty = (side: ReadonlyMap<string, Shape>) =>
    side.get(path)?.types.has('array') === true && !side.has(`${path}[]`);
  const sides = [...(isEmpty(real) ? ['the real service'] : []), ...(isEmpty(mock) ? ['the mock'] : [])];
  return sides.length === 0 ? null : `the list is empty in ${sides.join(' and in ')}`;
}

function typesOf(shape: Shape | undefined): string {
  return shape === undefined ? '(missing)' : joinSorted(shape.types);
}

function joinSorted(set: ReadonlySet<string | null>): string {
  return [...set].sort().join(', ');
}

function onlyNullDiffers(one: Shape, other: Shape): boolean {
  const [left, right] = [one, other].map(({ types }) =>
    joinSorted(new Set([...types].filter((type) => type !== 'null'))),
  );
  return left === right || left === '' || right === '';
}

/** Whether a schema of OpenAPI 3.0 or 3.1 allows null. */
function allowsNull(schema: unknown): boolean {
  return memberOf(schema, 'nullable') === true || [memberOf(schema, 'type')].flat().includes('null');
}

function formatHeader(
  name: string,
  text: string | undefined,
  secrets: readonly string[],
  ids: readonly string[],
): string {
  if (text === undefined) return '(missing)';
  // `charset=utf-8` is the default for JSON (RFC 8259, 8.1).
  return normalise(name === 'content-type' ? text.replace(/;.*$/s, '').trim().toLowerCase() : text, secrets, ids);
}
