import type { HintRule } from '../../../hints/hint.ts';
import { BEARER_HINTS } from './bearer.ts';
import { TOKEN_REQUEST_HINTS } from './token-request.ts';

/** Mistakes that only Run:ai's clients can make. */
export const HINTS: readonly HintRule[] = [...TOKEN_REQUEST_HINTS, ...BEARER_HINTS];
