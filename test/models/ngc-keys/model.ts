import { START } from '../../support/server.ts';

import { byText } from '../sorted.ts';

/** How long an edit takes where the toggle is `fixed`. */
export const DELAY = 900_000;

export interface Policy {
  readonly scopes: readonly string[];
  readonly resource: { readonly type: string; readonly ids?: readonly string[] } | null;
}

export interface Version extends Policy {
  readonly version: number;
  readonly recordedAt: number;
  readonly effectiveAt: number;
}

export interface Key {
  readonly id: string;
  readonly name: string;
  /** What counts of all the texts that it ever had. */
  text: string;
  readonly versions: Version[];
  enabled: boolean;
  expiresAt: number | null;
}

/** What happens by itself. */
export interface Event {
  readonly at: number;
  readonly kind: 'key.expired' | 'policy.effective';
  readonly keyId: string;
  readonly version?: number;
}

export interface Snapshot {
  readonly id: string;
  readonly at: number;
  readonly of: Pick<NgcKeys, 'keys' | 'mode' | 'clock'>;
}

/** Service keys with their histories, the toggle and the clock: all that a reset or a snapshot takes back. */
export class NgcKeys {
  /** What the machine's clock shows. */
  real = START;
  keys: Key[] = [];
  mode: 'off' | 'fixed' = 'off';
  /** How far the clock is ahead of the machine's, or the moment that it stands at. */
  clock: { readonly ahead: number } | { readonly frozenAt: number } = { ahead: 0 };
  /** Every id and every text that a key ever had. */
  readonly ids: string[] = [];
  readonly texts: string[] = [];
  snapshot: Snapshot | null = null;

  add(key: Key): void {
    this.keys.push(key);
    this.keys.sort((one, other) => byText(one.id, other.id));
    this.ids.push(key.id);
    this.ids.sort();
    this.replaceText(key, key.text);
  }

  /** Gives a key another text. */
  replaceText(key: Key, text: string): void {
    key.text = text;
    this.texts.push(text);
    this.texts.sort();
  }

  /** The id of a key; if there is none, of one that is gone. */
  idOf(name: string): string {
    return this.named(name)?.id ?? this.ids.find((id) => this.find(id) === undefined) ?? 'nothing';
  }

  get now(): number {
    return 'frozenAt' in this.clock ? this.clock.frozenAt : this.real + this.clock.ahead;
  }

  move(to: number): void {
    this.clock = 'frozenAt' in this.clock ? { frozenAt: to } : { ahead: to - this.real };
  }

  named(name: string): Key | undefined {
    return this.keys.find((key) => key.name === name);
  }

  find(id: string): Key | undefined {
    return this.keys.find((key) => key.id === id);
  }

  /** Records the next version; what it does not name stays as it was recorded last. */
  edit({ versions }: Key, given: Partial<Policy>, delay = this.mode === 'fixed' ? DELAY : 0): void {
    const { scopes, resource } = versions.at(-1) as Version;
    const times = { recordedAt: this.now, effectiveAt: this.now + delay };
    versions.push({ scopes, resource, ...given, version: versions.length + 1, ...times });
  }

  /** The highest version whose moment has come. */
  inForce({ versions }: Key, now = this.now): Version {
    return versions.findLast(({ effectiveAt }) => effectiveAt <= now) as Version;
  }

  /** What will be in force at some time, the earliest first: no higher version begins before it, or when it does. */
  pending({ versions }: Key, now = this.now): Version[] {
    const isOvertaken = (one: Version) =>
      versions.slice(one.version).some((later) => later.effectiveAt <= one.effectiveAt);
    return versions.filter((one) => one.effectiveAt > now && !isOvertaken(one));
  }

  /** What will happen by itself after a moment, the earliest first. */
  events(now = this.now): Event[] {
    const all = this.keys.flatMap((key): Event[] => [
      ...this.pending(key, now).map(({ effectiveAt: at, version }) => ({
        ...{ at, kind: 'policy.effective' as const, keyId: key.id, version },
      })),
      ...(key.expiresAt === null ? [] : [{ at: key.expiresAt, kind: 'key.expired' as const, keyId: key.id }]),
    ]);
    return all.filter(({ at }) => at > now).sort((one, other) => one.at - other.at);
  }

  /** Why a text is not accepted at all; null if it is. */
  whyRefused(text: string): string | null {
    const key = this.keys.find((one) => one.text === text);
    if (key === undefined) return 'unknown_key';
    if (this.isExpired(key)) return 'expired_key';
    return key.enabled ? null : 'disabled_key';
  }

  isExpired({ expiresAt }: Key): boolean {
    return expiresAt !== null && expiresAt <= this.now;
  }
}
