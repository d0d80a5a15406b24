import { type Stats, statSync } from 'node:fs';
import { Unwritable } from '../errors.ts';
import { codeOf } from './connect.ts';

/** Which file it is, whatever its name: names can be given to other files while this one is open. */
export function fileIdentity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Null where there is none by that name, whatever stands in the way. */
function statsOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** A data file while it is in use: what becomes of it, and what it means when it cannot be written. */
export class DataFile {
  readonly #path: string;
  readonly #identity: string;
  /** What it was at the least: pages that are free stay in it. */
  #size = 0;

  /** @param path a file that is open */
  constructor(path: string) {
    this.#path = path;
    this.#identity = fileIdentity(statSync(path));
  }

  /** Why nothing that is written now would be found again; null where it would. */
  get fault(): string | null {
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
   * Calls that write, by name: they are refused where what they write would be lost, and told in the store's words where
   * the system does not take it.
   */
  guard<Subject extends object>(subject: Subject, names: readonly (keyof Subject)[]): Subject {
    const guarded = names.map((name) => {
      // The subjects are the parts of a store, of which every call is one that gives a promise.
      const write = subject[name] as (...given: unknown[]) => Promise<unknown>;
      return [name, (...given: unknown[]) => this.#written(() => write(...given))];
    });
    return { ...subject, ...Object.fromEntries(guarded) };
  }

  async #written<Value>(write: () => Promise<Value>): Promise<Value> {
    const { fault } = this;
    if (fault !== null) throw new Unwritable('lost', fault);
    try {
      return await write();
    } catch (cause) {
      throw this.refusalOf(cause) ?? cause;
    }
  }

  /** What the system did not take, in the store's words; null for anything else. */
  refusalOf(cause: unknown): Unwritable | null {
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
