import type { World } from '../contract/world.ts';
import type { Instant } from '../core/clock.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
import type { Presented } from '../credentials/presented.ts';
import type { KeptSeed } from '../store/seed.ts';
import type { SharedWorlds, WorldCard } from '../store/sharing.ts';
import type { Credentials } from './credentials.ts';

/** How much later than it happens the use of a world is written at most, in milliseconds; sooner if it lasts less long. */
const WRITTEN_EVERY = 60_000;

/** How many answers about credentials are remembered for requests that are being placed. */
const MOST_FOUND = 10_000;

/** What a world was made from, as other processes read it. */
export interface Maker {
  readonly seed: KeptSeed;
  readonly credentials: World['credentials'];
  /** The world whose credentials it shares; null if they are all its own. */
  readonly source?: string | null;
}

export function makerText({ seed: { fingerprint, origin, text }, credentials, source }: Maker): string {
  const shared = source === undefined ? {} : { source };
  return JSON.stringify({ seed: { fingerprint, origin, text }, credentials, ...shared } satisfies Maker);
}

export function makerIn(text: string): Maker {
  // The text is what `makerText` wrote.
  return JSON.parse(text) as Maker;
}

/** Which worlds there are, of those that several processes share. */
export class WorldSharing {
  readonly shared: SharedWorlds;
  readonly #credentials: Credentials;
  /** The worlds that have a credential, as of the last look for it. */
  readonly #owners = new Map<string, readonly string[]>();
  /** When the use of a world was last written, by id. */
  readonly #written = new Map<string, Instant>();

  constructor(shared: SharedWorlds, credentials: Credentials) {
    this.shared = shared;
    this.#credentials = credentials;
  }

  card(name: string): WorldCard | undefined {
    return this.shared.cards.get(name);
  }

  /** Is it one that nobody used for too long, and that has not been ended yet? */
  isOver({ ttl, usedAt }: WorldCard, lastUsedAt: Instant, now: Instant): boolean {
    return ttl !== null && now - Math.max(usedAt, lastUsedAt) >= ttl;
  }

  /** Looks at what is in the default world and in these. */
  async look(names: readonly string[]): Promise<void> {
    const ids = names.flatMap((name) => this.card(name)?.id ?? []);
    await this.shared.look([DEFAULT_WORLD, ...ids]);
  }

  /** Finds out in which worlds a credential is that does not say so itself. */
  async lookFor(presented: Presented): Promise<void> {
    const name = nameOf(presented);
    if (name === null) return;
    const aliases =
      presented.kind === 'client'
        ? this.#credentials.clientAliases(presented.clientId)
        : this.#credentials.keyAliases(name);
    const names = await this.shared.worldsWith(aliases);
    if (this.#owners.size >= MOST_FOUND) this.#owners.clear();
    // Whatever nobody else has leads to the default world anyway.
    if (names.some((one) => one !== DEFAULT_WORLD)) this.#owners.set(name, names);
    else this.#owners.delete(name);
  }

  /** What the last look for a credential found. */
  ownersOf(presented: Presented): readonly string[] {
    return this.#owners.get(nameOf(presented) ?? '') ?? [];
  }

  /** A world is used. That is written from time to time, and nobody waits for it. */
  used({ id, ttl, usedAt }: WorldCard, now: Instant): void {
    if (ttl === null) return;
    const written = this.#written.get(id) ?? usedAt;
    if (now - written < Math.min(WRITTEN_EVERY, ttl / 4)) return;
    this.#written.set(id, now);
    this.shared.used([id], now).catch(() => this.#written.delete(id));
  }

  /** A world is closed here. */
  forget({ id }: Pick<WorldCard, 'id'>): void {
    this.#written.delete(id);
  }
}

/** What it is looked for by; null for a credential that names its world. */
function nameOf(presented: Presented): string | null {
  if (presented.kind === 'client') return presented.clientId;
  return presented.kind === 'key' ? presented.hash() : null;
}
