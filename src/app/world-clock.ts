import {
  type Clock,
  type ClockState,
  type Instant,
  type Jump,
  moveTo,
  readTime,
  type WorldClock,
} from '../core/clock.ts';
import { Lane } from '../credentials/lane.ts';
import type { SettingsStore } from '../store/settings.ts';

/** Where the store keeps the clock's state: in one value, so that no crash leaves half of it. */
const SETTING = 'clock';
/** Where earlier versions kept how far ahead the clock was, in milliseconds. */
const EARLIER_SETTING = 'clock.ahead';

/** The state of a new world's clock. */
export const REAL_TIME: ClockState = { ahead: 0 };

/** The clock of a world, with what only the owner of the world does to it. */
export interface OwnedClock extends WorldClock {
  /** Takes over what the settings say, after the store was replaced or filled with another world. */
  reread(): Promise<void>;
}

/**
 * Opens the clock of a world, as its store's settings have it.
 *
 * @param settings called at every use, because the store of a world can be replaced
 * @param state what they say, if known
 */
export async function openClock(
  machine: Clock,
  settings: () => SettingsStore,
  state?: ClockState,
): Promise<OwnedClock> {
  return new StoredClock(machine, settings, state ?? (await storedState(settings())));
}

/** Stores the state of a clock; `reread` takes it over. */
export async function storeState(settings: SettingsStore, state: ClockState): Promise<void> {
  await settings.set(SETTING, JSON.stringify(state));
}

async function storedState(settings: SettingsStore): Promise<ClockState> {
  const text = await settings.get(SETTING);
  // The text is what this file wrote.
  return text === null ? { ahead: Number(await settings.get(EARLIER_SETTING)) } : (JSON.parse(text) as ClockState);
}

/**
 * Changes take turns, because each begins where the previous one ended. The settings have the last word: a state that
 * is replaced while a change to it is being written is read from there again.
 */
class StoredClock implements OwnedClock {
  readonly #machine: Clock;
  readonly #settings: () => SettingsStore;
  readonly #turns = new Lane(1, Number.POSITIVE_INFINITY);
  #state: ClockState;

  constructor(machine: Clock, settings: () => SettingsStore, state: ClockState) {
    this.#machine = machine;
    this.#settings = settings;
    this.#state = state;
  }

  now(): Instant {
    return readTime(this.#state, this.#machine.now());
  }

  get ahead(): number {
    return 'frozenAt' in this.#state ? this.#state.frozenAt - this.#machine.now() : this.#state.ahead;
  }

  get frozen(): boolean {
    return 'frozenAt' in this.#state;
  }

  advance(milliseconds: number): Promise<Jump> {
    return this.#move((shown) => shown + milliseconds);
  }

  set(to: Instant): Promise<Jump> {
    return this.#move(() => to);
  }

  freeze(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.frozen) return;
      const running = this.#state;
      const standing = { frozenAt: this.now() };
      // The clock stops before this is written: otherwise it would run on meanwhile, and jump back.
      this.#state = standing;
      try {
        await this.#write(standing);
      } catch (cause) {
        if (this.#state === standing) this.#state = running;
        throw cause;
      }
    });
  }

  resume(): Promise<void> {
    return this.#turns.run(async () => {
      if (!this.frozen) return;
      const running = { ahead: this.ahead };
      if (await this.#write(running)) this.#state = running;
    });
  }

  restart(): void {
    // A new object each time: a change in progress must notice that the state was replaced.
    this.#state = { ...REAL_TIME };
  }

  reread(): Promise<void> {
    return this.#turns.run(() => this.#read());
  }

  #move(target: (shown: Instant) => Instant): Promise<Jump> {
    return this.#turns.run(async () => {
      const real = this.#machine.now();
      const next = moveTo(this.#state, target(readTime(this.#state, real)), real);
      const isOurs = await this.#write(next);
      const later = this.#machine.now();
      const from = readTime(this.#state, later);
      if (isOurs) this.#state = next;
      return { from, to: readTime(this.#state, later) };
    });
  }

  /** @returns false if the state was replaced meanwhile: it is what the settings say now */
  async #write(state: ClockState): Promise<boolean> {
    const before = this.#state;
    await storeState(this.#settings(), state);
    const isOurs = this.#state === before;
    if (!isOurs) await this.#read();
    return isOurs;
  }

  async #read(): Promise<void> {
    this.#state = await storedState(this.#settings());
  }
}
