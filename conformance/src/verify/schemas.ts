import { Pacer, UserError } from '../../../src/conformance-entry.ts';
import {
  type AddDifference,
  canonicalJson,
  classOfEffect,
  compareNames,
  describeMissingName,
  describeNames,
  describeValues,
  type Effect,
  onlyIn,
  pairByName,
  type Side,
  textOrJson,
  toSafeLine,
} from './difference.ts';
import { membersOf, type OpenApiDocument, referenceOf } from './open-api.ts';
import { type Alternatives, BOUNDS, SchemaReader, type Schemas, type SchemaView } from './schema-view.ts';

/** A pair of schemas, and the path of their values. */
interface Pair {
  readonly theirs: Schemas;
  readonly ours: Schemas;
  readonly path: string;
  readonly depth: number;
}

/** The comparison of a pair and everything nested in it. */
interface Comparison {
  readonly side: Side;
  readonly queue: Pair[];
  readonly seen: Set<string>;
  /** The comparison that waits for this one. Its pairs count as equal, because schemas can be recursive. */
  readonly outer: Comparison | null;
  readonly addDifference: AddDifference;
}

const MAX_DEPTH = 500;
const MAX_STEPS = 1_000_000;

/** Compares schemas of a vendor's document with the mock's. */
export class SchemaComparison {
  readonly #theirs: SchemaReader;
  readonly #ours: SchemaReader;
  readonly #name: string;
  /** Results of earlier comparisons. */
  readonly #equal = new Set<string>();
  readonly #unequal = new Set<string>();
  readonly #pacer = new Pacer();
  #steps = 0;

  constructor(theirs: OpenApiDocument, ours: OpenApiDocument) {
    const spend = (steps: number) => this.#spend(steps);
    this.#name = theirs.name;
    this.#theirs = new SchemaReader(theirs, spend);
    this.#ours = new SchemaReader(ours, spend);
  }

  /**
   * Reports the differences between two schemas of a message. A recurring pair is only compared at its first place, so that
   * shared schemas don't multiply the work and the list.
   */
  async compare(
    theirs: unknown,
    ours: unknown,
    side: Side,
    where: string,
    addDifference: AddDifference,
  ): Promise<void> {
    let isEqual = true;
    const comparison = createComparison(
      { theirs: [theirs], ours: [ours], path: '', depth: 0 },
      side,
      null,
      (path, ...difference) => {
        isEqual = false;
        addDifference(path === '' ? where : `${where} ${path}`, ...difference);
      },
    );
    await this.#finish(comparison, () => true);
    if (isEqual) for (const key of comparison.seen) this.#equal.add(key);
  }

