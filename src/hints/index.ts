import { AUTHORIZATION_HINTS } from './authorization.ts';
import { BODY_HINTS } from './bodies.ts';
import type { Hint, HintRule } from './hint.ts';
import { PATH_HINTS } from './paths.ts';
import type { RefusedRequest } from './refused-request.ts';
import { STRAY_CHARACTERS } from './stray.ts';
import { TOKEN_HINTS, WORLD_HINTS } from './tokens.ts';

/** How many hints a request gets. */
const MOST_HINTS = 3;
/** Hints are a sentence or two; a longer one would not fit a header. */
const MOST_TEXT = 600;

/**
 * Hints before and after those of the service: first another world, because nothing else is wrong then, and what makes a
 * header unreadable; last what is only likely.
 */
const FIRST: readonly HintRule[] = [...WORLD_HINTS, ...AUTHORIZATION_HINTS, ...BODY_HINTS, STRAY_CHARACTERS];

/** The hints that every service can give. */
export const GENERAL_HINTS: readonly HintRule[] = [...FIRST, ...TOKEN_HINTS, ...PATH_HINTS];

/**
 * What people may have got wrong in a refused request, most telling first.
 *
 * @param own the hints of the service
 */
export function findHints(own: readonly HintRule[], refused: RefusedRequest): readonly Hint[] {
  const hints: Hint[] = [];
  for (const rules of [FIRST, own, TOKEN_HINTS, PATH_HINTS]) {
    for (const { code, when } of rules) {
      const text = when(refused);
      if (text === null) continue;
      hints.push({ code, text: inAscii(text) });
      if (hints.length === MOST_HINTS) return hints;
      // A path is meant as one other path: a second guess would contradict the first.
      if (rules === PATH_HINTS) break;
    }
  }
  return hints;
}

/** Hints are sent in headers, and shown in logs of tests. */
function inAscii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, MOST_TEXT);
}
