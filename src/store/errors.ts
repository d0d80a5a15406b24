import { messageOf } from '../diagnostics/error-message.ts';
// Errors that store calls throw on purpose. Any other error is a bug.

/** The id or an alias of a new row is already taken. */
export class Collision extends Error {
  override readonly name = 'Collision';
}

/** The maximum number of objects is reached. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** The object doesn't exist, or no longer does. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** A row has changed since it was read. The caller can read it again and retry. */
export class Changed extends Error {
  override readonly name = 'Changed';
}

/** The caller's decision is based on outdated data: a secret was replaced or an identity disabled. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/** Nothing was stored, but reads still work: the disk is full or failing, or the file is missing. */
export class Unwritable extends Error {
  override readonly name = 'Unwritable';
  readonly why: 'full' | 'failing' | 'lost';

  /** @param message shown to the user of the failed request */
  constructor(why: Unwritable['why'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** A stored row differs from what was written. */
export class Damaged extends Error {
  override readonly name = 'Damaged';

  constructor(collection: string, id: string, cause: unknown) {
    const reason = messageOf(cause);
    super(`the row \`${id}\` of \`${collection}\` cannot be read (${reason.slice(0, 200)})`, { cause });
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

/** The database is unreachable or doesn't answer. The statement definitely had no effect. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The database answers but accepts no changes: its disk is full, or it is a read-only replica. Nothing was stored. */
export class ReadOnly extends Unreachable {
  /** Completes a sentence that starts with "the database": `is read-only`. */
  readonly why: string;
  readonly isFull: boolean;

  constructor(why: string, { isFull = false, ...options }: ErrorOptions & { readonly isFull?: boolean } = {}) {
    super(`the database ${why}`, options);
    this.why = why;
    this.isFull = isFull;
  }
}

/** The connection was lost during a commit. The change may have been stored, so a retry isn't safe. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Whether something outside this program prevented storing, or may have. */
export function isStorageFailure(thrown: unknown): boolean {
  return thrown instanceof Unwritable || thrown instanceof Unreachable || thrown instanceof OutcomeUnknown;
}
