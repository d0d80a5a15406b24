import type { Caller } from '../core/decide.ts';
import type { Principal } from '../core/principal.ts';
import type { FaultOrder } from '../faults/fault.ts';
import type { Schema } from './documented.ts';
import type { RequestContext } from './request.ts';

/** A rehearsed failure of real life, which a client of the service must survive. */
export interface Drill {
  readonly name: Schema<'control', 'DrillName'>;
  /** The event, in a sentence. */
  readonly what: string;
  /** The behaviour of a correct client. */
  readonly rightClient: string;
  /** The duration unless one is given, in milliseconds of the world's clock; null: it happens at once. */
  readonly lasts: number | null;
  /** Whom it affects: always one principal, one or everybody, or always everybody. */
  readonly about: 'one' | 'one-or-all' | 'all';
  /**
   * Makes it happen.
   *
   * @param who whom it affects; null for everybody or, if it affects one principal, for the administrator
   * @throws Problem that says why it cannot start
   */
  run(context: RequestContext, who: Caller | null): Promise<DrillEffect>;
}

/** The effect of a drill, and the faults that it adds. */
export interface DrillEffect {
  /** The event that has already happened, in a sentence. */
  readonly did: string;
  readonly faults?: readonly Pick<FaultOrder, 'match' | 'action'>[];
  /** The principal that it affects. */
  readonly principal?: Principal;
  /** Credentials that replace others. */
  readonly credentials?: { readonly clientId: string; readonly clientSecret: string };
}
