/** The whole vocabulary of what a store call can refuse. Anything else it throws is a bug. */
export class Collision extends Error {
  override readonly name = 'Collision';
}

/** No more of these may be made. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** The object is not there, or no longer. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}
