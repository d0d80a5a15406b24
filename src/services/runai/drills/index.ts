import type { Drill } from '../../../contract/drill.ts';
import { expireTokens, regenerateSecret, revokeSession, rotateSigningKey } from './credentials.ts';
import { rateLimit } from './rate-limit.ts';
import { slowToken, tokenOutage } from './token-endpoint.ts';

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
