import type { Caller } from '../core/decide.ts';
import type { Principal } from '../core/principal.ts';
import type { FaultOrder } from '../faults/fault.ts';
import type { Schema } from './documented.ts';
import type { Arrival } from './request.ts';

/** Something that goes wrong in real life, rehearsed: what a client of the service has to survive. */
export interface Drill {
  readonly name: Schema<'control', 'DrillName'>;
  /** What happens, in a sentence. */
  readonly what: string;
  /** What a client does that is right. */
  readonly rightClient: string;
  /** How long it lasts unless it is told otherwise, in milliseconds of the world's clock; null: it happens at once. */
  readonly lasts: number | null;
  /** Whom it is about: always one principal, one or everybody, or always everybody. */
  readonly about: 'one' | 'one-or-all' | 'all';
  /**
   * Makes it happen.
   *
   * @param who whom it is about; null for everybody or, if it is about one, for the administrator
   * @throws Problem saying why it cannot
   */
  run(context: Arrival, who: Caller | null): Promise<DrillEffect>;
}

/** What a drill did, and what is to go wrong while it lasts. */
export interface DrillEffect {
  /** What happened already, in a sentence. */
  readonly did: string;
  readonly faults?: readonly Pick<FaultOrder, 'match' | 'action'>[];
  /** Whom it turned out to be about. */
  readonly principal?: Principal;
  /** Credentials that replace others. */
  readonly credentials?: { readonly clientId: string; readonly clientSecret: string };
}
