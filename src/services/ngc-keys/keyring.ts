import type { World } from '../../contract/world.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import type { HintCollector } from '../../journal/request-hints.ts';
import { type Instant, rfc3339 } from '../../lib/clock.ts';
import { drawAt, type Random } from '../../lib/random.ts';
import type { Store } from '../../store/index.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { addMark } from '../../tokens/world-mark.ts';
import { ngcKeysIn } from './index.ts';
import { createKeyText, KEY_BYTES, readEnding } from './key-text.ts';
import { findKeyWarnings } from './key-warnings.ts';
import { findMissingObjects } from './missing-objects.ts';
import { computeEffectiveTime, type Propagation, type PropagationMode } from './propagation.ts';
import type { KeyInForce, NewNgcKey, NextPolicy, NgcKeyEdit } from './records.ts';

export interface PropagationSettings extends Propagation {
  readonly seed: string;
}

export interface KeyContext {
  readonly world: Pick<World, 'mark' | 'activityLog'>;
  readonly store: Pick<Store, 'collections' | 'settings'>;
  readonly settings: { readonly propagation: PropagationMode; readonly propagationDelay: number };
  readonly random: Random;
}

const MODE_SETTING = 'propagation.mode';
const DELAY_SETTING = 'propagation.delay';
const SEED_SETTING = 'propagation.seed';
const POSITION_SETTING = 'propagation.position';
const STARTED_WITH_SETTING = 'propagation.started-with';
const DEFAULT_SEED = 'nv-auth-mock';

/** Returns the settings last set, or those that the server was started with. */
export async function readPropagationSettings({ store, settings }: Pick<KeyContext, 'store' | 'settings'>) {
  const [mode, delay, seed] = await Promise.all(
    [MODE_SETTING, DELAY_SETTING, SEED_SETTING].map((name) => store.settings.get(name)),
  );
  return {
    // `changePropagationSettings` writes only modes.
    mode: (mode as PropagationMode | null | undefined) ?? settings.propagation,
    delay: Number(delay ?? settings.propagationDelay),
    seed: seed ?? DEFAULT_SEED,
  };
}

/** Recorded edits keep their time. Any seed, even the same one, restarts the sequence. */
export async function changePropagationSettings(
  { store }: KeyContext,
  { mode, delay, seed }: Partial<PropagationSettings>,
): Promise<void> {
  if (mode !== undefined) await store.settings.set(MODE_SETTING, mode);
  if (delay !== undefined) await store.settings.set(DELAY_SETTING, String(delay));
  if (seed !== undefined) {
    await store.settings.set(SEED_SETTING, seed);
    await store.settings.remove([POSITION_SETTING]);
  }
}

/** Keeps the settings after a restart, unless the server is started with different options. */
export async function restorePropagationSettings({ store, settings }: Pick<KeyContext, 'store' | 'settings'>) {
  const started = `${settings.propagation} ${settings.propagationDelay}`;
  const before = await store.settings.get(STARTED_WITH_SETTING);
  if (before === started) return;
  if (before !== null) await store.settings.remove([MODE_SETTING, DELAY_SETTING, SEED_SETTING, POSITION_SETTING]);
  await store.settings.set(STARTED_WITH_SETTING, started);
}

async function nextEffectiveAt(context: KeyContext, now: Instant): Promise<Instant> {
  const propagation = await readPropagationSettings(context);
  const position = propagation.mode === 'jitter' ? await context.store.settings.next(POSITION_SETTING) : 0;
  return computeEffectiveTime(now, propagation, drawAt(propagation.seed, position));
}

export type NewKeyOptions = Omit<NewNgcKey, 'id' | 'secretHash' | 'createdAt' | 'enabled'> & {
  /** For personal keys: roles for the user, if it is new. */
  readonly roles: readonly string[];
};

export function generateKeyText({ random, world }: Pick<KeyContext, 'random' | 'world'>): string {
  return createKeyText(addMark(world.mark, random.base64url(KEY_BYTES)));
}

/** @returns the id, and the text, which cannot be retrieved later @throws LimitReached for a further service key */
export async function issueKey(
  { store, random, world }: KeyContext,
  now: Instant,
  { roles, ...options }: NewKeyOptions,
  limit: number | null,
): Promise<{ readonly id: string; readonly text: string }> {
  const id = random.uuid();
  const text = generateKeyText({ random, world });
  const key = { ...options, id, enabled: true, createdAt: now, secretHash: hashSecret(text) };
  await ngcKeysIn(store).create(key, roles, limit);
  world.activityLog.publishEvent('policy', { keyId: id, what: 'created' });
  return { id, text };
}

