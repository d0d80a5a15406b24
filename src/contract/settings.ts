import type { PropagationMode } from '../core/propagation.ts';

/** What the person who started the server chose, as far as services look at it. Durations in milliseconds. */
export interface Settings {
  readonly tokenTtl: number;
  readonly refreshTtl: number;
  readonly codeTtl: number;
  readonly runai: '2.19' | '2.24' | '3.0';
  readonly runaiBadCredentials: 400 | 401;
  readonly runaiKeyLimit: number;
  readonly runaiRevokeOnDelete: boolean;
  readonly nvcf: 'documented' | 'open-source';
  readonly air: '2.0' | 'dsx';
  readonly airBadCredentials: 401 | 403;
  readonly propagation: PropagationMode;
  readonly propagationDelay: number;
}
