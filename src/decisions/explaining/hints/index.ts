import { AUTHORIZATION_HINTS } from './authorization.ts';
import { BODY_HINTS } from './bodies.ts';
import { PATH_HINTS } from './paths.ts';
import type { Hint, HintRule, RefusedRequest } from './refused-request.ts';
import { STRAY_CHARACTERS } from './stray.ts';
import { TOKEN_HINTS, WORLD_HINTS } from './tokens.ts';

export { findKnownPath } from './known-paths.ts';

const MAX_HINTS = 3;
/** Maximum length of a hint, so that it fits into a header. */
const MAX_TEXT_LENGTH = 600;

/** Checked before the service's hints: another world would make all others wrong. Those after it are only guesses. */
const FIRST_HINTS: readonly HintRule[] = [...WORLD_HINTS, ...AUTHORIZATION_HINTS, ...BODY_HINTS, STRAY_CHARACTERS];

export const GENERAL_HINTS: readonly HintRule[] = [...FIRST_HINTS, ...TOKEN_HINTS, ...PATH_HINTS];

/** Finds likely mistakes in a refused request, most likely first. @param serviceHints the hints of the service */
export function findHints(serviceHints: readonly HintRule[], refused: RefusedRequest): readonly Hint[] {
  const hints: Hint[] = [];
  for (const rules of [FIRST_HINTS, serviceHints, TOKEN_HINTS, PATH_HINTS]) {
    for (const { code, when, isOnly } of rules) {
      const advice = when(refused);
      if (advice === null) continue;
      const { text, ...more } = typeof advice === 'string' ? { text: advice } : advice;
      hints.push({ code, text: text.slice(0, MAX_TEXT_LENGTH), ...more });
      if (hints.length === MAX_HINTS || isOnly) return hints;
      // One path hint is enough: a second guess would contradict the first.
      if (rules === PATH_HINTS) break;
    }
  }
  return hints;
}
