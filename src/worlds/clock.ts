import {
  type BeforeJump,
  type Clock,
  type ClockState,
  END_OF_TIME,
  type Instant,
  isInstant,
  type Jump,
  moveClock,
  readTime,
  UnreachableTime,
  type WorldClock,
} from '../lib/clock.ts';
import { memberOf } from '../lib/members.ts';
import { DamagedData } from '../store/errors.ts';
import { Mutex } from '../store/mutex.ts';
import { parseStoredJson } from '../store/saved-row.ts';
import type { SettingsStore } from '../store/settings.ts';

/** The setting with the clock's state: a single value, so that a crash cannot leave it half written. */
const CLOCK_SETTING = 'clock';

/** The state of a new world's clock. */
const REAL_TIME: ClockState = { ahead: 0 };

/** A world's clock, with the operations reserved for its owner. */
export interface OwnedClock extends WorldClock {
  /** Reads the settings again after the content of the store was replaced. */
  reread(): Promise<void>;
}

/** Opens the clock of a world with its stored state. */
export async function openClock(machine: Clock, settings: SettingsStore): Promise<OwnedClock> {
  return new StoredClock(machine, settings, await readState(settings));
}

/** Stores the state of a clock. Call `reread` to apply it. */
export async function storeState(settings: SettingsStore, state: ClockState): Promise<void> {
  await settings.set(CLOCK_SETTING, JSON.stringify(state));
}

async function readState(settings: SettingsStore): Promise<ClockState> {
  return parseState(await settings.get(CLOCK_SETTING));
}

function parseState(text: string | null): ClockState {
  // A new object each time, so that a change in progress notices a replaced state. This module wrote the text.
  if (text === null) return { ...REAL_TIME };
  const place = `the row \`${CLOCK_SETTING}\` of \`settings\``;
  const state = parseStoredJson<ClockState>(text, place);
  const time = memberOf(state, 'frozenAt') ?? memberOf(state, 'ahead');
  if (!isInstant(time) || time > END_OF_TIME) throw new DamagedData(place, 'it has no possible time');
  return state;
}

/** Changes run one at a time, each from the previous result. If the stored state is replaced meanwhile, it wins. */
export class StoredClock implements OwnedClock {
  readonly #machine: Clock;
  readonly #settings: SettingsStore;
  readonly #mutex = new Mutex();
  #state: ClockState;

  constructor(machine: Clock, settings: SettingsStore, state = REAL_TIME) {
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

  advance(milliseconds: number, before?: BeforeJump): Promise<Jump> {
    return this.#move((current) => current + milliseconds, before);
  }

  set(to: Instant, before?: BeforeJump): Promise<Jump> {
    return this.#move(() => to, before);
  }

  freeze(): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      const running = this.#state;
      if ('frozenAt' in running) return;
      const frozen = { frozenAt: this.now() };
      // Stop the clock before writing. Otherwise it would run on meanwhile and then jump back.
      this.#state = frozen;
      try {
        await this.#change((stored) => ('frozenAt' in stored ? stored : frozen));
      } catch (cause) {
        this.#state = running;
        throw cause;
      }
    });
  }

  resume(): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      if (!this.frozen) return;
      await this.#change((stored) =>
        'frozenAt' in stored ? { ahead: stored.frozenAt - this.#machine.now() } : stored,
      );
    });
  }

  reread(): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      this.#state = await readState(this.#settings);
    });
  }

  #move(target: (current: Instant) => Instant, before: BeforeJump = async () => {}): Promise<Jump> {
    return this.#mutex.runExclusive(async () => {
      // Time that passes before the write is added automatically.
      const real = this.#machine.now();
      const createJump = (state: ClockState): Jump & { readonly next: ClockState } => {
        const from = readTime(state, real);
        const to = target(from);
        return { from, to, next: moveClock(state, to, real) };
      };
      let { next: _, ...jump } = createJump(this.#state);
      await before(jump);
      await this.#change((stored) => {
        const { next, ...storedJump } = createJump(stored);
        jump = storedJump;
        return next;
      });
      return jump;
    });
  }

  /** Changes the settings, even while the world is being restored. */
  async #change(change: (stored: ClockState) => ClockState): Promise<void> {
    let next = this.#state;
    try {
      await this.#settings.update(CLOCK_SETTING, (text) => {
        // If the change fails, this state remains in effect.
        next = parseState(text);
        next = change(next);
        return JSON.stringify(next);
      });
    } catch (cause) {
      if (cause instanceof UnreachableTime) this.#state = next;
      throw cause;
    }
    this.#state = next;
  }
}
