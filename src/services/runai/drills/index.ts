import type { Drill } from '../../../contract/drill.ts';
import { expireTokens, regenerateSecret, revokeSession, rotateSigningKey } from './credentials.ts';
import { rateLimit, slowToken, tokenOutage } from './token-endpoint.ts';

export const DRILLS: readonly Drill[] = [
  rotateSigningKey,
  regenerateSecret,
  revokeSession,
  expireTokens,
  tokenOutage,
  slowToken,
  rateLimit,
];
