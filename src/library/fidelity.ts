import type { DenyReason } from '../core/explaining/reasons.ts';
import type { Certainty } from '../core/rule.ts';

/** Where something comes from, and how certain it is. */
export interface Founded {
  readonly source: string;
  readonly certainty: Certainty;
}

/** What a service answers under `documented`. */
export interface ServiceFidelity {
  readonly service: string;
  /** Version or reading. */
  readonly profile: string | null;
  readonly operations: number;
  /** How many of them are still answered. */
  readonly remaining: number;
  /** How many of these are answered with a finding, because their sources contradict each other. */
  readonly questioned: number;
}

export interface OperationFidelity extends Founded {
  readonly service: string;
  readonly operation: string;
  /** Null if it is public. */
  readonly rule: string | null;
  /** Under `documented`: answered, answered with a finding, or refused with 501. */
  readonly effect: 'answered' | 'questioned' | 'refused';
  /** The row that decides: the operation's own, or that of its rule. */
  readonly entry?: Founded & { readonly kind: 'operation' | 'rule'; readonly id: string };
}

export interface RuleFidelity extends Founded {
  readonly service: string;
  readonly rule: string;
  readonly label: string;
  /** Accepted resource types that come from elsewhere. */
  readonly added?: readonly (Founded & { readonly types: readonly string[] })[];
}

export interface ReasonFidelity extends Founded {
  readonly reason: DenyReason;
  readonly stage: 'authenticate' | 'decide' | 'cover';
  readonly meaning: string;
}

/** What the answers of a server rest on. */
export interface FidelityReport {
  /** What the server was started with. */
  readonly fidelity: 'any' | 'documented';
  readonly services: readonly ServiceFidelity[];
  readonly operations: readonly OperationFidelity[];
  readonly rules: readonly RuleFidelity[];
  readonly reasons: readonly ReasonFidelity[];
}
