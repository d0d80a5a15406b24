import { type Stats, statSync } from 'node:fs';
import { readStopwatch } from '../../lib/clock.ts';
import { WriteFailure } from '../errors.ts';
import { readErrorCode } from './driver.ts';

/** Identifies a file by device and inode, because another file may get its name while this one is open. */
export function fileIdentityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function readStats(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** The minimum time between two attempts to write after a failure, in milliseconds. */
const TRY_AGAIN_MS = 500;

/** An open data file. Detects when the file is lost, and explains failed writes. */
export class DataFile {
  readonly #path: string;
  readonly #identity: string;
  /** The size at the last check. SQLite keeps free pages, so a smaller file was truncated. */
  #size = 0;
  /** Why the latest write failed; null if it succeeded. */
  #refused: string | null = null;
  #triedAt = 0;
  readonly #tryToWrite: () => void;

  /** @param path the path of an open file @param tryToWrite writes to the file without changing its content */
  constructor(path: string, tryToWrite: () => void) {
    this.#path = path;
    this.#tryToWrite = tryToWrite;
    this.#identity = fileIdentityOf(statSync(path));
  }

  /** Explains why nothing can be stored now; null if it can. Tries to write again after a failure. */
  get fault(): string | null {
    const { lost } = this;
    if (lost !== null || this.#refused === null) return lost;
    if (readStopwatch() - this.#triedAt < TRY_AGAIN_MS) return this.#refused;
    this.#triedAt = readStopwatch();
    try {
      this.#tryToWrite();
      this.#refused = null;
    } catch (cause) {
      if (this.noteFailure(cause) === null) throw cause;
    }
    return this.#refused;
  }

  /** Explains why a write would be lost; null if it wouldn't. */
  get lost(): string | null {
    const stats = readStats(this.#path);
    const isSame = stats !== null && fileIdentityOf(stats) === this.#identity;
    if (isSame && stats.size >= this.#size) {
      this.#size = stats.size;
      return null;
    }
    const replaced = isSame ? 'was truncated' : 'was replaced by another file';
    return (
      `The data file ${this.#path} ${stats === null ? 'was removed' : replaced} while the server was using it, so nothing can be stored. ` +
      'Put the file back, or restart the server.'
    );
  }

  /** Runs a write. @throws WriteFailure if the write would be lost, or if it fails */
  write<Result>(work: () => Result): Result {
    const { lost } = this;
    if (lost !== null) throw new WriteFailure('lost', lost);
    try {
      const written = work();
      this.#refused = null;
      return written;
    } catch (cause) {
      throw this.noteFailure(cause) ?? cause;
    }
  }

  /** Returns the store's error for a failed write; null for any other error. */
  noteFailure(cause: unknown): WriteFailure | null {
    const refusal = this.#toUnwritable(cause);
    if (refusal !== null) {
      this.#refused = refusal.message;
      this.#triedAt = readStopwatch();
    }
    return refusal;
  }

  #toUnwritable(cause: unknown): WriteFailure | null {
    const code = readErrorCode(cause);
    if (code === 'SQLITE_FULL') {
      const message = `The disk of the data file ${this.#path} is full, so nothing was stored. Free some space, and try again.`;
      return new WriteFailure('full', message, { cause });
    }
    if (code === 'SQLITE_READONLY' || code === 'SQLITE_NOTADB' || /^SQLITE_(?:IOERR|CORRUPT)/.test(code)) {
      const message = `The data file ${this.#path} cannot be written (${code}), so nothing was stored. Check its disk, and try again.`;
      return new WriteFailure('failing', message, { cause });
    }
    return null;
  }
}
