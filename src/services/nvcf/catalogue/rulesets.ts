import { createRuleset } from '../../../decisions/ruleset.ts';
import { TABLES } from './tables/index.ts';

export const RULESETS = {
  documented: createRuleset('catalogue', 'documented', TABLES.documented),
  'open-source': createRuleset('catalogue', 'open-source', TABLES['open-source']),
} as const;
