import { signal } from '@preact/signals';
import {
  addressOf,
  askAll,
  type Key,
  type KeyPolicy,
  type KeyResource,
  type RecordedRequest,
} from '../control-api/client.ts';
import { reportChange } from './changes.ts';
import { createQuery } from './query.ts';
import { readRuleset, serviceOfKey } from './rulesets.ts';

/** A policy whose resource is one resource, a list of resources (their rights add up) or null for none. */
export interface Policy extends Omit<KeyPolicy, 'resource'> {
  readonly resource?: KeyResource | readonly KeyResource[] | null;
}

export interface NgcKey extends Omit<Key, 'policy' | 'pending' | 'history'> {
  readonly policy: Policy | null;
  readonly pending: readonly Policy[];
  readonly history: readonly Policy[];
}

export const readKeys = createQuery(['keys'], () => askAll<NgcKey>('keys'));

/** Reads what a key of these services without a resource is bound to. @throws like the control API */
export async function readUnbound(services: readonly string[]): Promise<string> {
  const meanings = await Promise.all(
    services.map(async (name) => {
      const { unbound } = await readRuleset(serviceOfKey(name));
      return unbound === undefined ? 'everything of its organisation' : 'nothing';
    }),
  );
  if (new Set(meanings).size < 2) return meanings[0] ?? 'nothing';
  return services.map((name, index) => `${meanings[index]} in ${name}`).join(', ');
}

/** The texts of keys created or rotated on this page, by id. They cannot be read from the server. */
export const keyTexts = signal<ReadonlyMap<string, string>>(new Map());

export function rememberKeyText(id: string, text: string): void {
  if (keyTexts.value.size === 0) serveKeyTexts();
  keyTexts.value = new Map([...keyTexts.value, [id, text]]);
  reportChange('keys');
}

/** Passes the text of a key to the API documents of this world when they ask for it. Nothing is stored. */
function serveKeyTexts(): void {
  const channel = new BroadcastChannel(`nv-auth-mock keys ${addressOf('')}`);
  channel.onmessage = ({ data: { asked = '' } }: MessageEvent<{ readonly asked?: string }>) => {
    const text = keyTexts.value.get(asked);
    if (text !== undefined) channel.postMessage({ id: asked, text });
  };
}

/** The key that a form saved, until its panel is left. */
export const savedKey = signal<
  (Pick<Key, 'id' | 'name' | 'warnings'> & { readonly isNew: boolean; readonly request: RecordedRequest | null }) | null
>(null);

/** Describes what a key is bound to. @param names of objects, by id */
export function describeBinding(
  resource: KeyResource | readonly KeyResource[],
  names: ReadonlyMap<string, string> = new Map(),
): string {
  const list = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id).join(', ');
  return [resource]
    .flat()
    .map(({ type, ids = [], ignoredIds = [] }) => {
      const formatted = ids.length === 0 ? type : `${type} ${list(ids)}`;
      return ignoredIds.length === 0 ? formatted : `${formatted} (ignored: ${list(ignoredIds)})`;
    })
    .join('; ');
}
