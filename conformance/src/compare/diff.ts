import { memberOf } from '../../../src/conformance-entry.ts';
import { differingIds, type SentRequest } from './account.ts';
import { normalise } from './normalise.ts';
import { allowedValues, classOf, type DifferenceClass, type Operation, type Operations } from './operations.ts';
import { isRead } from './plan.ts';
import { type Shape, shapesOf } from './shapes.ts';
import type { Difference, NotCompared, PlannedRequest, ServiceResponse } from './types.ts';

/** Headers that clients act on. */
const HEADERS = [
  'content-type',
  'www-authenticate',
  'location',
  'retry-after',
  'cache-control',
  'allow',
  // RFC 9745 and RFC 8594.
  'deprecation',
  'sunset',
] as const;

/** OpenID Connect Discovery and JWK sets. Their lists are settings of the service, not data of an account. */
const SETTINGS = /\/\.well-known\/|\/certs(?:$|\?)|jwks/;

/** The result of comparing two responses. */
export interface Findings {
  readonly differences: readonly Difference[];
  readonly notCompared: readonly NotCompared[];
}

type Kind = Difference['kind'];
type AddDifference = (path: string, real: string, mock: string, kind?: Kind, differenceClass?: DifferenceClass) => void;

/** What a comparison of responses knows besides the responses. */
interface ComparisonContext {
  /** Credentials, which no result repeats. */
  readonly secrets: readonly string[];
  readonly operations: Operations;
}

/** Compares the responses of the real service and the mock to one request. */
export function compareResponses(
  request: PlannedRequest,
  real: SentRequest,
  mock: SentRequest,
  context: ComparisonContext,
): Findings {
  const comparison = new ResponseComparison(request, real, mock, context);
  comparison.compareStatus();
  comparison.compareHeaders();
  // Bodies with different statuses have nothing in common.
  if (real.response.status === mock.response.status) comparison.compareBodies();
  const { differences, notCompared } = comparison;
  return { differences, notCompared };
}

/** The comparison of two responses to one request. */
class ResponseComparison {
  readonly differences: Difference[] = [];
  readonly notCompared: NotCompared[] = [];
  readonly #request: PlannedRequest;
  readonly #real: ServiceResponse;
  readonly #mock: ServiceResponse;
  readonly #context: ComparisonContext;
  readonly #operation: Operation | undefined;
  /** The ids that differ between the URLs of the two sides. */
  readonly #ids: readonly string[];
  /** Whether the responses may have different data, because they are about different objects. */
  readonly #mayDiffer: boolean;

  constructor(request: PlannedRequest, real: SentRequest, mock: SentRequest, context: ComparisonContext) {
    this.#request = request;
    this.#real = real.response;
    this.#mock = mock.response;
    this.#context = context;
    this.#operation = context.operations.find(request.method, request.url);
    this.#ids = [...differingIds(real.url, mock.url), ...differingIds(mock.url, real.url)];
    const isSameObject = (real.isCreated && mock.isCreated) || this.#ids.length === 0;
    this.#mayDiffer = isRead(request.method) && !isSameObject;
  }

  compareStatus(): void {
    this.#addDifference('status', String(this.#real.status), String(this.#mock.status));
  }

