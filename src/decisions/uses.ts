import { estimateBytes } from '../memory/bytes.ts';
import { type SharedCache, WorldCache } from '../memory/caches.ts';
import {
  type AccessRequest,
  objectsOf,
  type ResourceAttributes,
  type ResourceState,
  resourceStateOf,
} from './decide.ts';
import type { Principal } from './principal.ts';

/** A use of a credential: an operation, and its object if it has one that resources can name. */
export interface Use {
  readonly operation: string;
  readonly accessRequest: Pick<AccessRequest, 'rule' | 'ruleset'>;
  /** The lookup result; null if there was no lookup, or no object. */
  readonly lookedUp: ResourceState | null;
  /** The first such request. */
  readonly example: { readonly method: string; readonly path: string };
}

/** A credential and its uses. */
export interface UsesOfCredential {
  readonly principal: Principal;
  readonly uses: readonly Use[];
}

/** Limits for the uses of one credential. */
const MAX_USES = 1000;
const MAX_BYTES = 2 * 1024 * 1024;
/** The fixed size of a credential and of a use. */
const CREDENTIAL_BYTES = 500;
const USE_BYTES = 400;
export const sizeOfUses = ({ bytes }: CredentialUses) => bytes;
/** Parts of an object beyond this number are dropped. A resource that names only dropped parts seems insufficient. */
const MAX_PARTS = 100;

/** The key of a credential: a key's id, or an access key's client id. */
export function credentialKeyOf({ kind, id, clientId = '' }: Principal): string {
  return `${kind} ${id} ${clientId}`;
}

/**
 * The uses of each credential of a world, from allowed and observed requests. Called for every request, so a known use
 * costs only two map lookups.
 */
export class Uses {
  readonly #byCredential: WorldCache<CredentialUses>;
  /** Credentials ever added, including evicted ones. */
  #begun = 0;
  #isCut = false;

  constructor(shared: SharedCache<CredentialUses>) {
    this.#byCredential = new WorldCache(shared);
  }

  /** Was a use dropped because a limit was reached? */
  get isFull(): boolean {
    return this.#isCut || this.#begun > this.#byCredential.values().length;
  }

  /** Keeps a new use. @param lookedUp null if no object is known */
  record(
    principal: Principal,
    operation: string,
    { rule, ruleset }: Use['accessRequest'],
    lookedUp: ResourceState | null,
    example: Use['example'],
  ): void {
    const name = credentialKeyOf(principal);
    const credential = this.#byCredential.get(name) ?? this.#begin(name, principal);
    const key = `${ruleset.service} ${operation} ${placeOf(lookedUp)}`;
    const { uses } = credential;
    if (uses.has(key)) return;
    const use = {
      operation,
      accessRequest: { rule, ruleset },
      lookedUp: lookedUp && limitParts(resourceStateOf(lookedUp)),
      example,
    };
    const bytes = USE_BYTES + 2 * (key.length + example.path.length) + estimateBytes(use.lookedUp);
    if (uses.size >= MAX_USES || credential.bytes + bytes > MAX_BYTES) {
      this.#isCut = true;
      return;
    }
    uses.set(key, use);
    credential.bytes += bytes;
    // Updates its size in the cache.
    this.#byCredential.set(name, credential);
  }

  /** In the order of the credentials' first uses. */
  list(): readonly UsesOfCredential[] {
    return this.#byCredential
      .values()
      .sort((one, other) => one.order - other.order)
      .map(({ principal, uses }) => ({ principal, uses: [...uses.values()] }));
  }

  clear(): void {
    this.#byCredential.clear();
    this.#begun = 0;
    this.#isCut = false;
  }

  #begin(name: string, principal: Principal): CredentialUses {
    this.#begun += 1;
    const begun = { principal, order: this.#begun, uses: new Map(), bytes: CREDENTIAL_BYTES };
    this.#byCredential.set(name, begun);
    return begun;
  }
}

/** The uses of one credential, as they are cached. */
export interface CredentialUses {
  readonly principal: Principal;
  /** Among the credentials of its world, in the order of their first uses. */
  readonly order: number;
  readonly uses: Map<string, Use>;
  bytes: number;
}

/** The key of the objects for resources: their relations and most specific names. */
function placeOf(lookedUp: ResourceState | null): string {
  if (lookedUp?.found !== 'object' || lookedUp.attributes === undefined) return '';
  return objectsOf(lookedUp.attributes).map(placeOfOne).join(' ');
}

function placeOfOne({ relation, names }: ResourceAttributes): string {
  let fullest = '';
  for (const type in names) fullest = `${type} ${names[type]}`;
  return `${relation} ${fullest}`;
}

function limitParts(seen: ResourceState): ResourceState {
  if (seen.found !== 'object' || seen.attributes?.parts === undefined) return seen;
  const parts = Object.entries(seen.attributes.parts).map(
    ([type, names]) => [type, names.slice(0, MAX_PARTS)] as const,
  );
  return { found: 'object', attributes: { ...seen.attributes, parts: Object.fromEntries(parts) } };
}
