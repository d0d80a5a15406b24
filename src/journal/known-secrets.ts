import { createHmac, hash } from 'node:crypto';
import { type SharedCache, WorldCache } from '../lib/memory.ts';
import { isFingerprint } from '../lib/redact.ts';
import { isSecretName, type KnownSecrets } from './secrets.ts';

/** Shorter values are too common to compare. */
const MIN_SECRET_LENGTH = 8;

/** Digits of a fingerprint: enough to compare two secrets, too few to search for one. */
const FINGERPRINT_DIGITS = 10;

/** Returns a fingerprint: `sha256:0c5e1f9a2b`. Keyed, so that nobody can test guesses; a fingerprint has itself. */
export function createFingerprint(secret: string, key: string): string {
  if (isFingerprint(secret)) return secret;
  return `sha256:${createHmac('sha256', key).update(secret).digest('hex').slice(0, FINGERPRINT_DIGITS)}`;
}

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

interface SeedText {
  readonly text: string;
}

/** The secrets of seeds, read once per seed for all its worlds. */
export class SeedSecretsCache {
  readonly #cache = new WeakMap<object, ReadonlySet<string>>();

  read(seed: SeedText): ReadonlySet<string> {
    const cached = this.#cache.get(seed);
    if (cached !== undefined) return cached;
    const secrets = collectSecrets(JSON.parse(seed.text));
    this.#cache.set(seed, secrets);
    return secrets;
  }
}

/** Returns the secrets in a seed, which are strings with the name of a secret. */
function collectSecrets(seed: unknown): Set<string> {
  const secrets = new Set<string>();
  const waiting = [seed];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'string') waiting.push(member);
      else if (member.length >= MIN_SECRET_LENGTH && isSecretName(name, member)) secrets.add(member);
    }
  }
  return secrets;
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
  #revision = 0;

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

  get revision(): number {
    return this.#revision;
  }

  /** @param hash SHA-256 in hexadecimal, as stored; null if there is none */
  addHash(hash: string | null | undefined): void {
    if (hash === null || hash === undefined) return;
    this.#deletedHashes.set(hash, true);
    this.#revision += 1;
  }

  clear(): void {
    this.#deletedHashes.clear();
  }
}
