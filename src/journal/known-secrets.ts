import { hash } from 'node:crypto';
import { type SharedCache, WorldCache } from '../memory/caches.ts';
import { fingerprintOf, type KnownSecrets, MIN_VALUE, secretsIn } from './secrets.ts';

/** Settings shared by all worlds of a process. */
export interface SecretSettings {
  /** The key for fingerprints. */
  readonly key: string;
  readonly ofSeeds: SecretsOfSeeds;
}

/** Generated secrets are longer; shorter ones are in seeds, as plain text. Saves hashing each word of a path. */
const MIN_SECRET = 16;

/** Hexadecimal numbers and UUIDs: no generated secret has this form. */
const HEXADECIMAL = /^[0-9a-f-]+$/i;

/** A seed, as JSON. */
interface SeedText {
  readonly text: string;
}

/** The secrets of a seed, in plain text. */
export interface SeedSecrets {
  has(text: string): boolean;
}

/** The secrets of seeds, read once per seed for all its worlds. */
export class SecretsOfSeeds {
  readonly #known = new WeakMap<object, SeedSecrets>();

  of(seed: SeedText): SeedSecrets {
    const known = this.#known.get(seed);
    if (known !== undefined) return known;
    const secrets = new Set([...secretsIn(JSON.parse(seed.text))].filter(({ length }) => length >= MIN_VALUE));
    this.#known.set(seed, secrets);
    return secrets;
  }
}

/** Is this the SHA-256 hash, in hexadecimal, of a current secret of a world? */
export type HasSecret = (hash: string) => boolean;

/** The secrets of one world: plain texts for its seed, and hashes for the rest. */
export class WorldSecrets implements KnownSecrets {
  readonly #ofSeeds: SecretsOfSeeds;
  readonly #seed: SeedText;
  /** Hashes of deleted secrets, which older journal entries may still contain. */
  readonly #given: WorldCache<true>;
  readonly #hasSecret: HasSecret;
  readonly #key: string;

  constructor(settings: SecretSettings, shared: SharedCache<true>, seed: SeedText, hasSecret: HasSecret) {
    this.#key = settings.key;
    this.#ofSeeds = settings.ofSeeds;
    this.#seed = seed;
    this.#hasSecret = hasSecret;
    this.#given = new WorldCache(shared);
  }

  readonly fingerprint = (secret: string): string => fingerprintOf(secret, this.#key);

  has(text: string): boolean {
    if (this.#ofSeeds.of(this.#seed).has(text)) return true;
    if (text.length < MIN_SECRET || HEXADECIMAL.test(text)) return false;
    const hashed = hash('sha256', text, 'hex');
    return this.#hasSecret(hashed) || this.#given.has(hashed);
  }

  /** @param hash SHA-256 in hexadecimal, as stored; null if there is none */
  addHash(hash: string | null | undefined): void {
    if (hash !== null && hash !== undefined) this.#given.set(hash, true);
  }

  clear(): void {
    this.#given.clear();
  }
}
