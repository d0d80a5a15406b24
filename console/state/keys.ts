import { signal } from '@preact/signals';
import { askAll } from '../switchboard/client.ts';
import type { Key, KeyPolicy, KeyResource } from '../switchboard/types.ts';

/** A policy as it says itself what it is bound to; several resources add up. */
export interface Policy extends Omit<KeyPolicy, 'resource'> {
  readonly resource?: KeyResource | readonly KeyResource[] | null;
}

/** A key as the switchboard shows it, with what it says of keys of either type. */
export interface ShownKey extends Omit<Key, 'policy' | 'pending' | 'history'> {
  readonly org: string;
  readonly policy: Policy | null;
  readonly pending: readonly Policy[];
  readonly history: readonly Policy[];
  /** Of personal keys. */
  readonly user?: string;
  readonly roles?: readonly string[];
}

export function readKeys(): Promise<readonly ShownKey[]> {
  return askAll('keys');
}

/** The texts of keys that were made or rotated on this page, by id: nobody tells them a second time. */
export const madeTexts = signal<ReadonlyMap<string, string>>(new Map());

export function keepText(id: string, text: string): void {
  madeTexts.value = new Map([...madeTexts.value, [id, text]]);
}

/** What a key is bound to, in words. */
export function boundTo(resource: Policy['resource']): string {
  if (resource === undefined || resource === null) return 'everything of its organisation';
  const all: readonly KeyResource[] = Array.isArray(resource) ? resource : [resource as KeyResource];
  return all.map(({ type, ids }) => (ids === undefined ? type : `${type} ${ids.join(', ')}`)).join('; ');
}
