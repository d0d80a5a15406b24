import type { Effective } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Documents } from '../http/openapi.ts';
import type { Server } from '../http/server.ts';
import type { Limits } from '../http/transport/limits.ts';
import { MEGABYTE } from '../memory/bytes.ts';
import { packageVersion } from '../platform/assets.ts';
import { type Random, systemRandom } from '../platform/random.ts';
import { BUILT_IN, chooseSeed, revivedSeed, seedOfContent } from '../seed/index.ts';
import { loadControl, loadServices, type Ports } from '../services/index.ts';
import type { Seed } from '../store/seed.ts';
import type { Waiting } from '../store/waiting.ts';
import type { Clock } from '../time/clock.ts';
import type { IdentityProvider } from '../tokens/identity-provider.ts';
import type { SigningKey } from '../tokens/keys.ts';
import type { TrustedIssuer } from '../tokens/trusted-issuer.ts';
import type { Beginnings } from '../worlds/beginnings.ts';
import { identityProviderFrom, signingKeyFrom, trustedIssuersFrom } from './keys.ts';
import { type FirstSnapshot, seedOfSnapshot, snapshotFrom } from './snapshot-option.ts';

/** Only the configuration is required; tests replace the rest. */
export interface ServerParts {
  readonly effective: Effective;
  /** A seed to start from, in place of the configuration's `seed`. */
  readonly seed?: object;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The log is given the world's clock, so that its lines and the decisions show the same time. */
  readonly log?: (clock: Clock) => Log;
  /** Called with each new reason why the process has to wait for the worlds. Without it, the start fails if the database is away. */
  readonly onWait?: (waiting: Waiting) => void;
  /** Called with a sentence when the process has lost the worlds. It never gets them back: it has to end, or to close the server. */
  readonly onLost?: (why: string) => void;
  readonly limits?: Partial<Limits>;
  /** How many bytes worlds and snapshots may have, in place of `maxState`. */
  readonly roomForState?: number;
  /**
   * `throw`: an answer that does not match its document fails the request, for tests. Default: with `--strict` it becomes
   * a finding, and otherwise answers are not compared.
   */
  readonly offDocument?: Server['offDocument'];
  /** Default: those that all servers of the process share. */
  readonly documents?: Documents;
  /** The built-in seed and its rows; servers that are given the same one share them. Default: each makes its own. */
  readonly beginnings?: Beginnings;
}

/** Everything that a start reads before it opens what must be closed again. */
export interface Inputs {
  readonly version: string;
  readonly random: Random;
  /** All services but the control API. */
  readonly services: readonly ServiceDefinition[];
  readonly control: (ports: Ports) => ServiceDefinition;
  readonly signingKey: SigningKey;
  readonly identityProvider: IdentityProvider | null;
  readonly trustedIssuers: ReadonlyMap<string, TrustedIssuer>;
  /** The seed of a new default world. */
  readonly seed: Seed;
  /** The file that a new default world begins with; null without `--snapshot`. */
  readonly snapshot: FirstSnapshot | null;
}

/** The name, in messages, of a seed that a program gave. */
export const SEED_OPTION = 'the option `seed`';

/** @throws Unusable if a file or a value in the configuration cannot be used */
export async function readInputs(parts: ServerParts): Promise<Inputs> {
  const { config } = parts.effective;
  const random = parts.random ?? systemRandom();
  const [services, control] = await Promise.all([loadServices(config), loadControl()]);
  const snapshot = await snapshotFrom(config, config.maxState * MEGABYTE, services);
  const [version, signingKey, identityProvider, trustedIssuers, seed] = await Promise.all([
    packageVersion(),
    signingKeyFrom(config),
    identityProviderFrom(config),
    trustedIssuersFrom(config),
    seedToBeginWith(parts, services, random, snapshot),
  ]);
  return { version, random, services, control, signingKey, identityProvider, trustedIssuers, seed, snapshot };
}

async function seedToBeginWith(
  { effective: { config, origins }, seed, beginnings }: ServerParts,
  services: readonly ServiceDefinition[],
  random: Random,
  snapshot: FirstSnapshot | null,
): Promise<Seed> {
  if (snapshot !== null) return revivedSeed(seedOfSnapshot(snapshot), services, random);
  if (seed !== undefined) return seedOfContent(seed, SEED_OPTION, services, random);
  const choose = () => chooseSeed(config.seed, services, random, origins.seed === 'option' ? SEED_OPTION : undefined);
  if (beginnings === undefined || !isBuiltIn(config)) return choose();
  return beginnings.builtIn(
    services.map(({ name }) => name),
    choose,
  );
}

function isBuiltIn({ seed }: Config): boolean {
  return seed === null || seed === BUILT_IN;
}
