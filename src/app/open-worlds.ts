import type { Config } from '../config/options.ts';
import { type Log, SILENT } from '../diagnostics/log.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { SecretsOfSeeds } from '../journal/known-secrets.ts';
import { MEGABYTE } from '../memory/bytes.ts';
import { processWide } from '../platform/process-wide.ts';
import { systemRandom } from '../platform/random.ts';
import { roomForState } from '../platform/room-for-state.ts';
import { revivedSeed } from '../seed/index.ts';
import { shownData } from '../store/data-option.ts';
import { Damaged, Unreachable, Unwritable } from '../store/errors.ts';
import { openStorage } from '../store/open.ts';
import type { KeptSeed, Seed } from '../store/seed.ts';
import { newStoreParts, type StoreParts } from '../store/shared.ts';
import type { Storage } from '../store/storage.ts';
import type { Instant } from '../time/clock.ts';
import { stateOfSeed } from '../worlds/beginnings.ts';
import { Credentials } from '../worlds/credentials.ts';
import type { Customs } from '../worlds/templates.ts';
import type { Inputs, ServerParts } from './inputs.ts';
import { offersTls, storedAuthority } from './tls.ts';
import { WorldsOfProcess } from './worlds-of-process.ts';

/** The storage of the worlds, and the worlds, once this process has them. It must be closed. */
export interface OpenWorlds {
  readonly storage: Storage;
  readonly process: WorldsOfProcess;
  readonly shared: StoreParts;
  readonly customs: Customs;
  readonly log: Log;
  /** The authority of https that it holds; null without https, or without one. */
  readonly authority: string | null;
}

/** @throws Unusable if the worlds cannot be used */
export async function openWorlds(parts: ServerParts, inputs: Inputs): Promise<OpenWorlds> {
  const { config } = parts.effective;
  try {
    const state = Math.min(config.maxState * MEGABYTE, roomForState());
    const shared = newStoreParts(parts.roomForState ?? state);
    const storage = await openStorage(config.data, shared, parts.clock);
    try {
      return await openIn(storage, shared, parts, inputs);
    } catch (cause) {
      await storage.close();
      throw cause;
    }
  } catch (cause) {
    throw startFault(cause, config);
  }
}

async function openIn(
  storage: Storage,
  shared: StoreParts,
  { effective: { config }, beginnings, log: makeLog, onWait, onLost }: ServerParts,
  { services, random, signingKey, seed, snapshot }: Inputs,
): Promise<OpenWorlds> {
  const rulesets = services.map((service) => service.rules.inForce(config));
  const customs = { settings: config, rulesets };
  const revive = (kept: KeptSeed) => revivedSeed(kept, services, random);
  const authority = offersTls(config) ? await storedAuthority(storage) : null;
  const process = await WorldsOfProcess.start(
    {
      config,
      storage,
      shared,
      customs,
      seed,
      snapshot,
      random,
      signingKey,
      revive,
      stateOf: (one: Seed, at: Instant) => beginnings?.stateOf(one, at) ?? stateOfSeed(one, at),
      keys: new Credentials(services),
      secrets: { key: fingerprintKey(), ofSeeds: new SecretsOfSeeds() },
    },
    { onWait, onLost },
  );
  const log = makeLog?.({ now: () => process.clock.now() }) ?? SILENT;
  return { storage, process, shared, customs, log, authority };
}

/** Fingerprints of secrets depend on it: two servers of one process show the same one for the same secret. */
function fingerprintKey(): string {
  return processWide('fingerprint-key.1', () => systemRandom().base64url(32));
}

/**
 * A failure to store stops the start, as an unusable file does. So does a row that cannot be read, or that holds JSON of
 * another shape: the error appears where an expected member is missing.
 */
export function startFault(cause: unknown, { data }: Config): unknown {
  const isMissing = cause instanceof TypeError || cause instanceof RangeError;
  if (data !== null && (cause instanceof Damaged || isMissing)) {
    const said = cause instanceof Damaged ? cause.message : `something in it is not what was stored (${cause.message})`;
    return new Unusable(`--data ${shownData(data)} is damaged: ${said}. It was left as it is; give another file.`, {
      cause,
    });
  }
  if (data !== null && cause instanceof Unreachable) {
    const why = `--data ${shownData(data)} cannot be used now: ${cause.message}. Start again when it can.`;
    return new Unusable(why, { cause });
  }
  return cause instanceof Unwritable ? new Unusable(cause.message, { cause }) : cause;
}
