import { rulesetOf } from '../../../decisions/ruleset.ts';
import { TABLES } from './tables/index.ts';

/** The rules in both readings of Cloud Functions. */
export const RULESETS = {
  documented: rulesetOf('catalogue', 'documented', TABLES.documented),
  'open-source': rulesetOf('catalogue', 'open-source', TABLES['open-source']),
} as const;
