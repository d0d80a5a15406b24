import { rmSync, statfsSync, writeFile, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { clearTimeout, setTimeout } from '../../platform/time.ts';

/**
 * What a checkpoint may add to the file: SQLite begins one when its log has a thousand pages (`wal_autocheckpoint`). Then
 * some more for the log of the change itself. In bytes.
 */
const MOST = 5 * 1024 * 1024;
/** Less is of no use. */
const LEAST = 64 * 1024;

/** A server that ends sooner needs none, in milliseconds. */
const DELAY_MS = 1000;

/**
 * Room on the disk for changes that make room: on a full disk SQLite cannot delete anything, because it first writes the
 * changed pages to its log. The room is a file beside the data file.
 */
export class Reserve {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  /** @param path of the data file */
  constructor(path: string) {
    this.#path = `${path}-reserve`;
    this.#timer = setTimeout(() => this.#begin(), DELAY_MS).unref();
  }

  /** A small part of what the disk has is taken, and not before the server has started. */
  #begin(): void {
    this.release();
    const size = Math.min(MOST, this.#free() / 4);
    if (size < LEAST) return;
    writeFile(this.#path, Buffer.alloc(size), { flag: 'wx', mode: 0o600 }, () => {
      if (this.#isClosed) this.release();
    });
  }

  /** Takes the room again, as much as there is. */
  restore(): void {
    this.release();
    const size = Math.min(MOST, this.#free());
    try {
      if (size >= LEAST) writeFileSync(this.#path, Buffer.alloc(size), { flag: 'wx', mode: 0o600 });
    } catch {
      // What was written of it is room as well.
    }
  }

  /** Gives the room back to the disk. */
  release(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // The folder takes no changes: the room stays taken.
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.release();
  }

  #free(): number {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      return bavail * bsize;
    } catch {
      return 0;
    }
  }
}
