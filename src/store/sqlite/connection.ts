import type { Database } from 'better-sqlite3';
import { clearTimeout, setTimeout } from '../../machine/time.ts';
import { imageOf, isReady, openImage } from './images.ts';

/** How long a world is unused before its database is released, in milliseconds. */
const IDLE_MS = 10_000;

/** Larger databases stay open: serialising and reopening them would be felt. */
const MOST_BYTES_AT_REST = 4 * 1024 * 1024;

/** What a store's statements run on. */
export interface Connection {
  /** The database, open. */
  use(): Database;
  /** As `Store.rest`. */
  rest(): void;
  /** An image of it. */
  image(): Uint8Array;
  close(): void;
}

/** A database that stays open until it is closed. */
export function lastingConnection(database: Database, close: (database: Database) => void): Connection {
  return {
    use: () => database,
    rest: () => {},
    image: () => imageOf(database),
    close: () => close(database),
  };
}

/**
 * A database in memory that is reduced to its image while nobody uses it: an open one also holds its schema, pages and
 * statements, which take several times as much, and opening it again takes a tenth of a millisecond. Among many worlds
 * most are at rest at any time.
 */
export class RestingConnection implements Connection {
  readonly #idle: number;
  #database: Database | null;
  /** Its content while it rests. Both are null once it is closed. */
  #image: Uint8Array | null = null;
  /** What is done before it is used for the first time. */
  #first: (() => void) | null = null;
  #wasUsed = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param begin an open database, or an image
   * @param idle milliseconds
   * @throws Unusable if the image is not one of ours, has a schema that this version does not know, or is damaged
   */
  constructor(begin: Database | Uint8Array, idle: number = IDLE_MS) {
    this.#idle = idle;
    this.#database = null;
    if (!(begin instanceof Uint8Array)) this.#open(begin);
    else if (isReady(begin)) this.#image = begin;
    else this.#open(openImage(begin));
  }

  /** Registers work that is done only when it is first used: most of many worlds never are. */
  beforeUse(first: () => void): void {
    this.#first = first;
  }

  use(): Database {
    this.#wasUsed = true;
    return this.#database ?? this.#wake();
  }

  rest(): void {
    const database = this.#database;
    if (database === null || sizeOf(database) > MOST_BYTES_AT_REST) return;
    this.#image = imageOf(database);
    this.#database = null;
    clearTimeout(this.#timer);
    database.close();
  }

  image(): Uint8Array {
    return (this.#first === null ? this.#image : null) ?? imageOf(this.use());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#database?.close();
    this.#database = null;
    this.#image = null;
  }

  #wake(): Database {
    const image = this.#image;
    if (image === null) throw new TypeError('The store is closed');
    const database = openImage(image);
    this.#image = null;
    this.#open(database);
    const first = this.#first;
    this.#first = null;
    try {
      first?.();
    } catch (cause) {
      // Restores the earlier state, so that the next use does not find it half done.
      this.#database = null;
      this.#image = image;
      this.#first = first;
      clearTimeout(this.#timer);
      database.close();
      throw cause;
    }
    return database;
  }

  #open(database: Database): void {
    this.#database = database;
    // The timer must not keep a store alive that nobody has any more.
    const held = new WeakRef(this);
    const look = () => {
      const connection = held.deref();
      if (connection !== undefined) connection.#look();
    };
    this.#timer = setTimeout(look, this.#idle).unref();
  }

  /** Rests, if nobody has used it since the previous call. */
  #look(): void {
    if (!this.#wasUsed) this.rest();
    if (this.#database === null) return;
    this.#wasUsed = false;
    this.#timer?.refresh();
  }
}

function sizeOf(database: Database): number {
  const read = (name: string) => Number(database.pragma(name, { simple: true }));
  return read('page_count') * read('page_size');
}
