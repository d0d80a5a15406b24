import { hash } from 'node:crypto';
import { type Budget, Held } from '../core/held.ts';
import { fingerprintOf, type KnownSecrets, LEAST_VALUE, secretsIn } from './secrets.ts';

/** What all worlds of a process have in common. */
export interface SecretSettings {
  /** What fingerprints depend on. */
  readonly key: string;
  /** The names that documents have, without case and signs. */
  readonly documented: ReadonlySet<string>;
}

/** Numbers in hexadecimal, UUIDs among them: no secret that a mock draws is one. */
const HEXADECIMAL = /^[0-9a-f-]+$/i;

/** The secrets of one world: in plain those of its seed, which is kept in plain as well, and of others the hash. */
export class WorldSecrets implements KnownSecrets {
  readonly #settings: SecretSettings;
  readonly #known: Held<true>;
  #key: string;
  #hasHashes = false;

  constructor(settings: SecretSettings, budget: Budget) {
    this.#settings = settings;
    this.#key = settings.key;
    this.#known = new Held<true>(budget, () => 0);
  }

  /** From now on fingerprints depend on this key, which other processes have, too. */
  set key(key: string) {
    this.#key = key;
  }

  readonly fingerprint = (secret: string): string => fingerprintOf(secret, this.#key);

  has(text: string): boolean {
    if (this.#known.size === 0) return false;
    if (this.#known.find(plain(text)) === true) return true;
    return this.#hasHashes && !HEXADECIMAL.test(text) && this.#known.find(hash('sha256', text, 'hex')) === true;
  }

  isDocumented(bareName: string): boolean {
    return this.#settings.documented.has(bareName);
  }

  /** @param hash SHA-256 in hexadecimal, as a store keeps it; null is none */
  addHash(hash: string | null | undefined): void {
    if (hash === null || hash === undefined) return;
    this.#hasHashes = true;
    this.#known.keep(hash, true);
  }

  /** @param seed as JSON */
  addSeed(seed: string): void {
    for (const secret of secretsIn(JSON.parse(seed))) {
      if (secret.length >= LEAST_VALUE) this.#known.keep(plain(secret), true);
    }
  }

  clear(): void {
    this.#known.clear();
  }
}

/** No hash is called like this. */
function plain(text: string): string {
  return `=${text}`;
}
