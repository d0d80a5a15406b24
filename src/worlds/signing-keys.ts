import type { Rotation } from '../contract/world.ts';
import type { Instant } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { DamagedData } from '../store/errors.ts';
import { Mutex } from '../store/mutex.ts';
import { parseStoredJson } from '../store/saved-row.ts';
import type { SettingsStore } from '../store/settings.ts';
import { createTokens, RefreshTokens } from '../tokens/index.ts';
import {
  importPublicKey,
  importSigningKey,
  type JWK,
  type KeyRing,
  OVERLAP_MS,
  rotateKey,
  type SigningAlgorithm,
  type SigningKey,
} from '../tokens/keys.ts';

const KEYS_SETTING = 'signing-keys';

/** A world's signing keys as stored in its settings. They are the server's until one is replaced. */
export class StoredKeys {
  readonly tokens = createTokens(() => this.#ring);
  readonly refreshTokens: RefreshTokens;
  readonly #server: KeyRing;
  readonly #random: Random;
  readonly #settings: SettingsStore;
  /** Rotations run one at a time, each starting from the keys of the previous one. */
  readonly #mutex = new Mutex();
  #ring: KeyRing;

  constructor(world: string, server: SigningKey, random: Random, settings: SettingsStore) {
    this.#server = { current: server, retired: [] };
    this.refreshTokens = new RefreshTokens(server, world);
    this.#random = random;
    this.#settings = settings;
    this.#ring = this.#server;
  }

  rotate(now: Instant, overlapMs = OVERLAP_MS): Promise<Rotation> {
    return this.#mutex.runExclusive(async () => {
      const before = this.#ring;
      const { algorithm, kid: replacedKid } = before.current;
      // JWKs of Node and jose are interchangeable.
      const jwk = (await this.#random.privateKey(algorithm === 'RS256' ? 'rsa' : 'ec')) as JWK;
      const created = await importSigningKey(jwk, algorithm);
      const next = rotateKey(before, created, now + overlapMs);
      const retired = next.retired.map(({ key, until }) => ({ jwk: key.publicJwk, until }));
      const stored: Stored = { algorithm, current: jwk, retired };
      await this.#settings.set(KEYS_SETTING, JSON.stringify(stored));
      this.#ring = next;
      return { kid: created.kid, replacedKid, validUntil: next.retired[0]?.until ?? now };
    });
  }

  /** Reads the settings again after the content of the store was replaced. */
  reread(): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      const text = await this.#settings.get(KEYS_SETTING);
      this.#ring = text === null ? this.#server : await parseRing(text);
    });
  }
}

interface Stored {
  readonly algorithm: SigningAlgorithm;
  readonly current: JWK;
  readonly retired: readonly { readonly jwk: SigningKey['publicJwk']; readonly until: Instant }[];
}

const PLACE = `the row \`${KEYS_SETTING}\` of \`settings\``;

/** @throws DamagedData if a key is invalid */
async function parseRing(text: string): Promise<KeyRing> {
  // Written by this module.
  const { algorithm, current, retired } = parseStoredJson<Stored>(text, PLACE);
  try {
    return {
      current: await importSigningKey(current, algorithm),
      retired: await Promise.all(
        retired.map(async ({ jwk, until }) => ({ key: await importPublicKey(jwk, algorithm), until })),
      ),
    };
  } catch (cause) {
    throw new DamagedData(PLACE, cause);
  }
}
