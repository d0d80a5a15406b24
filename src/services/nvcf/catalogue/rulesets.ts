import { rulesetOf } from '../../../decisions/ruleset.ts';
import { TABLES } from './tables/index.ts';

/** The rulesets, by Cloud Functions profile. */
export const RULESETS = {
  documented: rulesetOf('catalogue', 'documented', TABLES.documented),
  'open-source': rulesetOf('catalogue', 'open-source', TABLES['open-source']),
} as const;
