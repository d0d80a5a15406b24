import { AsyncResource } from 'node:async_hooks';
import { beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, UnreachableTime } from '../../src/lib/clock.ts';
import type { SettingsStore } from '../../src/store/settings.ts';
import { openClock } from '../../src/worlds/clock.ts';

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

/** A store of settings that writes asynchronously and can fail. */
class SlowSettings implements SettingsStore {
  readonly values = new Map<string, string>();
  writes = 0;
  failure: Error | null = null;
  /** Runs during each write. */
  duringWrite: () => void = () => {};

  async get(name: string) {
    return this.values.get(name) ?? null;
  }
  async set(name: string, value: string) {
    await this.update(name, () => value);
  }
  async update(name: string, change: (before: string | null) => string) {
    const value = change(await this.get(name));
    this.writes += 1;
    await Promise.resolve();
    this.duringWrite();
    await Promise.resolve();
    if (this.failure !== null) throw this.failure;
    this.values.set(name, value);
  }
  async next(): Promise<number> {
    throw new Error('a clock uses no counters');
  }
  async remove(names: readonly string[]) {
    for (const name of names) this.values.delete(name);
  }
}

const machine = createManualClock(NOON);
let settings: SlowSettings;
const open = () => openClock(machine, settings);
/** Opens the clock in the next process. */
const reopen = open;

beforeEach(() => {
  machine.set(NOON);
  settings = new SlowSettings();
});

it('a new clock shows the real time and runs', async () => {
  const clock = await open();
  expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON, 0, false]);
  machine.set(NOON + 5);

  expect(clock.now()).toBe(NOON + 5);
  expect(settings.writes).toBe(0);
});

it('a clock that another process advanced is reread when it rejects an earlier time', async () => {
  const [first, second] = [await open(), await open()];
  await second.advance(15 * MINUTE);
  await expect(first.set(NOON + MINUTE)).rejects.toThrow(UnreachableTime);
  expect(first.now()).toBe(NOON + 15 * MINUTE);
});

describe('a running clock', () => {
  it('rejects a time in the past and stays unchanged', async () => {
    const clock = await open();
    await clock.advance(MINUTE);

    await expect(clock.set(NOON + MINUTE - 1)).rejects.toThrow(UnreachableTime);
    await expect(clock.advance(-1)).rejects.toThrow(UnreachableTime);
    expect(clock.ahead).toBe(MINUTE);
    expect(settings.writes).toBe(1);
  });

  it('ignores a resume and writes nothing', async () => {
    const clock = await open();
    await clock.resume();

    expect([clock.ahead, clock.frozen, settings.writes]).toEqual([0, false, 0]);
  });
});

describe('a frozen clock', () => {
  it('stands still while the freeze is being written', async () => {
    const clock = await open();
    const seen: number[] = [];
    settings.duringWrite = () => {
      machine.set(machine.now() + 5);
      seen.push(clock.now());
    };
    await clock.freeze();

    expect([...seen, clock.now()]).toEqual([NOON, NOON]);
  });

  it('ignores another freeze and writes nothing', async () => {
    const clock = await open();
    await clock.freeze();
    machine.set(NOON + MINUTE);
    await clock.freeze();

    expect([clock.now(), settings.writes]).toEqual([NOON, 1]);
  });
});

describe('after a restart', () => {
  it('a clock has a single setting, which is written once for each change', async () => {
    const clock = await open();
    await clock.advance(MINUTE);
    await clock.freeze();
    await clock.set(NOON + 5 * MINUTE);
    await clock.resume();

    expect(settings.writes).toBe(4);
    expect([...settings.values.keys()]).toEqual(['clock']);
  });
});

describe('a change that fails to be written', () => {
  it.each<[title: string, change: (clock: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ['advance', (clock) => clock.advance(MINUTE)],
    ['set', (clock) => clock.set(NOON + 5 * MINUTE)],
    ['freeze', (clock) => clock.freeze()],
  ])('keeps the state of a running clock: %s', async (_title, change) => {
    const clock = await open();
    settings.failure = new Error('the disk is full');

    await expect(change(clock)).rejects.toThrow('the disk is full');
    machine.set(NOON + 5);
    expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON + 5, 0, false]);
    settings.failure = null;
    await clock.advance(MINUTE);
    expect(clock.ahead).toBe(MINUTE);
  });

  it.each<[title: string, change: (clock: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ['advance', (clock) => clock.advance(MINUTE)],
    ['set', (clock) => clock.set(NOON + 5 * MINUTE)],
    ['resume', (clock) => clock.resume()],
  ])('keeps the state of a frozen clock: %s', async (_title, change) => {
    const clock = await open();
    await clock.freeze();
    settings.failure = new Error('the disk is full');

    await expect(change(clock)).rejects.toThrow('the disk is full');
    machine.set(NOON + 5);
    expect([clock.now(), clock.frozen]).toEqual([NOON, true]);
  });
});

describe('concurrent changes', () => {
  it('are applied one after the other', async () => {
    const clock = await open();
    const jumps = await Promise.all(Array.from({ length: 10 }, () => clock.advance(MINUTE)));

    expect(clock.ahead).toBe(10 * MINUTE);
    expect(jumps.map(({ from }) => from)).toEqual(jumps.map((_, number) => NOON + number * MINUTE));
  });

  it('are applied even if another change fails', async () => {
    const clock = await open();
    const outcomes = await Promise.allSettled([clock.set(NOON + MINUTE), clock.set(NOON), clock.advance(MINUTE)]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(clock.ahead).toBe(2 * MINUTE);
  });
});

describe('a clock whose world was replaced', () => {
  it.each<[title: string, change: (clock: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ['advance', (clock) => clock.advance(MINUTE)],
    ['freeze', (clock) => clock.freeze()],
  ])('has the time of the settings after a concurrent %s', async (_title, change) => {
    const clock = await open();
    // A reread from another context, which does not wait for its turn.
    settings.duringWrite = AsyncResource.bind(() => void clock.reread());
    await change(clock);
    const stored = await reopen();

    expect([clock.now(), clock.frozen]).toEqual([stored.now(), stored.frozen]);
    expect([clock.ahead, clock.frozen]).not.toEqual([0, false]);
  });
});

it('changes of a clock by two processes are both applied', async () => {
  const [here, there] = [await open(), await open()];
  await here.advance(MINUTE);
  expect(await there.advance(MINUTE)).toEqual({ from: NOON + MINUTE, to: NOON + 2 * MINUTE });
  await there.freeze();
  await here.reread();
  expect([here.now(), here.frozen]).toEqual([NOON + 2 * MINUTE, true]);
});
