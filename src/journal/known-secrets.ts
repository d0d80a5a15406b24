import { hash } from 'node:crypto';
import { type Budget, Held } from '../core/held.ts';
import { fingerprintOf, type KnownSecrets, LEAST_VALUE, secretsIn } from './secrets.ts';

/** What all worlds of a process have in common. */
export interface SecretSettings {
  /** What fingerprints depend on. */
  readonly key: string;
  /** The names that documents have, without case and signs. */
  readonly documented: ReadonlySet<string>;
  readonly ofSeeds: SecretsOfSeeds;
}

/** Shorter secrets have no hash: they are those of a seed. */
const LEAST_SECRET = 8;

/** Numbers in hexadecimal, UUIDs among them: no secret that a mock draws is one. */
const HEXADECIMAL = /^[0-9a-f-]+$/i;

/** The secrets of a seed, which is kept in plain. */
export interface SeedSecrets {
  has(text: string): boolean;
}

/** The secrets of seeds, each read once however many worlds are made of it. */
export class SecretsOfSeeds {
  readonly #known = new WeakMap<object, SeedSecrets>();

  /** @param seed its text is JSON */
  of(seed: { readonly text: string }): SeedSecrets {
    const known = this.#known.get(seed);
    if (known !== undefined) return known;
    const secrets = new Set([...secretsIn(JSON.parse(seed.text))].filter(({ length }) => length >= LEAST_VALUE));
    this.#known.set(seed, secrets);
    return secrets;
  }
}

/** Is this the hash of a secret that a world has now? SHA-256 in hexadecimal. */
export type HasSecret = (hash: string) => boolean;

/** The secrets of one world: those of its seed in plain, and of all others the hash. */
export class WorldSecrets implements KnownSecrets {
  readonly #settings: SecretSettings;
  readonly #seed: () => SeedSecrets;
  /** Hashes of secrets that it was given: what is shown may be older than the end of a secret. */
  readonly #given: Held<true>;
  readonly #hasSecret: HasSecret;
  #key: string;

  /** @param seed is asked when the first text is looked at */
  constructor(settings: SecretSettings, budget: Budget, seed: () => SeedSecrets, hasSecret: HasSecret) {
    this.#settings = settings;
    this.#key = settings.key;
    this.#seed = seed;
    this.#hasSecret = hasSecret;
    this.#given = new Held<true>(budget, () => 0);
  }

  /** From now on fingerprints depend on this key, which other processes have, too. */
  set key(key: string) {
    this.#key = key;
  }

  readonly fingerprint = (secret: string): string => fingerprintOf(secret, this.#key);

  has(text: string): boolean {
    if (this.#seed().has(text)) return true;
    if (text.length < LEAST_SECRET || HEXADECIMAL.test(text)) return false;
    const hashed = hash('sha256', text, 'hex');
    return this.#hasSecret(hashed) || this.#given.has(hashed);
  }

  isDocumented(bareName: string): boolean {
    return this.#settings.documented.has(bareName);
  }

  /** @param hash SHA-256 in hexadecimal, as a store keeps it; null is none */
  addHash(hash: string | null | undefined): void {
    if (hash !== null && hash !== undefined) this.#given.keep(hash, true);
  }

  clear(): void {
    this.#given.clear();
  }
}