/** @throws NotFound */
export async function deleteKey({ store, world }: KeyContext, id: string): Promise<void> {
  await ngcKeysIn(store).delete(id);
  world.activityLog.publishEvent('policy', { keyId: id, what: 'deleted' });
}

/** Replaces the secret; the old one stops working at once. @throws NotFound */
export async function rotateKey({ store, random, world }: KeyContext, id: string): Promise<string> {
  const text = generateKeyText({ random, world });
  await ngcKeysIn(store).replaceSecret(id, hashSecret(text), readEnding(text));
  world.activityLog.publishEvent('policy', { keyId: id, what: 'rotated' });
  return text;
}

/** Scopes and resources take effect after the propagation delay, everything else at once. @throws NotFound */
export async function editKey(
  context: KeyContext,
  now: Instant,
  { id, type }: KeyInForce['key'],
  { policy, ...edit }: Omit<NgcKeyEdit, 'policy'> & { readonly policy?: NextPolicy },
): Promise<void> {
  const policyEdit =
    policy === undefined || type !== 'service'
      ? {}
      : { policy: { next: policy, recordedAt: now, effectiveAt: await nextEffectiveAt(context, now) } };
  const keyEdit: NgcKeyEdit = { ...edit, ...policyEdit };
  await ngcKeysIn(context.store).edit(id, keyEdit);
  context.world.activityLog.publishEvent('policy', {
    keyId: id,
    what: 'edited',
    ...(keyEdit.policy && {
      recordedAt: rfc3339(keyEdit.policy.recordedAt),
      effectiveAt: rfc3339(keyEdit.policy.effectiveAt),
    }),
    ...(keyEdit.roles !== undefined && { roles: keyEdit.roles }),
    ...(keyEdit.services !== undefined && { services: keyEdit.services }),
    ...(keyEdit.enabled !== undefined && { enabled: keyEdit.enabled }),
  });
}

export async function flushEdits({ store, world }: KeyContext, keyId: string | null, now: Instant) {
  const flushed = await ngcKeysIn(store).flush(keyId, now);
  for (const version of flushed) {
    world.activityLog.publishEvent('policy', { ...version, what: 'flushed', effectiveAt: rfc3339(now) });
  }
  return flushed;
}

interface KeyCheck {
  readonly rulesets: readonly Ruleset[];
  readonly store: KeyContext['store'];
}

/** Adds hints about what the latest version cannot do, and about objects that do not exist. @returns their texts */
export async function reportKeyWarnings(context: KeyCheck & { readonly hints: HintCollector }, found: KeyInForce) {
  const policy = await readNewestPolicy(context, found);
  const { rulesets, store, hints } = context;
  const account = found.organization.ncaId;
  const missing =
    policy === null ? [] : await findMissingObjects(rulesets, store.collections, { ...found.key, account }, policy);
  const { isUseless, warnings } = findKeyWarnings(rulesets, { ...found.key, roles: found.roles, policy });
  const all = [...warnings, ...missing];
  for (const warning of all) hints.add(isUseless ? 'useless_key' : 'limited_key', warning);
  return all;
}

/** Returns a line for each key of a seed with warnings, without missing objects: they may be created later. */
export async function listSeedKeyWarnings({ rulesets, store }: KeyCheck, now: Instant): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const found of await ngcKeysIn(store).list({ org: undefined }, MAX_REPORTED_KEYS, now)) {
    const policy = await readNewestPolicy({ store }, found);
    const { warnings } = findKeyWarnings(rulesets, { ...found.key, roles: found.roles, policy });
    if (warnings.length > 0) lines.push(warnings.join(' '));
  }
  return lines;
}

const MAX_REPORTED_KEYS = 1000;

/** Returns the latest recorded policy, even if not yet in force: a partial edit builds on it. */
export async function readNewestPolicy({ store }: Pick<KeyContext, 'store'>, { key, policy, pending }: KeyInForce) {
  const newest = pending.length === 0 ? policy : await ngcKeysIn(store).findNewestVersion(key.id);
  return newest === null ? null : { scopes: newest.scopes, resources: newest.resources };
}
