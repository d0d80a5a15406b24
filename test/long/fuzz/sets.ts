import type { Versions } from './world.ts';

/** Sets of versions that cover every version of every service. */
export const SETS: Readonly<Record<string, Versions>> = {
  '2.19, 2.0, documented': { runai: '2.19', air: '2.0', nvcf: 'documented' },
  '2.24, dsx, open-source': { runai: '2.24', air: 'dsx', nvcf: 'open-source' },
  '3.0, dsx, documented': { runai: '3.0', air: 'dsx', nvcf: 'documented' },
};
