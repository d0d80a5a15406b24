import { type Signal, signal } from '@preact/signals';
import type { MockEvent } from '../control-api/client.ts';

const ALL_TOPICS = ['requests', 'clock', 'keys', 'cast', 'faults', 'worlds', 'snapshots'] as const;

/** A kind of data that a view may have to read again. */
export type Topic = (typeof ALL_TOPICS)[number];

const counts = Object.fromEntries(ALL_TOPICS.map((topic) => [topic, signal(0)])) as Record<Topic, Signal<number>>;

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

/** Reports that everything may have changed. */
export function reportAllChanges(): void {
  reportChange(...ALL_TOPICS);
}

const TOPICS: Readonly<Record<MockEvent['kind'], readonly Topic[]>> = {
  request: ['requests'],
  decision: [],
  clock: ['clock', 'keys', 'faults'],
  policy: ['keys', 'clock'],
  fault: ['faults'],
  world: ['requests', 'clock', 'keys', 'cast', 'faults', 'snapshots'],
};

/** The topics of world events that do not change everything in a world, by the member `what`. */
const WORLD_TOPICS: Readonly<Record<string, readonly Topic[]>> = {
  made: ['worlds'],
  deleted: ['worlds'],
};

/** Marks the topics of an event as changed, after the pause. */
export function noteEvent({ kind, data }: MockEvent): void {
  if (pendingTopics.size === 0) setTimeout(() => reportChange(...pendingTopics), MIN_INTERVAL_MS);
  const worldTopics = kind === 'world' ? WORLD_TOPICS[String(data.what)] : undefined;
  for (const topic of worldTopics ?? TOPICS[kind]) pendingTopics.add(topic);
}
