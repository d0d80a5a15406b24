import type { World } from '../contract/world.ts';
import { hashSecret } from '../credentials/secret.ts';
import { addMark } from '../credentials/world-mark.ts';
import type { Policy } from '../decisions/policy.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Reports } from '../journal/finding.ts';
import { drawnAt, type Random } from '../platform/random.ts';
import type { Store } from '../store/index.ts';
import { type Instant, rfc3339 } from '../time/clock.ts';
import { ngcKeysIn } from './index.ts';
import { endingOf, KEY_BYTES, makeKeyText } from './key-text.ts';
import { findKeyWarnings } from './key-warnings.ts';
import { findMissingObjects } from './missing-objects.ts';
import { effectiveAt, type Propagation, type PropagationMode } from './propagation.ts';
import type { KeyInForce, NewNgcKey, NextPolicy, NgcKeyEdit } from './records.ts';

/** The delay of edits, and the seed of `jitter`. */
export interface Toggle extends Propagation {
  readonly seed: string;
}

/** The parts of a world that key administration needs. */
export interface Keyroom {
  readonly world: Pick<World, 'mark' | 'activityLog'>;
  readonly store: Pick<Store, 'collections' | 'settings'>;
  readonly settings: { readonly propagation: PropagationMode; readonly propagationDelay: number };
  readonly random: Random;
}

const MODE = 'propagation.mode';
const DELAY = 'propagation.delay';
const SEED = 'propagation.seed';
const POSITION = 'propagation.position';
const STARTED_WITH = 'propagation.started-with';
const DEFAULT_SEED = 'nv-auth-mock';

/** The settings that were last set, or those of the server's start. */
export async function toggleOf({ store, settings }: Pick<Keyroom, 'store' | 'settings'>): Promise<Toggle> {
  const [mode, delay, seed] = await Promise.all([MODE, DELAY, SEED].map((name) => store.settings.get(name)));
  return {
    // `setToggle` writes nothing but modes.
    mode: (mode as PropagationMode | null | undefined) ?? settings.propagation,
    delay: Number(delay ?? settings.propagationDelay),
    seed: seed ?? DEFAULT_SEED,
  };
}

/** Applies to later edits; recorded edits keep their time. A seed, even the same one, restarts the sequence. */
export async function setToggle({ store }: Keyroom, { mode, delay, seed }: Partial<Toggle>): Promise<void> {
  if (mode !== undefined) await store.settings.set(MODE, mode);
  if (delay !== undefined) await store.settings.set(DELAY, String(delay));
  if (seed !== undefined) {
    await store.settings.set(SEED, seed);
    await store.settings.remove([POSITION]);
  }
}

/** Settings survive a restart, unless the server is started with other options than before. */
export async function reviveToggle({ store, settings }: Pick<Keyroom, 'store' | 'settings'>): Promise<void> {
  const started = `${settings.propagation} ${settings.propagationDelay}`;
  const before = await store.settings.get(STARTED_WITH);
  if (before === started) return;
  if (before !== null) await store.settings.remove([MODE, DELAY, SEED, POSITION]);
  await store.settings.set(STARTED_WITH, started);
}

/** When an edit that is recorded now takes effect. */
async function nextEffectiveAt(room: Keyroom, now: Instant): Promise<Instant> {
  const toggle = await toggleOf(room);
  const place = toggle.mode === 'jitter' ? await room.store.settings.next(POSITION) : 0;
  return effectiveAt(now, toggle, drawnAt(toggle.seed, place));
}

/** A new key, without its id and secret. */
export type KeyOrder = Omit<NewNgcKey, 'id' | 'secretHash' | 'createdAt' | 'enabled'> & {
  /** For personal keys: the roles of a new user. */
  readonly roles: readonly string[];
};

/** Draws the text of a new key, with the mark of its world. */
export function drawKeyText({
  random,
  world,
}: {
  readonly random: Random;
  readonly world: Pick<World, 'mark'>;
}): string {
  return makeKeyText(addMark(world.mark, random.base64url(KEY_BYTES)));
}

/**
 * Creates a key.
 *
 * @param limit the most service keys of an organisation
 * @returns its text too, which only this answer contains
 * @throws LimitReached
 */
export async function issueKey(
  { store, random, world }: Keyroom,
  now: Instant,
  { roles, ...order }: KeyOrder,
  limit: number | null,
): Promise<{ readonly id: string; readonly text: string }> {
  const id = random.uuid();
  const text = drawKeyText({ random, world });
  const key = { ...order, id, enabled: true, createdAt: now, secretHash: hashSecret(text) };
  await ngcKeysIn(store).create(key, roles, limit);
  world.activityLog.event('policy', { keyId: id, what: 'created' });
  return { id, text };
}

