import { messageOf } from '../../lib/error-message.ts';
import { showPath } from '../../lib/redact.ts';

/** Returns the result of compiling a schema or, if the document's schema cannot be compiled, a sentence that says why. */
export function orUnusable<Result>(compile: () => Result): Result | string {
  try {
    return compile();
  } catch (thrown) {
    if (thrown instanceof RangeError) return 'its schema cannot be used: it is too large, or nested too deeply';
    return `its schema cannot be used: ${showPath(messageOf(thrown))}`;
  }
}
