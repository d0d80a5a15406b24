/** Words of a refused file that are known and being mended. Empty is what it should be. */
export const AWAITED_REFUSALS: readonly RegExp[] = [/its end is missing/];
