// The errors that a store call throws on purpose. Any other error is a bug.

/** The id or an alias of a new row is taken. */
export class Collision extends Error {
  override readonly name = 'Collision';
}

/** The limit of such objects is reached. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** The object does not exist, or no longer. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** A row is no longer as it was read: the caller may read again and try once more. */
export class Changed extends Error {
  override readonly name = 'Changed';
}

/** The caller decided on outdated data: a secret has been replaced, or an identity disabled. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/**
 * Nothing was stored, but reading still works: the disk is full or failing, or the file is gone.
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

/** A stored row is not what was written. */
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

/** The database is unreachable or does not answer. The statement certainly had no effect. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The database answers, but accepts no changes: its disk is full, or it is a read-only replica. Nothing was stored. */
export class TakesNothing extends Unreachable {
  /** Completes a sentence that starts with "the database": `is read-only`. */
  readonly why: string;
  /** Is its disk full? */
  readonly isFull: boolean;

  constructor(why: string, { isFull = false, ...options }: ErrorOptions & { readonly isFull?: boolean } = {}) {
    super(`the database ${why}`, options);
    this.why = why;
    this.isFull = isFull;
  }
}

/** The connection was lost during a commit. The change may have been stored, so it must not simply be repeated. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Was something not stored, or perhaps not, for a reason outside of this program? */
export function isStorageFailure(thrown: unknown): boolean {
  return thrown instanceof Unwritable || thrown instanceof Unreachable || thrown instanceof OutcomeUnknown;
}
