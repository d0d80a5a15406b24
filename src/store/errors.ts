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

/** What the call depends on has changed since it was read. */
export class Changed extends Error {
  override readonly name = 'Changed';
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
