import { START } from '../../../support/server.ts';

import { compareText } from '../sorted.ts';

/** The delay of an edit with propagation `fixed`. */
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
  /** The current secret. */
  text: string;
  readonly versions: Version[];
  enabled: boolean;
  expiresAt: number | null;
}

/** An event that happens over time. */
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

/** Service keys with their histories, the propagation and the clock, as a reset or a restore changes them. */
export class NgcKeys {
  /** The time of the machine. */
  real = START;
  keys: Key[] = [];
  mode: 'off' | 'fixed' = 'off';
  /** The difference of the clock to the machine, or the time of a frozen clock. */
  clock: { readonly ahead: number } | { readonly frozenAt: number } = { ahead: 0 };
  /** All ids and secrets that keys ever had. */
  readonly ids: string[] = [];
  readonly texts: string[] = [];
  snapshot: Snapshot | null = null;

  add(key: Key): void {
    this.keys.push(key);
    this.keys.sort((first, second) => compareText(first.id, second.id));
    this.ids.push(key.id);
    this.ids.sort();
    this.replaceText(key, key.text);
  }

  /** Replaces the secret of a key. */
  replaceText(key: Key, text: string): void {
    key.text = text;
    this.texts.push(text);
    this.texts.sort();
  }

  /** Returns the id of a key, or else of a deleted key. */
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

  /** Records the next version; absent members are copied from the last version. */
  edit({ versions }: Key, changes: Partial<Policy>, delay = this.mode === 'fixed' ? DELAY : 0): void {
    const { scopes, resource } = versions.at(-1) as Version;
    const times = { recordedAt: this.now, effectiveAt: this.now + delay };
    versions.push({ scopes, resource, ...changes, version: versions.length + 1, ...times });
  }

  /** Returns the highest version in force. */
  inForce({ versions }: Key, now = this.now): Version {
    return versions.findLast(({ effectiveAt }) => effectiveAt <= now) as Version;
  }

  /** Returns the versions that will be in force, earliest first: no higher version starts before them or with them. */
  pending({ versions }: Key, now = this.now): Version[] {
    const isOvertaken = (version: Version) =>
      versions.slice(version.version).some((later) => later.effectiveAt <= version.effectiveAt);
    return versions.filter((version) => version.effectiveAt > now && !isOvertaken(version));
  }

  /** Returns the events after a moment, earliest first. */
  events(now = this.now): Event[] {
    const all = this.keys.flatMap((key): Event[] => [
      ...this.pending(key, now).map(({ effectiveAt: at, version }) => ({
        at,
        kind: 'policy.effective' as const,
        keyId: key.id,
        version,
      })),
      ...(key.expiresAt === null ? [] : [{ at: key.expiresAt, kind: 'key.expired' as const, keyId: key.id }]),
    ]);
    return all.filter(({ at }) => at > now).sort((first, second) => first.at - second.at);
  }

  /** Returns why a secret is rejected, or null. */
  findRejectionReason(text: string): string | null {
    const key = this.keys.find((candidate) => candidate.text === text);
    if (key === undefined) return 'unknown_key';
    if (this.isExpired(key)) return 'expired_key';
    return key.enabled ? null : 'disabled_key';
  }

  isExpired({ expiresAt }: Key): boolean {
    return expiresAt !== null && expiresAt <= this.now;
  }
}
