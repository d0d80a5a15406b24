import { lawOf } from '../../core/law.ts';
import { DOCUMENTED, OPEN_SOURCE } from './tables/index.ts';

/** The two readings of the rules. */
export const LAWS = {
  documented: lawOf('nvcf', 'documented', DOCUMENTED),
  'open-source': lawOf('nvcf', 'open-source', OPEN_SOURCE),
} as const;