/** @throws NotFound */
export async function deleteKey({ store, world }: Pick<Keyroom, 'store' | 'world'>, id: string): Promise<void> {
  await ngcKeysIn(store).delete(id);
  world.activityLog.event('policy', { keyId: id, what: 'deleted' });
}

/** Replaces the secret; the old one ends at once. @throws NotFound */
export async function rotateKey({ store, random, world }: Keyroom, id: string): Promise<string> {
  const text = drawKeyText({ random, world });
  await ngcKeysIn(store).replaceSecret(id, hashSecret(text), endingOf(text));
  world.activityLog.event('policy', { keyId: id, what: 'rotated' });
  return text;
}

/**
 * Edits a key. Scopes and resources of a service key take effect after the propagation delay, all else at once.
 *
 * @param propagatedAt when its scopes and resources take effect, if not after the delay of the world
 * @throws NotFound
 */
export async function editKey(
  room: Keyroom,
  now: Instant,
  { id, type }: KeyInForce['key'],
  { policy, ...edit }: Omit<NgcKeyEdit, 'policy'> & { readonly policy?: NextPolicy },
  propagatedAt?: Instant,
): Promise<void> {
  const appended =
    policy === undefined || type !== 'service'
      ? {}
      : { policy: { next: policy, recordedAt: now, effectiveAt: propagatedAt ?? (await nextEffectiveAt(room, now)) } };
  const whole: NgcKeyEdit = { ...edit, ...appended };
  await ngcKeysIn(room.store).edit(id, whole);
  room.world.activityLog.event('policy', policyChange(id, whole));
}

/** The event about an edit. */
function policyChange(keyId: string, { policy, roles, services, enabled }: NgcKeyEdit): object {
  return {
    keyId,
    what: 'edited',
    ...(policy && { recordedAt: rfc3339(policy.recordedAt), effectiveAt: rfc3339(policy.effectiveAt) }),
    ...(roles !== undefined && { roles }),
    ...(services !== undefined && { services }),
    ...(enabled !== undefined && { enabled }),
  };
}

/** Puts the latest edits into force now, see `NgcKeys.flush`. @returns the keys and their new versions */
export async function flushEdits(
  { store, world }: Pick<Keyroom, 'store' | 'world'>,
  keyId: string | null,
  now: Instant,
): Promise<readonly { readonly keyId: string; readonly version: number }[]> {
  const flushed = await ngcKeysIn(store).flush(keyId, now);
  for (const one of flushed) {
    world.activityLog.event('policy', { ...one, what: 'flushed', effectiveAt: rfc3339(now) });
  }
  return flushed;
}

/** The findings to report to, and the rulesets to check keys against. */
export interface KeyReport {
  readonly rulesets: readonly Ruleset[];
  readonly findings: Reports;
  readonly store: Keyroom['store'];
}

/**
 * Reports a finding for each reason why the latest version of a key can do nothing, or less than it says, and for objects
 * that it names and that do not exist.
 */
export async function reportUseless(report: KeyReport, now: Instant, found: KeyInForce): Promise<readonly string[]> {
  const policy = await newestPolicy(report, found);
  const { rulesets, store } = report;
  const account = found.organization.ncaId;
  const missing =
    policy === null ? [] : await findMissingObjects(rulesets, store.collections, { ...found.key, account }, policy);
  return reportWarnings(report, now, found, policy, missing);
}

/** The same for all keys of a seed, whose objects may be made later. */
export async function reportUselessKeys(report: KeyReport, now: Instant): Promise<void> {
  for (const found of await ngcKeysIn(report.store).list({ org: undefined }, MAX_REPORTED, now)) {
    reportWarnings(report, now, found, await newestPolicy(report, found), []);
  }
}

function reportWarnings(
  { rulesets, findings }: KeyReport,
  now: Instant,
  { key: { name, services }, roles }: KeyInForce,
  policy: Policy | null,
  further: readonly string[],
): readonly string[] {
  const { isUseless, warnings } = findKeyWarnings(rulesets, { name, services, policy, roles });
  const all = [...warnings, ...further];
  for (const warning of all) findings.report(isUseless ? 'useless_key' : 'limited_key', warning, now);
  return all;
}

const MAX_REPORTED = 1000;

/** The latest recorded policy, even if it is not in force yet: a partial edit continues from it. */
export async function newestPolicy(
  { store }: Pick<Keyroom, 'store'>,
  { key, policy, pending }: KeyInForce,
): Promise<Policy | null> {
  const newest = pending.length === 0 ? policy : await ngcKeysIn(store).newest(key.id);
  return newest === null ? null : { scopes: newest.scopes, resources: newest.resources };
}
