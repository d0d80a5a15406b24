import type { Decision, KeyResource, OperationEffect, SimulatedRequest } from '../../generated/library.ts';

/** Rights in place of a principal's own; without a principal, the rights of a new key or user. */
export type Holding =
  | {
      /** As a service key has them: by id or by documented label. */
      readonly scopes: readonly string[];
      readonly resource?: KeyResource | readonly KeyResource[];
      /** Accepts a combination that the documents rule out. */
      readonly force?: boolean;
    }
  | {
      /** As a personal key has them, or a user of Run:ai, there in the whole tenant. */
      readonly roles: readonly string[];
    };

/** The simulated caller: an id, name, client id or e-mail address, held rights, or both. */
export type Asker =
  | { readonly principal: string; readonly holding?: Holding }
  | { readonly principal?: never; readonly holding: Holding };

/** When it is decided; not before now. Default: now. */
interface When {
  readonly at?: Date | string;
}

/** Decisions without their effects. */
export interface Simulate {
  /** About one request. */
  (accessRequest: Asker & When & { readonly method: string; readonly path: string }): Promise<Decision>;
  /** About every operation, or those of one service. */
  (
    accessRequest: Asker & When & { readonly operations: '*'; readonly service?: string },
  ): Promise<{ readonly operations: readonly OperationEffect[] }>;
  /** About recorded requests, by id: now, and at another time, with the credentials that they had. */
  (
    asked: Required<When> & { readonly requests: readonly string[] },
  ): Promise<{
    readonly requests: readonly SimulatedRequest[];
  }>;
}
