import type { Instant } from '../core/clock.ts';
import type { Row } from './collections.ts';
import type { Store } from './index.ts';
import type { StoreParts } from './shared.ts';
import type { FrozenRows } from './world-rows.ts';

/** An activity of a world, as it is stored for all processes. */
export interface StoredActivity {
  readonly kind: string;
  /** JSON; null if it was deleted. */
  readonly data: string | null;
}

/** An activity to be stored. */
export interface NewActivity extends StoredActivity {
  readonly data: string;
  /** Does the activity get a number among the requests? */
  readonly isRequest: boolean;
  /** Does the activity get a number among the events of streams? */
  readonly isEvent: boolean;
}

/** A message that is counted, and not stored each time. */
export interface Counted {
  /** A hash of kind and message, which identifies the entry. */
  readonly name: string;
  readonly kind: string;
  readonly message: string;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly count: number;
}

/** The changes of a log since the last call. */
export interface LogNews {
  /** The number of requests when the log was emptied; null if it was not emptied since the last call. */
  readonly emptiedAt: number | null;
  /** Oldest first. */
  readonly activities: readonly (StoredActivity & {
    readonly request: number | null;
    readonly event: number | null;
  })[];
  /** The current state of the entries that changed, earliest first. */
  readonly counted: readonly Counted[];
}

/**
 * The activities of a world, for all processes that share it. Each process reads every activity once, in the same
 * order. A write to the log does not change the revision of the world. The oldest activities are deleted.
 */
export interface SharedLog {
  /** Queues an activity for the next `flush`. If the queue is full, a finding says how many were not stored. */
  append(activity: NewActivity, at: Instant): void;
  /** Queues a message to be counted by the next `flush`. */
  count(kind: string, message: string, at: Instant): void;
  /**
   * Stores the queued activities, counts and uses of rows. From then on all processes can read them.
   *
   * @throws TakesNothing; then the next `flush` stores them
   * @throws Unreachable, OutcomeUnknown; then they are lost
   */
  flush(): Promise<void>;
  /** The entries of all processes since the last call. @throws Unreachable */
  news(): Promise<LogNews>;
  /**
   * Deletes the count of a name, and stores an activity that says so.
   *
   * @returns whether there was such a count
   * @throws Unreachable, OutcomeUnknown
   */
  uncount(name: string, activity: StoredActivity): Promise<boolean>;
  /** Deletes everything except the events. */
  empty(): Promise<void>;
}

/** A text that all processes share. Only one process changes it at a time. */
export interface SharedText {
  /** The text as of the last refresh of the world, or later. */
  readonly text: string;
  /** Reads the text again, and notifies the listener if it has changed. @throws Unreachable */
  refresh(): Promise<void>;
  /**
   * Replaces the text with the result of `change`. No other process changes it meanwhile.
   *
   * @param change must have no other effect: it may be called again
   * @returns the second result of `change`
   * @throws Unreachable, OutcomeUnknown
   */
  update<Result>(change: (before: string) => readonly [text: string, result: Result]): Promise<Result>;
}

/** Is notified of changes that other processes have made in a world. */
export interface SharedListener {
  /** The rows of these collections in memory are up to date again; `all`: all rows were replaced. */
  onRows(collections: readonly string[] | 'all'): Promise<void>;
  /** The shared text has changed. */
  onText(): void;
}

/** A world other than the default one, as all processes know it. */
export interface WorldRecord {
  readonly name: string;
  /** Never reused, not even by a world of the same name. */
  readonly id: string;
  /** The credentials option of the world. The store does not interpret it. */
  readonly credentials: string;
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
  /** For people. */
  readonly label: string | null;
  readonly createdAt: Instant;
  /** When it was last used in any process, to within a minute. */
  readonly usedAt: Instant;
}

/** A world to be created. */
export interface NewWorld extends Pick<WorldRecord, 'name' | 'credentials' | 'ttl' | 'label' | 'createdAt'> {
  /** Its provenance, for processes that open it later. */
  readonly made: string;
  readonly rows: readonly Row[];
}

/** A snapshot as the control API describes it. */
export interface SnapshotInfo {
  readonly id: string;
  readonly name: string | null;
  /** The name of the world that the snapshot was taken of. */
  readonly world: string;
  /** The time by the clock of that world. */
  readonly at: Instant;
  /** In bytes. */
  readonly size: number;
}

/** A snapshot without its content. */
export interface SnapshotRecord extends SnapshotInfo {
  /** The place among all snapshots: a later snapshot has a higher place. */
  readonly place: number;
}

/** A snapshot, with the provenance of its world and its rows. */
export interface StoredSnapshot extends SnapshotRecord {
  readonly made: string;
  readonly rows: FrozenRows;
}

/** The store of snapshots. */
export interface SharedSnapshots {
  /** Oldest first. */
  list(): Promise<readonly SnapshotRecord[]>;
  find(id: string): Promise<StoredSnapshot | null>;
  /** @returns the size in bytes @throws Collision if there is a snapshot with this id */
  put(snapshot: Omit<StoredSnapshot, 'place' | 'size'>): Promise<number>;
  /** @returns whether there was such a snapshot */
  delete(id: string): Promise<boolean>;
}

/** One alias of a row. */
export interface AliasOf {
  readonly collection: string;
  readonly alias: string;
}

/** The worlds that several processes share. Times are real times. */
export interface SharedWorlds {
  /**
   * Reads the changes of other processes: the list of worlds, and the rows of some worlds. Afterwards all of these are
   * as they were at the time of the call, or later.
   *
   * @param ids the worlds whose rows are read; worlds that are not open here are ignored
   * @throws Unreachable
   */
  refresh(ids: readonly string[]): Promise<void>;
  readonly snapshots: SharedSnapshots;
  /** A number that changes each time a process creates or deletes a world. */
  readonly version: number;
  /** The existing worlds, by name. */
  readonly records: ReadonlyMap<string, WorldRecord>;
  /** The names of the last 10,000 worlds that were deleted or have ended. */
  readonly gone: ReadonlySet<string>;
  /** Opens a world. @returns its store and its provenance; null if the world no longer exists */
  open(record: WorldRecord, shared: StoreParts): Promise<{ readonly store: Store; readonly made: string } | null>;
  /**
   * Creates a world.
   *
   * @param most the limit of worlds
   * @throws Collision if a world has this name
   * @throws LimitReached
   */
  make(
    world: NewWorld,
    most: number,
    shared: StoreParts,
  ): Promise<{ readonly store: Store; readonly record: WorldRecord }>;
  /** @returns whether the world existed */
  delete(record: Pick<WorldRecord, 'id'>): Promise<boolean>;
  /** Notes when worlds were used. */
  noteUses(ids: readonly string[], at: Instant): Promise<void>;
  /** Ends the worlds that were not used for longer than their `ttl`. */
  sweep(at: Instant): Promise<void>;
  /** The names of the worlds that contain a row with any of these aliases. */
  worldsWith(aliases: readonly AliasOf[]): Promise<readonly string[]>;
}

/** The state of a world that several processes share, besides its rows. */
export interface Sharing {
  /** The prefix of the ids that are issued in the world, the same in all processes. */
  readonly series: string;
  readonly log: SharedLog;
  readonly text: SharedText;
  listen(listener: SharedListener): void;
}
