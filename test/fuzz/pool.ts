const MAX_VALUES = 60;
const MAX_BODIES = 20;
const MAX_LENGTH = 3000;

/** Values that mean something to a server, by the name of the member they stood in. */
export class Pool {
  readonly #learnt = new Map<string, Set<string>>();
  #frozen = new Map<string, readonly string[]>();
  /** Bodies that were accepted, by operation. */
  readonly #bodies = new Map<string, unknown[]>();
  #frozenBodies = new Map<string, readonly unknown[]>();

  /** @param place what its ids are ids of, such as the path of their collection */
  learn(value: unknown, place = ''): void {
    for (const [name, text] of texts(value, '')) {
      this.#add(plain(name), text);
      if (name === 'id' && place !== '') this.#add(place, text);
    }
  }

  accepted(operation: string, body: unknown): void {
    const known = this.#bodies.get(operation) ?? [];
    if (known.length < MAX_BODIES) this.#bodies.set(operation, [...known, body]);
  }

  /** Objects are found where all parts of a path belong together. */
  acceptedPath(names: readonly string[], segments: readonly string[]): void {
    this.accepted(pathKey(names), segments);
  }

  pickPath(names: readonly string[], choice: number): readonly string[] | undefined {
    return this.pickBody(pathKey(names), choice) as readonly string[] | undefined;
  }

  /** What was learnt counts from now on: until the next time the same choice gives the same value. */
  freeze(): void {
    this.#frozen = new Map([...this.#learnt].map(([name, values]) => [name, [...values]]));
    this.#frozenBodies = new Map(this.#bodies);
  }

  /** One of the values under the first of the names that has any, by a number. */
  pick(names: readonly string[], choice: number): string | undefined {
    for (const name of names) {
      const values = this.#frozen.get(name) ?? this.#frozen.get(plain(name)) ?? [];
      if (values.length > 0) return values[choice % values.length];
    }
    return undefined;
  }

  pickBody(operation: string, choice: number): unknown {
    const bodies = this.#frozenBodies.get(operation) ?? [];
    return bodies[choice % bodies.length];
  }

  #add(name: string, text: string): void {
    const known = this.#learnt.get(name) ?? new Set();
    if (known.size < MAX_VALUES) known.add(text);
    this.#learnt.set(name, known);
  }
}

function pathKey(names: readonly string[]): string {
  return `path:${names.join()}`;
}

/** `client_id`, `clientID` and `clientId` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Keys are left out: members that are called `key` hold anything, and what is sent in one may be shown again. */
function isUseful(text: string): boolean {
  return text.length > 0 && text.length < MAX_LENGTH && !text.startsWith('nvapi-');
}

/** Every text and number below a value, with the name it stands under. */
function texts(value: unknown, name: string): [name: string, text: string][] {
  if (typeof value === 'string') return isUseful(value) ? [[name, value]] : [];
  if (typeof value === 'number') return [[name, String(value)]];
  if (Array.isArray(value)) return value.slice(0, 50).flatMap((one) => texts(one, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => texts(one, key));
}