  compareHeaders(): void {
    const { secrets } = this.#context;
    for (const name of HEADERS) {
      // The bodies of different statuses may have different types.
      if (name === 'content-type' && this.#real.status !== this.#mock.status) continue;
      const readHeader = ({ headers }: ServiceResponse) => formatHeader(name, headers[name], secrets, this.#ids);
      this.#addDifference(`header ${name}`, readHeader(this.#real), readHeader(this.#mock));
    }
  }

  compareBodies(): void {
    const context = {
      secrets: this.#context.secrets,
      ids: this.#ids,
      url: this.#request.url,
      constantsAt: (path: string) => this.#constantsAt(path),
      formatAt: (path: string) => memberOf(this.#schemaAt(path), 'format'),
    };
    const real = shapesOf(this.#real, context);
    const mock = shapesOf(this.#mock, context);
    const reported = new Set<string>();
    for (const path of new Set([...real.keys(), ...mock.keys()])) {
      // The members of a value that is missing or has a different type are not reported.
      if (isBelow(reported, path)) continue;
      const emptySides = describeEmptySides(path, real, mock);
      if (emptySides !== null) this.notCompared.push({ ...this.#subject, place: path, reason: emptySides });
      const haveSameType = this.#compareShapes(path, real.get(path), mock.get(path));
      if (emptySides !== null || !haveSameType) reported.add(path);
    }
  }

  /** Compares the values at a path. Returns whether these have the same type, so that their members can be compared. */
  #compareShapes(path: string, real: Shape | undefined, mock: Shape | undefined): boolean {
    const [realTypes, mockTypes] = [typesOf(real), typesOf(mock)];
    if (real === undefined || mock === undefined) {
      const { operations } = this.#context;
      const isOptional = this.#mayDiffer && operations.isOptional(this.#operation, this.#real.status, path);
      this.#addDifference(path, realTypes, mockTypes, isOptional ? 'data' : 'behaviour');
      return false;
    }
    if (realTypes !== mockTypes) {
      const isNull = onlyNullDiffers(real, mock);
      const isData = isNull && allowsNull(this.#schemaAt(path));
      this.#addDifference(path, realTypes, mockTypes, isData ? 'data' : 'behaviour');
      return isNull;
    }
    const isSetting = this.#real.status >= 400 || SETTINGS.test(this.#request.url);
    const isOfAccount = !isSetting && (this.#mayDiffer || path.includes('[]'));
    compareValues(path, real, mock, isOfAccount, this.#constantsAt(path), this.#addDifference);
    return true;
  }

  get #subject(): Pick<Difference, 'request' | 'operation'> {
    return { request: this.#request.name, operation: this.#operation?.id ?? null };
  }

  #schemaAt(path: string): unknown {
    return this.#context.operations.schemaAt(this.#operation, this.#real.status, path);
  }

  #constantsAt(path: string): readonly string[] | null {
    return allowedValues(this.#schemaAt(path));
  }

  readonly #addDifference: AddDifference = (path, real, mock, kind = 'behaviour', differenceClass) => {
    if (real === mock) return;
    const found = { place: path, real, mock };
    this.differences.push({
      ...this.#subject,
      class: differenceClass ?? classOf(this.#request, found, this.#real.status, this.#schemaAt(path)),
      ...found,
      kind,
    });
  };
}

/** Returns whether a path is below one of `ancestors`. */
function isBelow(ancestors: ReadonlySet<string>, path: string): boolean {
  for (const { index } of path.matchAll(/[.[]/g)) if (ancestors.has(path.slice(0, index))) return true;
  return false;
}

/** Compares the counts, orders, id forms and values at a path. @param isOfAccount other values are only other data */
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
  const orders = describeOrders(real.order, mock.order);
  addDifference(path, orders.real, orders.mock, 'behaviour', 'order of a list');
  const forms = [real.idForms, mock.idForms];
  const isGenerated = forms.every((form) => form.size > 0 && !form.has(null));
  if (isGenerated && ![...real.idForms].some((form) => mock.idForms.has(form)))
    addDifference(path, joinSorted(real.idForms), joinSorted(mock.idForms), 'behaviour', 'id form');
  const isNew = constants !== null && [...real.values].some((value) => !constants.includes(value));
  const isData = !isNew && (real.isData || mock.isData || isOfAccount);
  addDifference(path, joinSorted(real.values), joinSorted(mock.values), isData ? 'data' : 'behaviour');
}

/** The maximum number of entries to show of a list in another order. */
const MAX_ORDERED_ENTRIES = 3;

/** Describes the common entries of two lists, from the first one whose position differs; empty if they have one order. */
function describeOrders(real: readonly string[], mock: readonly string[]): { real: string; mock: string } {
  const [realNames, mockNames] = [new Set(real), new Set(mock)];
  const commonInReal = real.filter((name) => mockNames.has(name));
  const commonInMock = mock.filter((name) => realNames.has(name));
  const start = commonInReal.findIndex((name, index) => name !== commonInMock[index]);
  if (start < 0 || commonInReal.length !== commonInMock.length) return { real: '', mock: '' };
  const end = start + MAX_ORDERED_ENTRIES;
  const format = (names: readonly string[]) => {
    const shown = names.slice(start, end).map((name) => normalise(name));
    return `${shown.join(', ')}${names.length > end ? ', ...' : ''}`;
  };
  return { real: format(commonInReal), mock: format(commonInMock) };
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

/** Returns whether two values have the same types except null. A value that is always null may have any type. */
function onlyNullDiffers(real: Shape, mock: Shape): boolean {
  const listTypes = ({ types }: Shape) => joinSorted(new Set([...types].filter((type) => type !== 'null')));
  const [realTypes, mockTypes] = [listTypes(real), listTypes(mock)];
  return realTypes === mockTypes || realTypes === '' || mockTypes === '';
}

/** Returns whether a schema of OpenAPI 3.0 or 3.1 allows null. */
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
