/** The contract of a store, in memory; its other forms are `forms.e2e.ts`. */

import { openInMemory } from './benches.ts';
import { CONTRACTS } from './contracts.ts';

for (const contract of CONTRACTS) contract('memory', openInMemory);
