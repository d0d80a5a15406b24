import type { Config } from '../config/options.ts';
import { type Log, SILENT_LOG } from '../diagnostics/log.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { SeedSecretsCache } from '../journal/known-secrets.ts';
import { MEGABYTE } from '../memory/bytes.ts';
import { computeMaxStateBytes } from '../platform/max-state.ts';
import { processWide } from '../platform/process-wide.ts';
import { createSystemRandom } from '../platform/random.ts';
import { restoreSeed } from '../seed/index.ts';
import { redactData } from '../store/data-option.ts';
import { DamagedData, DatabaseFailure, WriteFailure } from '../store/errors.ts';
import { openStorage } from '../store/open.ts';
import type { Seed, StoredSeed } from '../store/seed.ts';
import { createStoreParts, type StoreParts } from '../store/shared.ts';
import type { Storage } from '../store/storage.ts';
import type { Instant } from '../time/clock.ts';
import { Credentials } from '../worlds/credentials.ts';
import { createStateOfSeed } from '../worlds/seed-states.ts';
import type { FinishingOptions } from '../worlds/templates.ts';
import type { Inputs, ServerParts } from './inputs.ts';
import { offersTls, readStoredAuthority } from './tls.ts';
import { WorldsOfProcess } from './worlds-of-process.ts';

/** The storage and its worlds, once this process owns them. Must be closed. */
export interface OpenWorlds {
  readonly storage: Storage;
  readonly processWorlds: WorldsOfProcess;
  readonly shared: StoreParts;
  readonly finishing: FinishingOptions;
  readonly log: Log;
  /** The stored certificate authority for https, or null. */
  readonly authority: string | null;
}

/** Opens the storage and takes over its worlds, or starts waiting for them. @throws UserError if they cannot be used */
export async function openWorlds(parts: ServerParts, inputs: Inputs): Promise<OpenWorlds> {
  const { config } = parts.effective;
  try {
    const maxStateBytes = Math.min(config.maxState * MEGABYTE, computeMaxStateBytes());
    const shared = createStoreParts(parts.maxStateBytes ?? maxStateBytes);
    const storage = await openStorage(config.data, shared, parts.clock);
    try {
      return await openWorldsIn(storage, shared, parts, inputs);
    } catch (cause) {
      await storage.close();
      throw cause;
    }
  } catch (cause) {
    throw toStartupError(cause, config);
  }
}

async function openWorldsIn(
  storage: Storage,
  shared: StoreParts,
  { effective: { config }, seedStates, log: createLog, onWait, onLost }: ServerParts,
  { services, random, signingKey, seed, snapshot }: Inputs,
): Promise<OpenWorlds> {
  const rulesets = services.map((service) => service.rules.selectRuleset(config));
  const finishing = { settings: config, rulesets };
  const revive = (stored: StoredSeed) => restoreSeed(stored, services, random);
  const authority = offersTls(config) ? await readStoredAuthority(storage) : null;
  const processWorlds = await WorldsOfProcess.start(
    {
      config,
      storage,
      shared,
      finishing,
      seed,
      snapshot,
      random,
      signingKey,
      revive,
      stateOf: (seedToFill: Seed, at: Instant) =>
        seedStates?.stateOf(seedToFill, at) ?? createStateOfSeed(seedToFill, at),
      keys: new Credentials(services),
      secrets: { key: getFingerprintKey(), seedSecrets: new SeedSecretsCache() },
    },
    { onWait, onLost },
  );
  const log = createLog?.({ now: () => processWorlds.clock.now() }) ?? SILENT_LOG;
  return { storage, processWorlds, shared, finishing, log, authority };
}

/** Returns the process's key for fingerprints of secrets, so that all its servers show the same one for a secret. */
function getFingerprintKey(): string {
  return processWide('fingerprint-key.1', () => createSystemRandom().base64url(32));
}

/**
 * Returns the error for a user if the storage failed, otherwise the same error. Rows with unexpected JSON fail with a
 * `TypeError` or a `RangeError` in the code that reads a missing member.
 */
export function toStartupError(cause: unknown, { data }: Config): unknown {
  const isUnexpectedJson = cause instanceof TypeError || cause instanceof RangeError;
  if (data !== null && (cause instanceof DamagedData || isUnexpectedJson)) {
    const reason = cause instanceof DamagedData ? cause.message : `it contains unexpected data (${cause.message})`;
    const message = `--data ${redactData(data)} is damaged: ${reason}. The file was not changed; use another one.`;
    return new UserError(message, { cause });
  }
  if (data !== null && cause instanceof DatabaseFailure) {
    const message = `--data ${redactData(data)} cannot be used right now: ${cause.message}. Try again later.`;
    return new UserError(message, { cause });
  }
  return cause instanceof WriteFailure ? new UserError(cause.message, { cause }) : cause;
}
