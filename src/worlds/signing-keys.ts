import type { WorldTokens } from '../contract/world.ts';
import type { Instant } from '../core/clock.ts';
import { Lane } from '../credentials/lane.ts';
import type { Random } from '../platform/random.ts';
import { Damaged, parseStored } from '../store/errors.ts';
import type { SettingsStore } from '../store/settings.ts';
import { tokensOf } from '../tokens/index.ts';
import {
  type JWK,
  type KeyRing,
  publicKeyOf,
  rotateRing,
  type SigningAlgorithm,
  type SigningKey,
  signingKeyOf,
} from '../tokens/keys.ts';

/** Where the store keeps the keys of a world that does not sign with the server's: in one value. */
const SETTING = 'signing-keys';

/** The tokens of a world, with the operations on its keys that only its owner calls. */
export interface OwnedTokens extends WorldTokens {
  /** Has its key never been replaced? */
  isServers(): boolean;
  /** Reads the settings again, after the store was replaced or filled with another world. */
  reread(): Promise<void>;
}

/**
 * Opens the keys of a world, as its store's settings hold them.
 *
 * @param server the world's signing key until it is replaced
 * @param settings called at every use, because the store of a world can be replaced
 */
export function worldTokens(server: SigningKey, random: Random, settings: () => SettingsStore): OwnedTokens {
  const first: KeyRing = { current: server, retired: [] };
  const turns = new Lane(1, Number.POSITIVE_INFINITY);
  let ring = first;
  const read = async () => {
    // A new object each time: a rotation in progress must notice that the keys were replaced.
    ring = (await storedRing(settings())) ?? { ...first };
  };
  /** Rotations take turns. The settings decide, as for the clock. */
  const rotate = (now: Instant) =>
    turns.run(async () => {
      const { algorithm } = ring.current;
      // Node and jose mean the same by a JWK.
      const jwk = (await random.privateKey(algorithm === 'RS256' ? 'rsa' : 'ec')) as JWK;
      const made = await signingKeyOf(jwk, algorithm);
      const before = ring;
      const next = rotateRing(before, made, now);
      await settings().set(SETTING, JSON.stringify(storedForm(next, jwk)));
      if (ring === before) ring = next;
      else await read();
      return { kid: made.kid, replaced: before.current.kid, until: next.retired[0]?.until ?? now };
    });
  return Object.assign(
    tokensOf(() => ring),
    {
      rotate,
      isServers: () => ring.current === server && ring.retired.length === 0,
      reread: () => turns.run(read),
    },
  );
}

interface Stored {
  readonly algorithm: SigningAlgorithm;
  readonly current: JWK;
  readonly retired: readonly { readonly jwk: SigningKey['publicJwk']; readonly until: Instant }[];
}

function storedForm({ current: { algorithm }, retired }: KeyRing, current: JWK): Stored {
  return { algorithm, current, retired: retired.map(({ key, until }) => ({ jwk: key.publicJwk, until })) };
}

async function storedRing(settings: SettingsStore): Promise<KeyRing | null> {
  const text = await settings.get(SETTING);
  if (text === null) return null;
  // This file wrote the text.
  const { algorithm, current, retired } = parseStored<Stored>(text, 'settings', SETTING);
  try {
    return {
      current: await signingKeyOf(current, algorithm),
      retired: await Promise.all(
        retired.map(async ({ jwk, until }) => ({ key: await publicKeyOf(jwk, algorithm), until })),
      ),
    };
  } catch (cause) {
    throw new Damaged('settings', SETTING, cause);
  }
}
