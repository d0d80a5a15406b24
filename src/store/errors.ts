/** The errors with which a store call can refuse. Anything else it throws is a bug. */
export class Collision extends Error {
  override readonly name = 'Collision';
}

/** No more of these may be created. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** The object does not exist, or no longer. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** A row or list is no longer as it was read: the reader may read again and try once more (`updating`). */
export class Changed extends Error {
  override readonly name = 'Changed';
}

/** The whole world was deleted meanwhile. */
export class WorldGone extends Error {
  override readonly name = 'WorldGone';
}

/** The caller's knowledge is outdated: another secret is valid by now, or an identity is disabled. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/**
 * Nothing was stored, though reading still works: the disk is full or failing, or the file that was written to is gone.
 */
export class Unwritable extends Error {
  override readonly name = 'Unwritable';
  readonly why: 'full' | 'failing' | 'lost';

  /** @param message for the person whose request failed */
  constructor(why: Unwritable['why'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** A row does not hold what was written to it. */
export class Damaged extends Error {
  override readonly name = 'Damaged';

  constructor(collection: string, id: string, cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(`the row \`${id}\` of \`${collection}\` cannot be read (${said.slice(0, 200)})`, { cause });
  }
}

/** Reads stored JSON. @throws Damaged */
export function parseStored<Value>(text: string, collection: string, id: string): Value {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Damaged(collection, id, cause);
  }
}

/** The database cannot be reached, or does not answer; what was asked for was certainly not done. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The database answers, and takes no changes: its disk is full, or it is a replica of another. Nothing was done. */
export class TakesNothing extends Unreachable {
  /** @param why in the words of a sentence about the database: `is read-only` */
  readonly why: string;

  constructor(why: string, options?: ErrorOptions) {
    super(`the database ${why}`, options);
    this.why = why;
  }
}

/** The connection was lost while a change was being committed: it may have been made, so nobody may simply repeat it. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}
