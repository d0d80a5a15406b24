import type { HintRule } from '../../../../decisions/explaining/hints/refused-request.ts';
import { BEARER_HINTS } from './bearer.ts';
import { TOKEN_REQUEST_HINTS } from './token-request.ts';

/** Hints for mistakes that only Run:ai clients can make. */
export const HINTS: readonly HintRule[] = [...TOKEN_REQUEST_HINTS, ...BEARER_HINTS];