  async #finish(comparison: Comparison, shouldContinue: () => boolean): Promise<void> {
    for (let next = 0; next < comparison.queue.length && shouldContinue(); next += 1) {
      if (this.#pacer.isLong) await this.#pacer.pause();
      const pair = comparison.queue[next] as Pair;
      const [theirs, ours] = [this.#theirs.view(pair.theirs), this.#ours.view(pair.ours)];
      const key = keyOf(comparison.side, theirs, ours);
      if (this.#equal.has(key) || wasSeen(comparison, key)) continue;
      comparison.seen.add(key);
      this.#spend(1 + theirs.properties.size);
      if (pair.depth > MAX_DEPTH)
        throw new UserError(`${this.#name} has schemas nested deeper than ${MAX_DEPTH} levels.`);
      await this.#compareViews(comparison, pair, theirs, ours);
    }
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new UserError(`${this.#name} has more schemas than can be compared.`);
  }

  async #compareViews(comparison: Comparison, pair: Pair, theirs: SchemaView, ours: SchemaView): Promise<void> {
    if (await this.#compareOnlyAlternatives(comparison, pair, theirs, ours)) return;
    if (!compareTypes(comparison, pair, theirs, ours)) return;
    compareValues(comparison, pair, theirs, ours);
    comparePlain(comparison, pair, theirs, ours);
    await this.#compareMembers(comparison, pair, theirs, ours);
    pushNested(comparison, pair, '[]', theirs.items, ours.items);
    compareAdditional(comparison, pair, theirs, ours);
    await this.#compareAlternatives(comparison, pair, theirs.alternatives, ours.alternatives);
    for (const [keyword, one = [], other = []] of pairByName(theirs.others, ours.others)) {
      if (await this.#isEqual(comparison, one, other)) continue;
      // Adding one of these keywords always allows fewer values.
      const effect = other.length === 0 ? 'narrows' : one.length === 0 ? 'widens' : 'alters';
      addEffect(comparison, pair, toSafeLine(keyword), effect, describeValues(one[0], other[0]));
    }
  }

  /** Compares properties. `required` is not reported separately for a property that only one side has. */
  async #compareMembers(comparison: Comparison, pair: Pair, theirs: SchemaView, ours: SchemaView): Promise<void> {
    const { side, addDifference } = comparison;
    const names = new Set([
      ...theirs.properties.keys(),
      ...ours.properties.keys(),
      ...theirs.required,
      ...ours.required,
    ]);
    const onlyTheirs = [...theirs.properties.keys()].filter((name) => !ours.properties.has(name));
    for (const name of [...names].sort()) {
      if (this.#pacer.isLong) await this.#pacer.pause();
      const [one, other] = [theirs.properties.get(name), ours.properties.get(name)];
      const isThere = one !== undefined && this.#theirs.view(one).absentIn !== side;
      const isOurs = other !== undefined && this.#ours.view(other).absentIn !== side;
      if ((one ?? other) !== undefined && !isThere && !isOurs) continue;
      const path = pair.path === '' ? toSafeLine(name) : `${pair.path}.${toSafeLine(name)}`;
      const [isRequired, wasRequired] = [theirs.required.has(name), ours.required.has(name)];
      if (isThere && !isOurs) {
        const found = side === 'request' && isRequired ? 'breaks-requests' : 'widens';
        addDifference(path, 'field', found, `${onlyIn(true)}${isRequired ? ', required' : ''}`);
      } else if (isOurs && !isThere) {
        // The document may have it on the opposite side.
        const what =
          one === undefined ? describeMissingName(name, onlyTheirs) : `${onlyIn(false)}; ${describeAbsence(side)}`;
        addDifference(path, 'field', `breaks-${side}s`, what);
      } else {
        if (isRequired !== wasRequired) {
          addDifference(path, 'required', classOfEffect(side, isRequired ? 'narrows' : 'widens'), onlyIn(isRequired));
        }
        if (one !== undefined && other !== undefined)
          comparison.queue.push({ theirs: one, ours: other, path, depth: pair.depth + 1 });
      }
    }
  }

  /** Compares `string` with `oneOf: [string, integer]` as one additional alternative. */
  async #compareOnlyAlternatives(
    comparison: Comparison,
    pair: Pair,
    theirs: SchemaView,
    ours: SchemaView,
  ): Promise<boolean> {
    const { alternatives: one } = theirs;
    const { alternatives: other } = ours;
    if ((one === null) === (other === null)) return false;
    if (theirs.isOpen || ours.isOpen) {
      const count = `${(one ?? other)?.branches.length} alternatives`;
      const what = `${theirs.isOpen ? 'any value' : count} in the document, ${ours.isOpen ? 'any value' : count} in the mock`;
      addEffect(comparison, pair, (one ?? other)?.keyword ?? 'oneOf', theirs.isOpen ? 'widens' : 'narrows', what);
      return true;
    }
    if (theirs.key === '' || ours.key === '') return false;
    if (one?.isAll === true) {
      await this.#compareAlternatives(comparison, pair, one, { ...one, branches: [pair.ours] });
    } else if (other?.isAll === true) {
      await this.#compareAlternatives(comparison, pair, { ...other, branches: [pair.theirs] }, other);
    } else return false;
    return true;
  }

  /** Pairs equal alternatives, then those with the same label. If one of each remains, these two are compared. */
  async #compareAlternatives(
    comparison: Comparison,
    pair: Pair,
    theirs: Alternatives | null,
    ours: Alternatives | null,
  ): Promise<void> {
    const keyword = (theirs ?? ours)?.keyword ?? 'oneOf';
    const compare = (one: Schemas, other: Schemas, step: string) =>
      comparison.queue.push({ theirs: one, ours: other, path: `${pair.path} ${step}`.trim(), depth: pair.depth + 1 });
    const rest = new Set(ours?.branches);
    const unequal: Schemas[] = [];
    for (const branch of theirs?.branches ?? []) {
      const other = await this.#equalOf(comparison, branch, rest);
      if (other === undefined) unequal.push(branch);
      else rest.delete(other);
    }
    const unpaired = unequal.filter((branch) => {
      const label = createLabel(branch);
      const other = [...rest].find((one) => createLabel(one) === label);
      if (other === undefined) return true;
      rest.delete(other);
      compare(branch, other, `${keyword} ${label}`);
      return false;
    });
    const [[one], [other]] = [unpaired, rest];
    if (unpaired.length === 1 && rest.size === 1 && one !== undefined && other !== undefined) {
      compare(one, other, keyword);
    } else if (unpaired.length + rest.size > 0) {
      // If only one side has alternatives, it allows fewer values.
      const isMore = theirs === null || (ours !== null && rest.size === 0);
      const isLess = ours === null || (theirs !== null && unpaired.length === 0);
      const what = describeNames(unpaired.map(createLabel), [...rest].map(createLabel));
      addEffect(comparison, pair, keyword, isMore ? 'widens' : isLess ? 'narrows' : 'alters', what);
    } else if (theirs?.keyword !== ours?.keyword) {
      const effect = theirs?.keyword === 'oneOf' ? 'narrows' : 'widens';
      addEffect(comparison, pair, keyword, effect, describeValues(theirs?.keyword, ours?.keyword));
    }
  }

  async #equalOf(comparison: Comparison, theirs: Schemas, ours: Iterable<Schemas>): Promise<Schemas | undefined> {
    for (const one of ours) if (await this.#isEqual(comparison, theirs, one)) return one;
    return undefined;
  }

  async #isEqual(outer: Comparison, theirs: Schemas, ours: Schemas): Promise<boolean> {
    const key = keyOf(outer.side, this.#theirs.view(theirs), this.#ours.view(ours));
    if (this.#unequal.has(key)) return false;
    let isEqual = true;
    const comparison = createComparison(
      { theirs, ours, path: '', depth: nestedDepth(outer) },
      outer.side,
      outer,
      () => {
        isEqual = false;
      },
    );
    await this.#finish(comparison, () => isEqual);
    if (!isEqual) this.#unequal.add(key);
    return isEqual;
  }
}

function createComparison(root: Pair, side: Side, outer: Comparison | null, addDifference: AddDifference): Comparison {
  return { side, queue: [root], seen: new Set(), outer, addDifference };
}

/** Nested comparisons are nested calls, so each adds to the depth. */
function nestedDepth(comparison: Comparison): number {
  return (comparison.queue[0]?.depth ?? 0) + MAX_DEPTH / 50;
}

function keyOf(side: Side, theirs: SchemaView, ours: SchemaView): string {
  return `${side} ${theirs.key}=${ours.key}`;
}

function wasSeen(comparison: Comparison, key: string): boolean {
  for (let at: Comparison | null = comparison; at !== null; at = at.outer) if (at.seen.has(key)) return true;
  return false;
}

const MAX_LABEL_LENGTH = 40;

/** Returns a label for a schema: its name, or otherwise its type with its format or members. */
function createLabel([schema]: Schemas): string {
  const { type = 'any type', format, properties } = membersOf(schema);
  const members = Object.keys(membersOf(properties)).sort().join(', ');
  const types = [type].flat().map(textOrJson).join(' or ');
  const parts = [types, ...(format === undefined ? [] : [textOrJson(format)]), ...(members ? [`{${members}}`] : [])];
  return toSafeLine(referenceOf(schema)?.split('/').at(-1) ?? parts.join(' '), MAX_LABEL_LENGTH);
}

function describeAbsence(side: Side): string {
  return `${side === 'request' ? 'readOnly' : 'writeOnly'} in the document`;
}

function addEffect(
  { side, addDifference }: Comparison,
  { path }: Pair,
  kind: string,
  effect: Effect,
  what: string,
): void {
  addDifference(path, kind, classOfEffect(side, effect), what);
}

function pushNested(comparison: Comparison, { path, depth }: Pair, step: string, theirs: Schemas, ours: Schemas): void {
  if (theirs.length + ours.length > 0)
    comparison.queue.push({ theirs, ours, path: `${path}${step}`, depth: depth + 1 });
}

const ALL_TYPES = ['array', 'boolean', 'number', 'object', 'string'];

/** Compares types. @returns whether they have one in common, so that other keywords are worth comparing */
function compareTypes(comparison: Comparison, pair: Pair, theirs: SchemaView, ours: SchemaView): boolean {
  const [one, other] = [typesOf(theirs), typesOf(ours)];
  const [found, isNull] = [
    compareNames(withInteger(one, other), withInteger(other, one)),
    acceptsNull(theirs) !== acceptsNull(ours),
  ];
  if (found !== null) {
    const what = `${describeTypes(theirs, isNull)} in the document, ${describeTypes(ours, isNull)} in the mock`;
    const isBoth = isNull && (found.effect === 'widens') !== acceptsNull(theirs);
    addEffect(comparison, pair, 'type', isBoth ? 'alters' : found.effect, what);
  } else if (isNull) {
    addEffect(comparison, pair, 'nullable', acceptsNull(theirs) ? 'widens' : 'narrows', onlyIn(acceptsNull(theirs)));
  }
  return [...withInteger(one, other)].some((type) => withInteger(other, one).has(type)) || one.size + other.size === 0;
}

function describeTypes(view: SchemaView, showsNull: boolean): string {
  if (view.types === null) return 'any type';
  const types = [...view.types, ...(showsNull && acceptsNull(view) ? ['null'] : [])];
  return types.join(' or ') || 'nothing';
}

/** Adds `integer` to `number` if the other schema has it, because an integer is a number. */
function withInteger(types: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return types.has('number') && other.has('integer') ? new Set([...types, 'integer']) : types;
}

function typesOf({ types }: SchemaView): ReadonlySet<string> {
  return types ?? new Set(ALL_TYPES);
}

function acceptsNull({ types, alternatives, isNullable }: SchemaView): boolean {
  return isNullable || (types === null && alternatives === null);
}

function compareValues(
  comparison: Comparison,
  pair: Pair,
  { values: theirs }: SchemaView,
  { values: ours }: SchemaView,
): void {
  if (theirs !== null && ours !== null) {
    const found = compareNames(theirs, ours);
    if (found !== null) addEffect(comparison, pair, 'enum', found.effect, found.what);
  } else if (theirs !== ours) {
    addEffect(comparison, pair, 'enum', theirs === null ? 'widens' : 'narrows', onlyIn(theirs !== null));
  }
}

function comparePlain(
  comparison: Comparison,
  pair: Pair,
  { plain: theirs }: SchemaView,
  { plain: ours }: SchemaView,
): void {
  for (const [keyword, one, other] of pairByName(theirs, ours)) {
    if (isImplied(keyword, one, ours) || isImplied(keyword, other, theirs)) continue;
    if (canonicalJson(one) === canonicalJson(other) || (keyword === 'default' && comparison.side === 'answer'))
      continue;
    addEffect(comparison, pair, keyword, effectOf(keyword, one, other), describeValues(one, other));
  }
}

/** Whether a length is implied by `format: uuid`: a UUID has 36 characters (RFC 9562, section 4). */
function isImplied(keyword: string, value: unknown, other: ReadonlyMap<string, unknown>): boolean {
  if (other.get('format') !== 'uuid' || other.has(keyword)) return false;
  return (keyword === 'minLength' && Number(value) <= 36) || (keyword === 'maxLength' && Number(value) >= 36);
}

function effectOf(keyword: string, theirs: unknown, ours: unknown): Effect {
  if (keyword === 'default') return 'alters';
  if (ours === undefined) return 'narrows';
  if (theirs === undefined) return 'widens';
  const bound = BOUNDS.get(keyword);
  if (bound === undefined) return 'alters';
  return bound(Number(theirs), Number(ours)) === theirs ? 'narrows' : 'widens';
}

function compareAdditional(
  comparison: Comparison,
  pair: Pair,
  { additional: theirs }: SchemaView,
  { additional: ours }: SchemaView,
) {
  if (theirs !== null && ours !== null) pushNested(comparison, pair, '.*', theirs, ours);
  else if (theirs !== ours) {
    const what = `further members are allowed ${onlyIn(theirs !== null)}`;
    addEffect(comparison, pair, 'additionalProperties', theirs === null ? 'narrows' : 'widens', what);
  }
}
