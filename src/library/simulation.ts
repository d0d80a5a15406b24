import type { Decision, KeyResource, OperationEffect } from '../../generated/library.ts';

/** What somebody holds in place of their own rights; without a principal, what a new key or user holds. */
export type Holding =
  | {
      /** As a service key has them: by id or by documented label. */
      readonly scopes: readonly string[];
      readonly resource?: KeyResource | readonly KeyResource[];
      /** Accepts a combination that the documents rule out. */
      readonly force?: boolean;
    }
  | {
      /** As a personal key has them, or somebody in Run:ai, there in the whole tenant. */
      readonly roles: readonly string[];
    };

/** Who would ask: somebody by id, name, client id or e-mail address, what they hold, or both. */
export type Asker =
  | { readonly principal: string; readonly holding?: Holding }
  | { readonly principal?: never; readonly holding: Holding };

/** What would be decided, without doing it. */
export interface Simulate {
  /** About one request. */
  (accessRequest: Asker & { readonly method: string; readonly path: string }): Promise<Decision>;
  /** About every operation, or those of one service. */
  (
    accessRequest: Asker & { readonly operations: '*'; readonly service?: string },
  ): Promise<{ readonly operations: readonly OperationEffect[] }>;
}
