import type { MadeFrom } from '../contract/request.ts';
import { bytesOf } from '../core/bounded-cache.ts';
import type { Instant } from '../core/clock.ts';
import type { Outcome } from '../core/outcome.ts';
import type { ViewKind } from '../core/views.ts';
import type { RequestContext } from './context.ts';

/** A cached answer. */
export interface Remembered {
  readonly outcome: Outcome;
  /** The body as JSON, once it was validated against its document and serialized. */
  text: string | null;
  /** The period in which the passing of time does not change the answer. */
  readonly from: Instant;
  readonly until: Instant;
}

/** The body and its JSON text. */
const COPIES = 2;

/** The cached answers of one operation. */
export type AnswersOfOperation = ViewKind<Remembered>;

export function newAnswers(): AnswersOfOperation {
  return { sizeOf: ({ outcome }) => COPIES * bytesOf(outcome.body) };
}

/**
 * The cached answer to a request. It is made again only if the caller, their rights, the URL, or a source that the
 * handler names has changed.
 */
export function rememberedAnswer(
  answers: AnswersOfOperation,
  { world, caller, now, origin, url }: RequestContext,
  { from, moments }: MadeFrom,
  make: () => Outcome,
): Remembered {
  const name = `${caller?.principal.id} ${url}`;
  const sources = [caller?.principal.kind, caller?.heldRights, world.mode, origin, ...from];
  const known = world.views.find(answers, name, sources);
  if (known !== undefined && known.from <= now && now < known.until) return known;
  const answer = { outcome: make(), text: null, ...periodAround(now, moments?.() ?? []) };
  return world.views.keep(answers, name, sources, answer);
}

function periodAround(now: Instant, moments: Iterable<Instant | null>): Pick<Remembered, 'from' | 'until'> {
  let [from, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const moment of moments) {
    if (moment === null) continue;
    if (moment <= now) from = Math.max(from, moment);
    else until = Math.min(until, moment);
  }
  return { from, until };
}

/** The cached entry of this outcome; null if it is not cached, such as a refusal in place of it. */
export function rememberedOf({ remembering }: RequestContext, outcome: Outcome): Remembered | null {
  return remembering?.outcome === outcome ? remembering : null;
}
