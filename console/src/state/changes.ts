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

/** The number of changes of each topic. */
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

/** Events are collected for this long, so that views do not read again more often. */
const MIN_INTERVAL_MS = 400;

/** The topics of events in the current pause. */
const pendingTopics = new Set<Topic>();

/** Returns a number that increases with every change of these topics. */
export function countChanges(...topics: readonly Topic[]): number {
  return topics.reduce((sum, topic) => sum + counts[topic].value, 0);
}

/** Reports a change. Use it for changes by the page itself, which are read again immediately. */
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

/** The topics of world events that do not change everything in a world, by the member `what`. */
const WORLD_TOPICS: Readonly<Record<string, readonly Topic[]>> = {
  made: ['worlds'],
  deleted: ['worlds'],
  modes: ['mode'],
};

/** Marks the topics of an event as changed, after the pause. */
export function noteEvent({ kind, data }: MockEvent): void {
  if (pendingTopics.size === 0) setTimeout(() => reportChange(...pendingTopics), MIN_INTERVAL_MS);
  const worldTopics = kind === 'world' ? WORLD_TOPICS[String(data.what)] : undefined;
  for (const topic of worldTopics ?? TOPICS[kind]) pendingTopics.add(topic);
}
