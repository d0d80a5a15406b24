import type { Decision } from '../core/decision.ts';

export interface DecisionFilter {
  /** Id, name, client id or e-mail address of the caller, or of whom the caller claimed to be. */
  readonly principal?: string;
  readonly effect?: 'allow' | 'deny';
  readonly operation?: string;
}

/** The newest decisions; older ones make room. */
export interface DecisionLog {
  record(decision: Decision): Promise<void>;
  /** Newest first, at most `limit`. */
  list(filter: DecisionFilter, limit: number): Promise<readonly Decision[]>;
  byId(id: string): Promise<Decision | null>;
  clear(): Promise<void>;
}
