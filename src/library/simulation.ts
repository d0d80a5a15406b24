import type { Decision, KeyResource, OperationEffect } from '../../generated/library.ts';

/** Rights that replace a principal's own. Without a principal, they belong to a new key or user. */
export type Holding =
  | {
      /** Scopes as in a service key, by id or documented label. */
      readonly scopes: readonly string[];
      readonly resource?: KeyResource | readonly KeyResource[];
      /** Accepts a combination of rights that the documentation rules out. */
      readonly force?: boolean;
    }
  | {
      /** Roles as in a personal key, or of a Run:ai user in the whole tenant. */
      readonly roles: readonly string[];
    };

/** The simulated caller: an existing principal (by id, name, client id or e-mail address), other rights, or both. */
export type Asker =
  | { readonly principal: string; readonly holding?: Holding }
  | { readonly principal?: never; readonly holding: Holding };

/** Makes decisions without executing requests. */
export interface Simulate {
  /** Simulates one request. */
  (accessRequest: Asker & { readonly method: string; readonly path: string }): Promise<Decision>;
  /** Simulates every operation, of all services or of one. */
  (
    accessRequest: Asker & { readonly operations: '*'; readonly service?: string },
  ): Promise<{ readonly operations: readonly OperationEffect[] }>;
}
