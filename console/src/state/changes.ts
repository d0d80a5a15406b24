import { type Signal, signal } from '@preact/signals';
import type { MockEvent } from '../control-api/types.ts';

/** A kind of data that a view may have to read again. */
export type Topic =
  | 'requests'
  | 'findings'
  | 'clock'
  | 'keys'
  | 'cast'
  | 'faults'
  | 'drills'
  | 'worlds'
  | 'snapshots'
  | 'mode';

const counts: Readonly<Record<Topic, Signal<number>>> = {
  requests: signal(0),
  findings: signal(0),
  clock: signal(0),
  keys: signal(0),
  cast: signal(0),
  faults: signal(0),
  drills: signal(0),
  worlds: signal(0),
  snapshots: signal(0),
  mode: signal(0),
};

/** Views read again at most this often, however many events arrive. */
const PAUSE_MS = 400;

const pendingTopics = new Set<Topic>();

/** Returns a number that increases with every change of these topics. */
export function countChanges(...topics: readonly Topic[]): number {
  return topics.reduce((sum, topic) => sum + counts[topic].value, 0);
}

/** Reports a change. Changes by the page itself are read again immediately. */
export function reportChange(...topics: readonly Topic[]): void {
  for (const topic of topics) {
    pendingTopics.delete(topic);
    counts[topic].value += 1;
  }
}

/** The topics of each kind of event. */
const TOPICS: Readonly<Record<MockEvent['kind'], readonly Topic[]>> = {
  request: ['requests'],
  decision: [],
  finding: ['findings'],
  clock: ['clock', 'keys', 'faults', 'drills'],
  policy: ['keys', 'clock'],
  fault: ['faults'],
  // `readAll` reads the rest.
  restarted: ['requests'],
  world: ['requests', 'findings', 'clock', 'keys', 'cast', 'faults', 'drills', 'snapshots', 'mode'],
};

/** Topics of world events that change only part of a world. */
const WORLD_TOPICS: Readonly<Record<string, readonly Topic[]>> = {
  made: ['worlds'],
  deleted: ['worlds'],
  modes: ['mode'],
};

export function noteEvent({ kind, data }: MockEvent): void {
  if (pendingTopics.size === 0) setTimeout(() => reportChange(...pendingTopics), PAUSE_MS);
  for (const topic of (kind === 'world' && WORLD_TOPICS[String(data.what)]) || TOPICS[kind]) pendingTopics.add(topic);
}
