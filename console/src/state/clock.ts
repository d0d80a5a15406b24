import { computed, effect, signal } from '@preact/signals';
import { isOffline } from '../connection.ts';
import { ask, type ClockState } from '../control-api/client.ts';
import { formatDuration } from '../duration.ts';

/** The latest report of the world's clock, and when it arrived by the machine's clock. */
const lastReport = signal<{ readonly state: ClockState; readonly receivedAt: number } | null>(null);

/** Ticks every second for clocks that run. Without the server, no clock is known to run. */
const lastTick = signal(performance.now());
setInterval(() => {
  if (!isOffline.value) lastTick.value = performance.now();
}, 1000);

/** The world's time in RFC 3339; null while unknown. */
export const worldTime = computed(() => {
  const last = lastReport.value;
  if (last === null) return null;
  const { now, frozen } = last.state;
  const passed = frozen ? 0 : Math.max(0, lastTick.value - last.receivedAt);
  return { now: new Date(Date.parse(now) + passed).toISOString(), frozen };
});

export const worldMinute = computed(() => {
  const time = worldTime.value;
  return time === null ? null : `${time.now.slice(0, 16)}:00Z`;
});

/** Smaller differences are not shown. */
const PRECISION_MS = 60_000;

/** How far the world's clock differs from this machine's, such as `+1 h`; null if it does not. */
export const aheadText = computed(() => {
  const time = worldMinute.value;
  if (time === null) return null;
  const ahead = Date.parse(time) - Math.floor(Date.now() / PRECISION_MS) * PRECISION_MS;
  if (Math.abs(ahead) <= PRECISION_MS) return null;
  return `${ahead > 0 ? '+' : '−'}${formatDuration(ahead, 1)}`;
});

export const isFrozen = computed(() => lastReport.value?.state.frozen === true);

export function noteClock(state: ClockState): void {
  lastReport.value = { state, receivedAt: performance.now() };
}

/** Returns whether the clock was neither moved, frozen nor resumed since this state. @throws like the control API */
export async function isClockUnchanged(expected: ClockState): Promise<boolean> {
  const { now, ahead, frozen } = await ask<ClockState>('GET', '/_mock/clock');
  return frozen === expected.frozen && (frozen ? now === expected.now : ahead === expected.ahead);
}

/**
 * Waits until the world's clock reaches a time, by itself or because it is moved.
 *
 * @throws Error if the signal aborts
 */
export async function waitForWorldTime(at: string, signal: AbortSignal): Promise<void> {
  let stop = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      stop = effect(() => {
        if (worldTime.value !== null && Date.parse(worldTime.value.now) >= Date.parse(at)) resolve();
      });
      signal.addEventListener('abort', () => reject(new Error('Nothing was sent: the wait was cancelled.')));
    });
  } finally {
    stop();
  }
}
