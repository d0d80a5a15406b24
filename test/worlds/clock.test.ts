import { AsyncResource } from 'node:async_hooks';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SettingsStore } from '../../src/store/settings.ts';
import { createManualClock, END_OF_TIME, UnreachableTime } from '../../src/time/clock.ts';
import { openClock } from '../../src/worlds/clock.ts';

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

/** Settings on a disk that takes its time and can fail. */
class SlowSettings implements SettingsStore {
  readonly values = new Map<string, string>();
  writes = 0;
  failure: Error | null = null;
  /** Runs while a write is under way. */
  meanwhile: () => void = () => {};

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
    this.meanwhile();
    await Promise.resolve();
    if (this.failure !== null) throw this.failure;
    this.values.set(name, value);
  }
  async next(): Promise<number> {
    throw new Error('a clock counts nothing');
  }
  async remove(names: readonly string[]) {
    for (const name of names) this.values.delete(name);
  }
}

const machine = createManualClock(NOON);
let settings: SlowSettings;
const open = () => openClock(machine, settings);
/** The clock as the next process finds it. */
const afterRestart = open;

beforeEach(() => {
  machine.set(NOON);
  settings = new SlowSettings();
});

it('a new clock shows the real time, and runs', async () => {
  const clock = await open();
  expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON, 0, false]);
  machine.set(NOON + 5);

  expect(clock.now()).toBe(NOON + 5);
  expect(settings.writes).toBe(0);
});

it('a clock that another process moved is known to be there once it cannot be set to an earlier moment', async () => {
  const [here, there] = [await open(), await open()];
  await there.advance(15 * MINUTE);
  await expect(here.set(NOON + MINUTE)).rejects.toThrow(UnreachableTime);
  expect(here.now()).toBe(NOON + 15 * MINUTE);
});

describe('a running clock', () => {
  it('is moved forward by a duration, and tells from when until when', async () => {
    const clock = await open();

    expect(await clock.advance(15 * MINUTE)).toEqual({ from: NOON, to: NOON + 15 * MINUTE });
    expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON + 15 * MINUTE, 15 * MINUTE, false]);
  });

  it('is set to a moment, and runs on from there', async () => {
    const clock = await open();

    expect(await clock.set(NOON + MINUTE)).toEqual({ from: NOON, to: NOON + MINUTE });
    machine.set(NOON + 3);
    expect(clock.now()).toBe(NOON + MINUTE + 3);
  });

  it('is not set to what has passed, and stays as it was', async () => {
    const clock = await open();
    await clock.advance(MINUTE);

    await expect(clock.set(NOON + MINUTE - 1)).rejects.toThrow(UnreachableTime);
    await expect(clock.advance(-1)).rejects.toThrow(UnreachableTime);
    expect(clock.ahead).toBe(MINUTE);
    expect(settings.writes).toBe(1);
  });

  it('does not leave the years that can be shown', async () => {
    const clock = await open();

    await expect(clock.set(END_OF_TIME + 1)).rejects.toMatchObject({ why: 'end' });
    await expect(clock.advance(END_OF_TIME)).rejects.toMatchObject({ why: 'end' });
    await clock.set(END_OF_TIME);
    expect(clock.now()).toBe(END_OF_TIME);
  });

  it('that is to resume goes on as it does, and nothing is written', async () => {
    const clock = await open();
    await clock.resume();

    expect([clock.ahead, clock.frozen, settings.writes]).toEqual([0, false, 0]);
  });
});

describe('a frozen clock', () => {
  it('stands still, and its distance to the real time changes', async () => {
    const clock = await open();
    await clock.freeze();
    machine.set(NOON + MINUTE);

    expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON, -MINUTE, true]);
  });

  it('stands still while that is being written', async () => {
    const clock = await open();
    const seen: number[] = [];
    settings.meanwhile = () => {
      machine.set(machine.now() + 5);
      seen.push(clock.now());
    };
    await clock.freeze();

    expect([...seen, clock.now()]).toEqual([NOON, NOON]);
  });

  it('is moved by advance and by set, and stays frozen', async () => {
    const clock = await open();
    await clock.freeze();
    machine.set(NOON + MINUTE);

    expect(await clock.advance(MINUTE)).toEqual({ from: NOON, to: NOON + MINUTE });
    expect(await clock.set(NOON + 3 * MINUTE)).toEqual({ from: NOON + MINUTE, to: NOON + 3 * MINUTE });
    machine.set(NOON + 9 * MINUTE);
    expect([clock.now(), clock.frozen]).toEqual([NOON + 3 * MINUTE, true]);
    await expect(clock.set(NOON)).rejects.toMatchObject({ why: 'past' });
  });

  it('runs on from where it stands, behind the real time', async () => {
    const clock = await open();
    await clock.freeze();
    machine.set(NOON + MINUTE);
    await clock.resume();
    machine.set(NOON + MINUTE + 5);

    expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON + 5, -MINUTE, false]);
  });

  it('that is to freeze once more stands where it stood, and nothing is written', async () => {
    const clock = await open();
    await clock.freeze();
    machine.set(NOON + MINUTE);
    await clock.freeze();

    expect([clock.now(), settings.writes]).toEqual([NOON, 1]);
  });
});

