import type { Drill } from '../../../contract/drill.ts';
import { expireTokens, regenerateSecret, revokeSession, rotateSigningKey } from './credentials.ts';
import { rateLimit, slowToken, tokenOutage } from './faults.ts';

/** The drills of Run:ai, in the order of lists. */
export const DRILLS: readonly Drill[] = [
  rotateSigningKey,
  regenerateSecret,
  revokeSession,
  expireTokens,
  tokenOutage,
  slowToken,
  rateLimit,
];
