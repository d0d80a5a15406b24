import { type Stats, statSync } from 'node:fs';
import { stopwatch } from '../../core/clock.ts';
import { Unwritable } from '../errors.ts';
import { codeOf } from './driver.ts';

/** Identifies a file whatever its name: the name can be given to another file while this one is open. */
export function fileIdentity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Null if there is no such file, or if it cannot be examined. */
function statsOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** Not to be tried with each look whether it can be written again. */
const TRY_AGAIN_MS = 500;

/** A data file in use: what happens to it, and what it means if it cannot be written. */
export class DataFile {
  readonly #path: string;
  readonly #identity: string;
  /** Its smallest known size: free pages stay in a file. */
  #size = 0;
  /** Why the latest write was refused; null if it was not. */
  #refused: string | null = null;
  #triedAt = 0;
  readonly #tryToWrite: () => void;

  /**
   * @param path a file that is open
   * @param tryToWrite writes to it, and changes nothing
   */
  constructor(path: string, tryToWrite: () => void) {
    this.#path = path;
    this.#tryToWrite = tryToWrite;
    this.#identity = fileIdentity(statSync(path));
  }

  /** Why nothing can be stored now; null if it can. After a write that was refused it is tried again. */
  get fault(): string | null {
    const { lost } = this;
    if (lost !== null || this.#refused === null) return lost;
    if (stopwatch() - this.#triedAt < TRY_AGAIN_MS) return this.#refused;
    this.#triedAt = stopwatch();
    try {
      this.#tryToWrite();
      this.#refused = null;
    } catch (cause) {
      if (this.refusalOf(cause) === null) throw cause;
    }
    return this.#refused;
  }

  /** Why nothing written now would be found again; null if it would. */
  get lost(): string | null {
    const stats = statsOf(this.#path);
    const isSame = stats !== null && fileIdentity(stats) === this.#identity;
    if (isSame && stats.size >= this.#size) {
      this.#size = stats.size;
      return null;
    }
    const became = stats === null ? 'was removed' : isSame ? 'was cut short' : 'was replaced by another';
    return (
      `The data file ${this.#path} ${became} while the server was using it, so nothing is written any more. ` +
      'Put the file back, or restart the server.'
    );
  }

  /**
   * Writes to it.
   *
   * @throws Unwritable if what is written would be lost, or if the system refuses to write it
   */
  write<Result>(work: () => Result): Result {
    const { lost } = this;
    if (lost !== null) throw new Unwritable('lost', lost);
    try {
      const written = work();
      this.#refused = null;
      return written;
    } catch (cause) {
      throw this.refusalOf(cause) ?? cause;
    }
  }

  /** A failed write as one of the store's own errors; null for anything else. */
  refusalOf(cause: unknown): Unwritable | null {
    const refusal = this.#refusalOf(cause);
    if (refusal !== null) {
      this.#refused = refusal.message;
      this.#triedAt = stopwatch();
    }
    return refusal;
  }

  #refusalOf(cause: unknown): Unwritable | null {
    const code = codeOf(cause);
    if (code === 'SQLITE_FULL') {
      const message = `The disk of the data file ${this.#path} is full, so this was not stored. Make room on it, and try again.`;
      return new Unwritable('full', message, { cause });
    }
    if (code === 'SQLITE_READONLY' || code === 'SQLITE_NOTADB' || /^SQLITE_(?:IOERR|CORRUPT)/.test(code)) {
      const message = `The data file ${this.#path} cannot be written (${code}), so this was not stored. Check its disk, and try again.`;
      return new Unwritable('failing', message, { cause });
    }
    return null;
  }
}
