import type { OfProfiles as Of } from '../../../decisions/ruleset.ts';

export type Profile = '2.19' | '2.24' | '3.0';

/** A row that only some versions have. */
export type OfProfiles = Of<Profile>;

export const UNTIL_2_24 = ['2.19', '2.24'] as const;
export const ONLY_2_19 = ['2.19'] as const;
export const ONLY_2_24 = ['2.24'] as const;
export const SINCE_2_24 = ['2.24', '3.0'] as const;
export const SINCE_3_0 = ['3.0'] as const;
