import { estimateBytes, type SharedCache, WorldCache } from '../lib/memory.ts';
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

export interface UsesOfCredential {
  readonly principal: Principal;
  readonly uses: readonly Use[];
}

/** The maximum number of uses that are kept of one credential, and their maximum size. */
const MAX_USES = 1000;
const MAX_BYTES = 2 * 1024 * 1024;
/** Estimates of the size of a credential and of a use, without their strings. */
const CREDENTIAL_BYTES = 500;
const USE_BYTES = 400;
/** Parts of an object beyond this number are dropped. A resource that names only dropped parts seems insufficient. */
const MAX_PARTS = 100;

export function sizeOfUses({ bytes }: CredentialUses): number {
  return bytes;
}

export function credentialKeyOf({ kind, id, clientId = '' }: Principal): string {
  return `${kind} ${id} ${clientId}`;
}

/** The uses of each credential of a world, from allowed requests. A known use costs only two map lookups. */
export class Uses {
  readonly #byCredential: WorldCache<CredentialUses>;
  /** The number of credentials that were added, including evicted ones. */
  #addedCount = 0;
  /** Whether a use was dropped because its credential has too many. */
  #hasDroppedUse = false;

  constructor(shared: SharedCache<CredentialUses>) {
    this.#byCredential = new WorldCache(shared);
  }

  /** Whether a use was dropped because a limit was reached. */
  get isFull(): boolean {
    return this.#hasDroppedUse || this.#addedCount > this.#byCredential.values().length;
  }

  /** Records a use, unless it is known. @param lookedUp null if no object is known */
  record(
    principal: Principal,
    operation: string,
    { rule, ruleset }: Use['accessRequest'],
    lookedUp: ResourceState | null,
    example: Use['example'],
  ): void {
    const credentialKey = credentialKeyOf(principal);
    const credential = this.#byCredential.get(credentialKey) ?? this.#addCredential(credentialKey, principal);
    const useKey = `${ruleset.service} ${operation} ${describeObjects(lookedUp)}`;
    const { uses } = credential;
    if (uses.has(useKey)) return;
    const use = {
      operation,
      accessRequest: { rule, ruleset },
      lookedUp: lookedUp && limitParts(resourceStateOf(lookedUp)),
      example,
    };
    // A character takes up to two bytes.
    const bytes = USE_BYTES + 2 * (useKey.length + example.path.length) + estimateBytes(use.lookedUp);
    if (uses.size >= MAX_USES || credential.bytes + bytes > MAX_BYTES) {
      this.#hasDroppedUse = true;
      return;
    }
    uses.set(useKey, use);
    credential.bytes += bytes;
    // Only `set` makes the cache read the size again.
    this.#byCredential.set(credentialKey, credential);
  }

  /** Returns the uses of all credentials, in the order of their first uses. */
  list(): readonly UsesOfCredential[] {
    return this.#byCredential
      .values()
      .sort((a, b) => a.order - b.order)
      .map(({ principal, uses }) => ({ principal, uses: [...uses.values()] }));
  }

  clear(): void {
    this.#byCredential.clear();
    this.#addedCount = 0;
    this.#hasDroppedUse = false;
  }

  #addCredential(credentialKey: string, principal: Principal): CredentialUses {
    this.#addedCount += 1;
    const added = { principal, order: this.#addedCount, uses: new Map(), bytes: CREDENTIAL_BYTES };
    this.#byCredential.set(credentialKey, added);
    return added;
  }
}

export interface CredentialUses {
  readonly principal: Principal;
  /** The number of the credential, in the order of their first uses. */
  readonly order: number;
  readonly uses: Map<string, Use>;
  bytes: number;
}

/** Returns what resources can distinguish of the objects: their relations and most specific names. */
function describeObjects(lookedUp: ResourceState | null): string {
  if (lookedUp?.found !== 'object' || lookedUp.attributes === undefined) return '';
  return objectsOf(lookedUp.attributes).map(describeObject).join(' ');
}

function describeObject({ relation, names }: ResourceAttributes): string {
  // The most specific type comes last.
  let lastName = '';
  for (const type in names) lastName = `${type} ${names[type]}`;
  return `${relation} ${lastName}`;
}

/** Returns a lookup result with at most `MAX_PARTS` parts of each resource type. */
function limitParts(lookedUp: ResourceState): ResourceState {
  if (lookedUp.found !== 'object' || lookedUp.attributes?.parts === undefined) return lookedUp;
  const parts = Object.entries(lookedUp.attributes.parts).map(
    ([type, names]) => [type, names.slice(0, MAX_PARTS)] as const,
  );
  return { found: 'object', attributes: { ...lookedUp.attributes, parts: Object.fromEntries(parts) } };
}
