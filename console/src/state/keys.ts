import { signal } from '@preact/signals';
import { addressOf, askAll } from '../control-api/client.ts';
import type { Key, KeyPolicy, KeyResource, RecordedRequest } from '../control-api/types.ts';
import { reportChange } from './changes.ts';
import { createQuery } from './query.ts';
import { type Ruleset, readRuleset, serviceOfKey } from './rulesets.ts';

/** A policy whose resource is one resource, a list of resources (their rights add up) or null for none. */
export interface Policy extends Omit<KeyPolicy, 'resource'> {
  readonly resource?: KeyResource | readonly KeyResource[] | null;
}

/** An NGC key as the control API returns it, with the members of service keys and of personal keys. */
export interface NgcKey extends Omit<Key, 'policy' | 'pending' | 'history'> {
  readonly org: string;
  readonly policy: Policy | null;
  readonly pending: readonly Policy[];
  readonly history: readonly Policy[];
  /** Describes what the key is bound to if it has no resource, which depends on its services. */
  readonly unbound: string;
  /** Only personal keys have a user and roles. */
  readonly user?: string;
  readonly roles?: readonly string[];
}

/** Reads all NGC keys of this world. */
export const readKeys = createQuery(['keys'], async (): Promise<readonly NgcKey[]> => {
  const keys = await askAll<Omit<NgcKey, 'unbound'>>('keys');
  const services = [...new Set(keys.filter(wasUnbound).flatMap((key) => key.services))];
  const meanings = new Map(
    await Promise.all(
      services.map(async (name) => [name, describeMeaning(await readRuleset(serviceOfKey(name)))] as const),
    ),
  );
  return keys.map((key) => ({ ...key, unbound: describeUnbound(key.services, meanings) }));
});

/** Returns whether a service key is, was or will be bound to no resource. */
function wasUnbound({ type, policy, pending, history }: Omit<NgcKey, 'unbound'>): boolean {
  return type === 'service' && [policy, ...pending, ...history].some((version) => !version?.resource);
}

/** Describes what a key of one service without a resource is bound to. */
function describeMeaning({ unbound }: Ruleset): string {
  return unbound === undefined ? 'everything of its organisation' : 'nothing';
}

/** Describes what a key of these services without a resource is bound to. @param meanings by service */
function describeUnbound(services: readonly string[], meanings: ReadonlyMap<string, string>): string {
  const all = [...new Set(services.map((name) => meanings.get(name) ?? ''))];
  if (all.length < 2) return all[0] ?? 'nothing';
  return services.map((name) => `${meanings.get(name)} in ${name}`).join(', ');
}

/** The texts of keys created or rotated on this page, by id. They cannot be read from the server. */
export const keyTexts = signal<ReadonlyMap<string, string>>(new Map());

/** Remembers the text of a key until the page is closed. */
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

/**
 * Describes what a key is bound to.
 *
 * @param unbound the description for no resource
 * @param names of objects, by id
 */
export function describeBinding(
  resource: Policy['resource'],
  unbound = 'nothing',
  names: ReadonlyMap<string, string> = new Map(),
): string {
  if (resource === undefined || resource === null) return unbound;
  const resources: readonly KeyResource[] = Array.isArray(resource) ? resource : [resource as KeyResource];
  const list = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id).join(', ');
  return resources
    .map(({ type, ids = [], ignoredIds = [] }) => {
      const formatted = ids.length === 0 ? type : `${type} ${list(ids)}`;
      return ignoredIds.length === 0 ? formatted : `${formatted} (ignored: ${list(ignoredIds)})`;
    })
    .join('; ');
}
