import { Problem } from '../decisions/problem.ts';
import { messageOf } from '../lib/errors.ts';

// Errors that store calls throw on purpose. Any other error is a bug.

/** The id or an alias of a new row is already taken. */
export class Collision extends Error {
  override readonly name = 'Collision';
}

export class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** A row has changed since it was read. The caller can read it again and retry. */
export class EditConflict extends Error {
  override readonly name = 'EditConflict';
}

/** The caller's decision is based on outdated data: a secret was replaced or an identity disabled. */
export class StaleDecision extends Error {
  override readonly name = 'StaleDecision';
}

/** Nothing was stored, but reads still work: the disk is full or failing, or the file is missing. */
export class WriteFailure extends Error {
  override readonly name = 'WriteFailure';
  readonly why: 'full' | 'failing' | 'lost';

  /** @param message shown to the user of the failed request */
  constructor(why: WriteFailure['why'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** Stored data cannot be parsed, or contradicts itself. */
export class DamagedData extends Error {
  override readonly name = 'DamagedData';

  /** @param place the record, such as "the state of the world `default`" */
  constructor(place: string, cause: unknown) {
    super(`${place} cannot be read (${messageOf(cause).slice(0, MAX_REASON_LENGTH)})`, { cause });
  }
}

/** The stored worlds take more memory than the server may use, so it cannot start. */
export class TooMuchData extends Error {
  override readonly name = 'TooMuchData';
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`the stored worlds take more than ${limitBytes} bytes of memory`);
    this.limitBytes = limitBytes;
  }
}

/** The maximum number of characters of a parser's message, which may quote the data. */
const MAX_REASON_LENGTH = 200;

/** The database did not execute a statement. It definitely had no effect, and works again once the database recovers. */
export abstract class DatabaseFailure extends Error {}

export class UnreachableDatabase extends DatabaseFailure {
  override readonly name = 'UnreachableDatabase';
}

/** The database answers but accepts no changes: its disk is full, or it is a read-only replica. */
export class ReadOnlyDatabase extends DatabaseFailure {
  override readonly name = 'ReadOnlyDatabase';
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
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** Returns whether something outside this program prevented storing, or may have. */
export function isStorageFailure(thrown: unknown): boolean {
  return thrown instanceof WriteFailure || thrown instanceof DatabaseFailure || thrown instanceof UnknownOutcome;
}

/** Turns a deletion by a concurrent request into a 404. @throws Problem `not_found` */
export async function rejectMissing<Changed>(change: Promise<Changed>, message = ''): Promise<Changed> {
  try {
    return await change;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found', message) : thrown;
  }
}