describe('after a restart', () => {
  it.each<[what: string, change: (clock: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ['moved', (clock) => clock.advance(MINUTE)],
    ['set', (clock) => clock.set(NOON + 5)],
    ['frozen', (clock) => clock.freeze()],
    ['frozen and moved', (clock) => clock.freeze().then(() => clock.advance(MINUTE))],
    [
      'behind the real time',
      async (clock) => {
        await clock.freeze();
        machine.set(NOON + MINUTE);
        await clock.resume();
      },
    ],
  ])('a clock that was %s is so still', async (_what, change) => {
    const before = await open();
    await change(before);
    machine.set(machine.now() + 7 * MINUTE);
    const after = await afterRestart();

    expect([after.now(), after.ahead, after.frozen]).toEqual([before.now(), before.ahead, before.frozen]);
  });

  it('a clock has one value, which is written once per change', async () => {
    const clock = await open();
    await clock.advance(MINUTE);
    await clock.freeze();
    await clock.set(NOON + 5 * MINUTE);
    await clock.resume();

    expect(settings.writes).toBe(4);
    expect([...settings.values.keys()]).toEqual(['clock']);
  });
});

describe('a change that cannot be written', () => {
  it.each<[what: string, change: (clock: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ['advance', (clock) => clock.advance(MINUTE)],
    ['set', (clock) => clock.set(NOON + 5 * MINUTE)],
    ['freeze', (clock) => clock.freeze()],
  ])('%s: leaves a running clock as it was', async (_what, change) => {
    const clock = await open();
    settings.failure = new Error('the disk is full');

    await expect(change(clock)).rejects.toThrow('the disk is full');
    machine.set(NOON + 5);
    expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON + 5, 0, false]);
    settings.failure = null;
    await clock.advance(MINUTE);
    expect(clock.ahead).toBe(MINUTE);
  });

  it.each<[what: string, change: (clock: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ['advance', (clock) => clock.advance(MINUTE)],
    ['set', (clock) => clock.set(NOON + 5 * MINUTE)],
    ['resume', (clock) => clock.resume()],
  ])('%s: leaves a frozen clock as it was', async (_what, change) => {
    const clock = await open();
    await clock.freeze();
    settings.failure = new Error('the disk is full');

    await expect(change(clock)).rejects.toThrow('the disk is full');
    machine.set(NOON + 5);
    expect([clock.now(), clock.frozen]).toEqual([NOON, true]);
  });
});

describe('changes at the same time', () => {
  it('all count, one after the other', async () => {
    const clock = await open();
    const jumps = await Promise.all(Array.from({ length: 10 }, () => clock.advance(MINUTE)));

    expect(clock.ahead).toBe(10 * MINUTE);
    expect(jumps.map(({ from }) => from)).toEqual(jumps.map((_, number) => NOON + number * MINUTE));
  });

  it('of which one fails: the others count', async () => {
    const clock = await open();
    const outcomes = await Promise.allSettled([clock.set(NOON + MINUTE), clock.set(NOON), clock.advance(MINUTE)]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(clock.ahead).toBe(2 * MINUTE);
  });
});

describe('a world that is replaced', () => {
  it('takes the clock back to the real time, if its settings have no clock', async () => {
    const clock = await open();
    await clock.freeze();
    machine.set(NOON + 5);
    settings.values.clear();
    await clock.reread();

    expect([clock.now(), clock.ahead, clock.frozen]).toEqual([NOON + 5, 0, false]);
  });

  it('brings its own clock, once that is read again', async () => {
    const clock = await open();
    await clock.advance(MINUTE);
    settings.values.clear();
    await (await open()).freeze();
    await clock.reread();

    expect([clock.now(), clock.frozen]).toEqual([NOON, true]);
  });

  it.each<[what: string, change: (clock: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ['advance', (clock) => clock.advance(MINUTE)],
    ['freeze', (clock) => clock.freeze()],
  ])('while %s is being written: what the settings say afterwards counts', async (_what, change) => {
    const clock = await open();
    // Somebody else asks for it, who has no turn.
    settings.meanwhile = AsyncResource.bind(() => void clock.reread());
    await change(clock);
    const stored = await afterRestart();

    expect([clock.now(), clock.frozen]).toEqual([stored.now(), stored.frozen]);
    expect([clock.ahead, clock.frozen]).not.toEqual([0, false]);
  });
});

it('a clock that another process moved at the same time is moved by both', async () => {
  const [one, other] = [await open(), await open()];
  await one.advance(MINUTE);
  expect(await other.advance(MINUTE)).toEqual({ from: NOON + MINUTE, to: NOON + 2 * MINUTE });
  await other.freeze();
  await one.reread();
  expect([one.now(), one.frozen]).toEqual([NOON + 2 * MINUTE, true]);
});
