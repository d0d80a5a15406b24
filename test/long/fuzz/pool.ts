/** The maximum number of different values of one name. */
const MAX_VALUES = 60;
/** The maximum number of bodies of one operation, and of paths with the same parameters. */
const MAX_SAMPLES = 20;
/** Strings of this length or longer are not kept: they are contents, which no other request refers to. */
const MAX_LENGTH = 3000;
/** The maximum number of items of an array from which values are taken. */
const MAX_ITEMS = 50;
/** The prefix of API keys. */
const KEY_PREFIX = 'nvapi-';

/**
 * Values seen in responses, by field name, for reuse in later requests. What is added can be picked only after the next
 * `freeze`, so that between two calls the same choice always returns the same value.
 */
export class ValuePool {
  /** The values by field name, normalized except for the collections of ids. */
  readonly #values = new Map<string, Set<string>>();
  #frozenValues = new Map<string, readonly string[]>();
  /** Accepted bodies by operation. */
  readonly #bodies = new Map<string, readonly unknown[]>();
  #frozenBodies = new Map<string, readonly unknown[]>();
  /** Values of path parameters in accepted requests, by the names of the parameters. */
  readonly #paths = new Map<string, readonly (readonly string[])[]>();
  #frozenPaths = new Map<string, readonly (readonly string[])[]>();

  /**
   * Adds all strings and numbers in a value.
   *
   * @param collection a second name for the ids in the value
   */
  addValues(value: unknown, collection = ''): void {
    for (const { name, text } of listTexts(value, '')) {
      this.#add(normalizeName(name), text);
      if (name === 'id' && collection !== '') this.#add(collection, text);
    }
  }

  /** Adds a body that an operation has accepted. */
  addBody(operation: string, body: unknown): void {
    addSample(this.#bodies, operation, body);
  }

  /** Adds the values of all parameters of an accepted path together: an object is only found if they belong together. */
  addPath(names: readonly string[], values: readonly string[]): void {
    addSample(this.#paths, names.join(), values);
  }

  /** Makes everything that has been added available to the methods below. */
  freeze(): void {
    this.#frozenValues = new Map([...this.#values].map(([name, values]) => [name, [...values]]));
    this.#frozenBodies = new Map(this.#bodies);
    this.#frozenPaths = new Map(this.#paths);
  }

  /**
   * Picks a value of the first of these names that has values.
   *
   * @param choice any whole number; the same number picks the same value
   */
  pick(names: readonly string[], choice: number): string | undefined {
    for (const name of names) {
      const values = this.#frozenValues.get(name) ?? this.#frozenValues.get(normalizeName(name)) ?? [];
      if (values.length > 0) return values[choice % values.length];
    }
    return undefined;
  }

  /** Picks a body that the operation has accepted. */
  pickBody(operation: string, choice: number): unknown {
    return pickSample(this.#frozenBodies, operation, choice);
  }

  /** Picks values for the parameters of a path. */
  pickPath(names: readonly string[], choice: number): readonly string[] | undefined {
    return pickSample(this.#frozenPaths, names.join(), choice);
  }

  #add(name: string, text: string): void {
    const known = this.#values.get(name) ?? new Set();
    if (known.size < MAX_VALUES) known.add(text);
    this.#values.set(name, known);
  }
}

/** Adds a sample under a key, unless it has enough. */
function addSample<Sample>(samples: Map<string, readonly Sample[]>, key: string, sample: Sample): void {
  const known = samples.get(key) ?? [];
  if (known.length < MAX_SAMPLES) samples.set(key, [...known, sample]);
}

/** Picks a sample under a key; undefined if it has none. */
function pickSample<Sample>(
  samples: ReadonlyMap<string, readonly Sample[]>,
  key: string,
  choice: number,
): Sample | undefined {
  const known = samples.get(key) ?? [];
  return known[choice % known.length];
}

/** Returns one spelling for `client_id`, `clientID` and `clientId`. */
function normalizeName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/**
 * Returns whether a string can be reused. API keys cannot: fields called `key` may be sent with any content, and a
 * response may repeat that content, but no response may contain a key.
 */
function isReusable(text: string): boolean {
  return text.length > 0 && text.length < MAX_LENGTH && !text.startsWith(KEY_PREFIX);
}

/** A string or number in a value, with the name of its field. */
interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Lists the strings and numbers in a value. Items of an array have the name of the array. */
function listTexts(value: unknown, name: string): readonly NamedText[] {
  if (typeof value === 'string') return isReusable(value) ? [{ name, text: value }] : [];
  if (typeof value === 'number') return [{ name, text: String(value) }];
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).flatMap((item) => listTexts(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => listTexts(member, key));
}
