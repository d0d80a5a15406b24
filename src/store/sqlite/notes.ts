import type { Instant } from '../../core/clock.ts';
import { clearTimeout, setTimeout } from '../../machine/time.ts';
import type { Row } from '../collections.ts';
import { nameOf, type RowName } from '../row-name.ts';

/** How long a note may wait before it is written, in milliseconds: otherwise every token would cost a write to the disk. */
const DELAY_MS = 1000;

/** When a row was used. */
export interface Note extends RowName {
  readonly at: Instant;
}

/** Uses of rows that are known but not yet on the disk. */
export class Notes {
  readonly #pending = new Map<string, Note>();
  readonly #write: (notes: Iterable<Note>) => void;
  readonly #isUnwritable: (cause: unknown) => boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @param isUnwritable does an error mean that the file cannot be written now? */
  constructor(write: (notes: Iterable<Note>) => void, isUnwritable: (cause: unknown) => boolean) {
    this.#write = write;
    this.#isUnwritable = isUnwritable;
  }

  /** Is there one of this row that is not on the disk? Then the row is there as well. */
  has(row: RowName): boolean {
    return this.#pending.has(nameOf(row));
  }

  add(note: Note): void {
    this.#pending.set(nameOf(note), note);
    this.#timer ??= setTimeout(() => this.flushIfPossible(), DELAY_MS).unref();
  }

  /** If the disk is full, they keep waiting, and are tried again after the next use. */
  flushIfPossible(): void {
    try {
      this.flush();
    } catch (cause) {
      if (!this.#isUnwritable(cause)) throw cause;
    }
  }

  /** Those that are not on the disk. */
  get waiting(): readonly Note[] {
    return [...this.#pending.values()];
  }

  /** The row as it will be once everything is written. */
  shownOn<Its extends Row | null>(row: Its): Its {
    if (this.#pending.size === 0 || row === null) return row;
    const note = this.#pending.get(nameOf(row));
    return note === undefined ? row : { ...row, usedAt: note.at };
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    this.#write(this.#pending.values());
    this.#pending.clear();
  }

  /** Forgets those of a row that is gone: another may get its id. */
  forget(row: RowName): void {
    this.#pending.delete(nameOf(row));
  }

  /** Forgets them, because the world they belonged to is gone. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending.clear();
  }
}
