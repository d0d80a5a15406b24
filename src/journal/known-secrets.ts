import { hash } from 'node:crypto';
import { type SharedCache, WorldCache } from '../memory/caches.ts';
import { collectSecrets, createFingerprint, type KnownSecrets, MIN_SECRET_LENGTH } from './secrets.ts';

/** Settings shared by all worlds of a process. */
export interface SecretSettings {
  /** The key for fingerprints. */
  readonly key: string;
  readonly seedSecrets: SeedSecretsCache;
}

/** Generated secrets are longer; shorter ones are in seeds, as plain text. Saves hashing each word of a path. */
const MIN_GENERATED_LENGTH = 16;

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
export class SeedSecretsCache {
  readonly #cache = new WeakMap<object, SeedSecrets>();

  read(seed: SeedText): SeedSecrets {
    const cached = this.#cache.get(seed);
    if (cached !== undefined) return cached;
    const secrets = new Set(
      [...collectSecrets(JSON.parse(seed.text))].filter(({ length }) => length >= MIN_SECRET_LENGTH),
    );
    this.#cache.set(seed, secrets);
    return secrets;
  }
}

/** Returns whether this is the SHA-256 hash, in hexadecimal, of a current secret of a world. */
export type HasSecret = (hash: string) => boolean;

/** The secrets of one world: plain texts for its seed, and hashes for the rest. */
export class WorldSecrets implements KnownSecrets {
  readonly #ofSeeds: SeedSecretsCache;
  readonly #seed: SeedText;
  /** Hashes of deleted secrets, which older journal entries may still contain. */
  readonly #deletedHashes: WorldCache<true>;
  readonly #hasSecret: HasSecret;
  readonly #key: string;

  constructor(settings: SecretSettings, shared: SharedCache<true>, seed: SeedText, hasSecret: HasSecret) {
    this.#key = settings.key;
    this.#ofSeeds = settings.seedSecrets;
    this.#seed = seed;
    this.#hasSecret = hasSecret;
    this.#deletedHashes = new WorldCache(shared);
  }

  readonly fingerprint = (secret: string): string => createFingerprint(secret, this.#key);

  has(text: string): boolean {
    if (this.#ofSeeds.read(this.#seed).has(text)) return true;
    if (text.length < MIN_GENERATED_LENGTH || HEXADECIMAL.test(text)) return false;
    const hashed = hash('sha256', text, 'hex');
    return this.#hasSecret(hashed) || this.#deletedHashes.has(hashed);
  }

  /** @param hash SHA-256 in hexadecimal, as stored; null if there is none */
  addHash(hash: string | null | undefined): void {
    if (hash !== null && hash !== undefined) this.#deletedHashes.set(hash, true);
  }

  clear(): void {
    this.#deletedHashes.clear();
  }
}
