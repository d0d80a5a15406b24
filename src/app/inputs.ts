import type { ServiceDefinition } from '../contract/service.ts';
import type { Documents } from '../http/openapi.ts';
import type { Server } from '../http/server.ts';
import type { Limits } from '../http/transport/limits.ts';
import { readPackageVersion } from '../lib/assets.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createSystemRandom, type Random } from '../lib/random.ts';
import { loadServices } from '../services/index.ts';
import type { Seed } from '../store/seed.ts';
import { BUILT_IN, chooseSeed, createSeedFromContent, readSeedValue } from '../worlds/seed/index.ts';
import type { SeedStates } from '../worlds/seed-states.ts';
import type { EffectiveConfig } from './config.ts';
import { readIdentityProvider, readSigningKeyOption, readTrustedIssuers } from './keys.ts';

/** The parts that a server is built from. Only the configuration is required; tests replace the rest. */
export interface ServerParts {
  readonly effective: EffectiveConfig;
  readonly seed?: object;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Receives the world's clock, so that log lines and decisions have the same times. */
  readonly log?: (clock: Clock) => Log;
  /** Called with each new reason for waiting for the database. Without it, waiting for ten seconds is an error. */
  readonly onWait?: (reason: string) => void;
  /** Called with a sentence when the database session is lost. Nothing can be stored from then on: stop the server. */
  readonly onLost?: (why: string) => void;
  readonly limits?: Partial<Limits>;
  /** The memory for worlds and snapshots in bytes, instead of `maxState`. */
  readonly maxStateBytes?: number;
  /** `throw`: a response that violates its document fails the request, for tests. Default: see `Server`. */
  readonly offDocument?: Server['offDocument'];
  /** Default: the documents shared by all servers of the process. */
  readonly documents?: Documents;
  /** The cached built-in seed, shared by servers with the same object. By default, each server creates its own. */
  readonly seedStates?: SeedStates;
}

/** The values that are read before anything is opened that has to be closed. */
export type Inputs = Awaited<ReturnType<typeof readInputs>>;

/** The name of a seed given by a program, for messages. */
export const SEED_OPTION = 'the option `seed`';

export async function readInputs(parts: ServerParts) {
  const { config } = parts.effective;
  const random = parts.random ?? createSystemRandom();
  // All except the control API.
  const services: readonly ServiceDefinition[] = await loadServices(config);
  const [version, signingKey, identityProvider, trustedIssuers, seed] = await Promise.all([
    readPackageVersion(),
    readSigningKeyOption(config),
    readIdentityProvider(config),
    readTrustedIssuers(config),
    chooseInitialSeed(parts, services, random),
  ]);
  return { version, random, services, signingKey, identityProvider, trustedIssuers, seed };
}

/** Reads a seed file on this machine for a server in another process. @throws UserError with all errors */
export async function readSeedFile(file: string): Promise<object> {
  return readSeedValue(file, SEED_OPTION, await loadServices());
}

async function chooseInitialSeed(
  { effective: { config, origins }, seed, seedStates }: ServerParts,
  services: readonly ServiceDefinition[],
  random: Random,
): Promise<Seed> {
  if (seed !== undefined) return createSeedFromContent(seed, SEED_OPTION, services, random);
  const createSeed = () =>
    chooseSeed(config.seed, services, random, origins.seed === 'option' ? SEED_OPTION : undefined);
  if (seedStates === undefined || (config.seed !== null && config.seed !== BUILT_IN)) return createSeed();
  return seedStates.builtIn(
    services.map(({ name }) => name),
    createSeed,
  );
}
