import type { World } from '../contract/world.ts';
import type { Server } from '../http/server.ts';
import { rfc3339, type WorldClock } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';
import { UserError } from '../lib/errors.ts';
import { MEGABYTE } from '../lib/memory.ts';
import { showValue } from '../lib/redact.ts';
import { readPropagationSettings } from '../services/ngc-keys/keyring.ts';
import { redactData } from '../store/data-option.ts';
import type { StorageInfo } from '../store/world-log.ts';
import type { Config } from './options.ts';

/** Returns a notice if anyone on the network, not only users of this machine, can reach the control API. */
export function listExposureNotices({ host, adminToken }: Config): string[] {
  if (adminToken !== null || host === 'localhost' || host === '::1' || /^127\./.test(host)) return [];
  return [
    `anyone who can reach ${host} can control the mock at /_mock and read its credentials; protect it with --admin-token TEXT`,
  ];
}

/** @param maxBytes the memory for state in the heap */
export function listHeapNotices({ maxState }: Config, maxBytes: number): string[] {
  if (maxBytes >= maxState * MEGABYTE) return [];
  return [
    `worlds and snapshots are limited to ${Math.floor(maxBytes / MEGABYTE)} MB, not the ${maxState} MB of --max-state, because Node's heap is too small; enlarge it with NODE_OPTIONS=--max-old-space-size=MEGABYTES`,
  ];
}

/** Returns a notice if the world is not from the current seed. @throws UserError if the user requested that seed */
export async function listSeedNotices(
  world: World,
  fingerprint: string,
  { seed, data, reseed }: Config,
): Promise<string[]> {
  const stored = await world.seed();
  if (data === null && reseed) return ['--reseed has no effect without --data: worlds in memory are always new'];
  if (stored.fingerprint === fingerprint) return [];
  if (seed !== null) {
    throw new UserError(
      `--data ${redactData(data ?? '')} has a world that was created from a seed other than --seed ${showValue(seed)}. ` +
        'Add --reseed to replace that world, or remove --seed to keep it.',
    );
  }
  return stored.origin === 'file'
    ? ['the world in --data was created from a seed file; --reseed replaces it with the built-in cast']
    : ['the world in --data was created from an older built-in cast; --reseed replaces it with the current one'];
}

export async function describePosture(server: Server, { kind, driver }: StorageInfo): Promise<string> {
  const { default: world } = server.worlds;
  const { mode } = await readPropagationSettings({ store: world.store, settings: server.settings });
  const profiles = server.rulesets
    // The catalogue follows Cloud Functions.
    .filter(({ profile, tables }) => profile !== null && tables.keyServices === undefined)
    .map(({ service, profile }) => `${service}=${profile}`);
  return [
    `state=${kind}${driver === null ? '' : `(${driver})`}`,
    `propagation=${mode}`,
    ...describeClock(world.clock),
    ...profiles,
  ].join(' ');
}

function describeClock(clock: WorldClock): string[] {
  const { frozen, ahead } = clock;
  if (frozen) return [`clock=frozen@${rfc3339(clock.now())}`];
  return ahead === 0 ? [] : [`clock=${ahead > 0 ? '+' : ''}${formatDuration(ahead)}`];
}
