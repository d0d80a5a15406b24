import { type Question, type Seen, seenOf } from './decide.ts';
import { type Budget, bytesOf, Held } from './held.ts';
import type { Principal } from './principal.ts';

/** Something that a credential was used for: an operation on an object, or on none that resources could name. */
export interface Use {
  readonly operation: string;
  readonly question: Pick<Question, 'rule' | 'law'>;
  /** What the look-up saw; null if there was none, or if it found nothing. */
  readonly sighting: Seen | null;
  /** The first request of this kind. */
  readonly example: { readonly method: string; readonly path: string };
}

/** One use of a credential. */
export interface Note extends Use {
  readonly principal: Principal;
}

/** A credential, and what it was used for. */
export interface UsesOfCredential {
  readonly principal: Principal;
  readonly uses: readonly Use[];
}

/** How many uses of one credential are kept, and how many bytes they may take. */
const MOST_USES = 1000;
const MOST_BYTES = 2 * 1024 * 1024;
/** What a credential, and each use, takes besides what differs. */
const CREDENTIAL_BYTES = 500;
const USE_BYTES = 400;
/** Parts of an object beyond these are not kept: a resource that names only those is then not seen to be enough. */
const MOST_PARTS = 100;

/** What distinguishes a credential: a key by its id, somebody's access keys by their client ids. */
export function credentialOf({ kind, id, clientId = '' }: Principal): string {
  return `${kind} ${id} ${clientId}`;
}

/**
 * What each credential of a world was used for, as far as it was allowed or let pass. It is asked of every request, so a
 * use that is known costs two look-ups.
 */
export class Uses {
  readonly #byCredential: Held<Credential>;
  /** How many credentials were begun: more than there are once some had to make room. */
  #begun = 0;
  #isCut = false;
  readonly #told: ((use: Note) => void) | null;

  /** @param told is told of uses that were not known here, where processes keep them together */
  constructor(budget: Budget, told: ((use: Note) => void) | null = null) {
    this.#told = told;
    this.#byCredential = new Held(budget, ({ bytes }) => bytes);
  }

  /** Was anything left out, or forgotten, for want of room? */
  get isFull(): boolean {
    return this.#isCut || this.#begun > this.#byCredential.size;
  }

  /** Keeps a use unless it is known. @param sighting null if no object is known */
  note(
    principal: Principal,
    operation: string,
    { rule, law }: Use['question'],
    sighting: Seen | null,
    example: Use['example'],
  ): void {
    const isNew = this.#keep(principal, operation, { rule, law }, sighting, example);
    if (isNew && this.#told !== null) {
      this.#told({
        principal,
        operation,
        question: { rule, law },
        sighting: sighting && bounded(seenOf(sighting)),
        example,
      });
    }
  }

  /** Keeps a use that was noted elsewhere. */
  take({ principal, operation, question, sighting, example }: Note): void {
    this.#keep(principal, operation, question, sighting, example);
  }

  /** @returns whether it was new */
  #keep(
    principal: Principal,
    operation: string,
    { rule, law }: Use['question'],
    sighting: Seen | null,
    example: Use['example'],
  ): boolean {
    const name = credentialOf(principal);
    const credential = this.#byCredential.find(name) ?? this.#begin(name, principal);
    const key = `${law.service} ${operation} ${placeOf(sighting)}`;
    const { uses } = credential;
    if (uses.has(key)) return false;
    const use = { operation, question: { rule, law }, sighting: sighting && bounded(seenOf(sighting)), example };
    const bytes = USE_BYTES + 2 * (key.length + example.path.length) + bytesOf(use.sighting);
    if (uses.size >= MOST_USES || credential.bytes + bytes > MOST_BYTES) {
      this.#isCut = true;
      return false;
    }
    uses.set(key, use);
    credential.bytes += bytes;
    // It is weighed anew.
    this.#byCredential.keep(name, credential);
    return true;
  }

  /** Oldest first. */
  list(): readonly UsesOfCredential[] {
    return this.#byCredential
      .newestFirst()
      .reverse()
      .map(({ principal, uses }) => ({ principal, uses: [...uses.values()] }));
  }

  clear(): void {
    this.#byCredential.clear();
    this.#begun = 0;
    this.#isCut = false;
  }

  #begin(name: string, principal: Principal): Credential {
    this.#begun += 1;
    return this.#byCredential.keep(name, { principal, uses: new Map(), bytes: CREDENTIAL_BYTES });
  }
}

interface Credential {
  readonly principal: Principal;
  readonly uses: Map<string, Use>;
  bytes: number;
}

/** The object as far as resources can tell it from others: its relation, and its fullest name. */
function placeOf(sighting: Seen | null): string {
  if (sighting?.seen !== 'object' || sighting.reach === undefined) return '';
  const { relation, names } = sighting.reach;
  let fullest = '';
  for (const type in names) fullest = `${type} ${names[type]}`;
  return `${relation} ${fullest}`;
}

function bounded(seen: Seen): Seen {
  if (seen.seen !== 'object' || seen.reach?.parts === undefined) return seen;
  const parts = Object.entries(seen.reach.parts).map(([type, names]) => [type, names.slice(0, MOST_PARTS)] as const);
  return { seen: 'object', reach: { ...seen.reach, parts: Object.fromEntries(parts) } };
}
