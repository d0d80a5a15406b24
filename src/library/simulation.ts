import type { Decision, KeyResource, OperationEffect, SimulatedRequest } from '../../generated/library.ts';

/** Rights that replace a principal's own. Without a principal, they belong to a new key or user. */
export type Holding =
  | {
      /** Scopes as in a service key, by id or documented label. */
      readonly scopes: readonly string[];
      readonly resource?: KeyResource | readonly KeyResource[];
      /** Accepts a combination that the documents rule out. */
      readonly force?: boolean;
    }
  | {
      /** Roles as in a personal key, or of a Run:ai user in the whole tenant. */
      readonly roles: readonly string[];
    };

/** The simulated caller: an id, name, client id or e-mail address, rights, or both. */
export type Asker =
  | { readonly principal: string; readonly holding?: Holding }
  | { readonly principal?: never; readonly holding: Holding };

/** The time of the decision, not before now. Default: now. */
interface When {
  readonly at?: Date | string;
}

/** Simulates decisions without their effects. */
export interface Simulate {
  /** Simulates one request. */
  (accessRequest: Asker & When & { readonly method: string; readonly path: string }): Promise<Decision>;
  /** Simulates every operation, or those of one service. */
  (
    accessRequest: Asker & When & { readonly operations: '*'; readonly service?: string },
  ): Promise<{ readonly operations: readonly OperationEffect[] }>;
  /** Simulates recorded requests by id, with their original credentials, at the current and another time. */
  (
    asked: Required<When> & { readonly requests: readonly string[] },
  ): Promise<{
    readonly requests: readonly SimulatedRequest[];
  }>;
}
