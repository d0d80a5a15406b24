import type { Instant } from '../../core/clock.ts';
import { clearTimeout, setTimeout } from '../../machine/time.ts';
import type { Statements } from './statements.ts';

/**
 * How long a login may wait before it is written, in milliseconds: otherwise every token would cost a write to the
 * disk.
 */
const DELAY_MS = 1000;

type Table = 'access_keys' | 'identities';

function writerOf(statements: Statements, table: Table): (pending: ReadonlyMap<string, Instant>) => void {
  const update = statements.prepare(`UPDATE ${table} SET last_login = ? WHERE id = ?`);
  return statements.transaction((pending) => {
    for (const [id, at] of pending) update.run(at, id);
  });
}

/** Last logins in the rows of one table that are known but not yet on the disk. */
export class LastLogins {
  readonly #pending = new Map<string, Instant>();
  readonly #table: Table;
  readonly #write: (pending: ReadonlyMap<string, Instant>) => void;
  readonly #written: () => void;
  readonly #isUnwritable: (cause: unknown) => boolean;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param written called when rows have changed
   * @param isUnwritable does an error mean that the file cannot be written now?
   */
  constructor(statements: Statements, table: Table, written: () => void, isUnwritable: (cause: unknown) => boolean) {
    this.#written = written;
    this.#isUnwritable = isUnwritable;
    this.#table = table;
    this.#write = writerOf(statements, table);
  }

  note(id: string, at: Instant): void {
    this.#pending.set(id, at);
    this.#timer ??= setTimeout(() => this.flushIfPossible(), DELAY_MS).unref();
  }

  /** If the disk is full, they keep waiting, and are tried again after the next login. */
  flushIfPossible(): void {
    try {
      this.flush();
    } catch (cause) {
      if (!this.#isUnwritable(cause)) throw cause;
    }
  }

  /** Does any row differ from what is on the disk? */
  get waiting(): boolean {
    return this.#pending.size > 0;
  }

  /** The row as it will be once everything is written. */
  shownOn<Row extends { readonly id: string; readonly lastLogin: Instant | null }>(row: Row): Row {
    const at = this.#pending.get(row.id);
    return at === undefined ? row : { ...row, lastLogin: at };
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    this.#write(this.#pending);
    this.#pending.clear();
    this.#written();
  }

  /** Writes what is waiting to a copy of the database, and keeps it waiting for the original. */
  writeTo(copy: Statements): void {
    writerOf(copy, this.#table)(this.#pending);
  }

  /** Forgets them, because the world they belonged to is gone. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending.clear();
  }
}
