import type { Instant } from '../core/clock.ts';
import type { Row } from './collections.ts';
import type { Store } from './index.ts';
import type { StoreParts } from './shared.ts';
import type { FrozenRows } from './world-rows.ts';

/** Something that happened in a world, as it is stored for all processes. */
export interface StoredActivity {
  readonly kind: string;
  /** JSON; null if it has been forgotten. */
  readonly data: string | null;
}

/** An activity to be stored. */
export interface NewActivity extends StoredActivity {
  readonly data: string;
  /** Has it a place among the requests? */
  readonly isRequest: boolean;
  /** Has it a place among what is told to those who watch? */
  readonly isEvent: boolean;
}

/** Something that is counted rather than kept each time. */
export interface Counted {
  /** Kind and message in short: no other one has it. */
  readonly name: string;
  readonly kind: string;
  readonly message: string;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly count: number;
}

/** News of a log. */
export interface LogNews {
  /** How many requests there had been when it was emptied; null if it was not emptied since the last call. */
  readonly emptiedAt: number | null;
  /** Oldest first. */
  readonly activities: readonly (StoredActivity & {
    readonly request: number | null;
    readonly event: number | null;
  })[];
  /** As they are now, those that changed; earliest first. */
  readonly counted: readonly Counted[];
}

/**
 * The activities of a world, for all processes that share it: each reads everything once, in the same order. Writing it is
 * no change of the world. The oldest make room.
 */
export interface SharedLog {
  /** To be stored with the next `flush`. If too many wait for it, a finding says how many were not kept. */
  append(activity: NewActivity, at: Instant): void;
  /** To be counted with the next `flush`. */
  count(kind: string, message: string, at: Instant): void;
  /**
   * Stores what was appended and counted, and which rows were used: from then on everybody can read it.
   *
   * @throws TakesNothing; then it is stored with the next one
   * @throws Unreachable, OutcomeUnknown; then it is lost
   */
  flush(): Promise<void>;
  /** The entries of all processes since the last call. @throws Unreachable */
  news(): Promise<LogNews>;
  /**
   * Forgets what was counted under a name, and stores that it was.
   *
   * @returns whether there was anything
   * @throws Unreachable, OutcomeUnknown
   */
  uncount(name: string, activity: StoredActivity): Promise<boolean>;
  /** Forgets everything but the events. */
  empty(): Promise<void>;
}

/** A text that all processes share and change one after the other. */
export interface SharedText {
  /** As it was when the world was last refreshed, or later. */
  readonly text: string;
  /** Reads it again; the listener is told if it is another one. @throws Unreachable */
  refresh(): Promise<void>;
  /**
   * Replaces it with what `change` makes of it, which nobody else changes meanwhile.
   *
   * @param change must not do anything else: it may be called again
   * @returns what `change` returns besides the text
   * @throws Unreachable, OutcomeUnknown
   */
  update<Result>(change: (before: string) => readonly [text: string, result: Result]): Promise<Result>;
}

/** Is told what others have changed in a world. */
export interface SharedListener {
  /** The collections whose remembered rows are right again; `all`: everything was replaced. */
  onRows(collections: readonly string[] | 'all'): Promise<void>;
  /** The text is another one. */
  onText(): void;
}

/** A world in addition to the default one, as all processes know it. */
export interface WorldRecord {
  readonly name: string;
  /** No other world ever had it, not even one of the same name. */
  readonly id: string;
  /** As its maker says; the store does not need it. */
  readonly credentials: string;
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
  readonly createdAt: Instant;
  /** When it was last used in any process, to within a minute. */
  readonly usedAt: Instant;
}

/** A world to be made. */
export interface NewWorld extends Pick<WorldRecord, 'name' | 'credentials' | 'ttl' | 'createdAt'> {
  /** Its provenance, for processes that open it later. */
  readonly made: string;
  readonly rows: readonly Row[];
}

/** A snapshot as it is reported. */
export interface SnapshotInfo {
  readonly id: string;
  readonly name: string | null;
  /** The name of the world that it was taken of. */
  readonly world: string;
  /** By the clock of that world. */
  readonly at: Instant;
  /** In bytes. */
  readonly size: number;
}

/** A snapshot without its content. */
export interface SnapshotRecord extends SnapshotInfo {
  /** Its place among all snapshots: it rises with age. */
  readonly place: number;
}

/** A snapshot, with what its world was made from. */
export interface StoredSnapshot extends SnapshotRecord {
  readonly made: string;
  readonly rows: FrozenRows;
}

/** Where snapshots are kept. */
export interface SharedSnapshots {
  /** Oldest first. */
  list(): Promise<readonly SnapshotRecord[]>;
  find(id: string): Promise<StoredSnapshot | null>;
  /** @returns its size */
  put(snapshot: Omit<StoredSnapshot, 'place' | 'size'>): Promise<number>;
  /** @returns whether it was there */
  delete(id: string): Promise<boolean>;
}

/** A row, by one of its aliases. */
export interface AliasOf {
  readonly collection: string;
  readonly alias: string;
}

/** The worlds that several processes share. Times are real. */
export interface SharedWorlds {
  /**
   * Looks at what other processes have changed: which worlds there are, and what is in some of them. From then on all of
   * this is as it was when this was called, or later.
   *
   * @param ids those to look into; what is not open here is passed over
   * @throws Unreachable
   */
  refresh(ids: readonly string[]): Promise<void>;
  readonly snapshots: SharedSnapshots;
  /** Another number each time a world was made or deleted anywhere. */
  readonly version: number;
  /** The worlds that there are, by name. */
  readonly records: ReadonlyMap<string, WorldRecord>;
  /** Names of worlds that are gone, the latest 10,000. */
  readonly gone: ReadonlySet<string>;
  /** The store of one of them. @returns what it was made from, too; null if it is gone */
  open(record: WorldRecord, shared: StoreParts): Promise<{ readonly store: Store; readonly made: string } | null>;
  /**
   * Makes a world.
   *
   * @param most how many there may be
   * @throws Collision if there is one of that name
   * @throws LimitReached
   */
  make(
    world: NewWorld,
    most: number,
    shared: StoreParts,
  ): Promise<{ readonly store: Store; readonly record: WorldRecord }>;
  /** @returns whether it was there */
  delete(record: Pick<WorldRecord, 'id'>): Promise<boolean>;
  /** Some were used. */
  noteUses(ids: readonly string[], at: Instant): Promise<void>;
  /** Ends those that nobody used for longer than they last. */
  sweep(at: Instant): Promise<void>;
  /** Names of the worlds in which any of these rows is. */
  worldsWith(aliases: readonly AliasOf[]): Promise<readonly string[]>;
}

/** The state of a world that several processes share, besides its rows. */
export interface Sharing {
  /** Begins ids that are given in it, the same in all processes. */
  readonly series: string;
  readonly log: SharedLog;
  readonly text: SharedText;
  listen(listener: SharedListener): void;
}
