import { BoundedCache, type Budget, bytesOf } from '../core/bounded-cache.ts';
import type { Decision } from '../core/decision.ts';
import { namesOf } from '../core/principal.ts';
import { hideInLine, type KnownSecrets } from './secrets.ts';

export interface DecisionFilter {
  /** Id, name, client id or e-mail address of the caller, or of the principal that a refused credential names. */
  readonly principal?: string;
  readonly effect?: 'allow' | 'deny';
  readonly operation?: string;
}

const MOST = 2000;

/** The size of a decision of table names and a path, as nearly all are. */
const PLAIN_BYTES = 1000;
/** Larger decision input is not kept: the decision can still be explained, but has fewer fixes. */
const MOST_EVIDENCE = 256 * 1024;

/** The newest 2000 decisions of one world, within the budget. */
export class Decisions {
  readonly #byId: BoundedCache<Kept>;
  /** Sizes of held rights, which many decisions share. */
  readonly #weights = new WeakMap<object, number>();
  /** The place of the newest decision. */
  #newest = 0;
  /** Decisions recorded since the last `clear`. */
  #recorded = 0;

  constructor(budget: Budget) {
    this.#byId = new BoundedCache(budget, ({ bytes }) => bytes, MOST);
  }

  /** @param place from 1: the next one, or a higher one of the shared log */
  record(decision: Decision, place = this.#newest + 1): void {
    this.#newest = place;
    this.#recorded += 1;
    this.#byId.keep(decision.id, keptOf(decision, place, this.#weights));
  }

  /** Newest first. */
  list(filter: DecisionFilter): readonly PlacedDecision[] {
    return this.#byId.newestFirst().filter(({ decision }) => fits(decision, filter));
  }

  byId(id: string): Decision | null {
    return this.find(id)?.decision ?? null;
  }

  find(id: string): PlacedDecision | undefined {
    return this.#byId.find(id);
  }

  /** Decisions evicted since the last `clear`. */
  get dropped(): number {
    return this.#recorded - this.#byId.size;
  }

  clear(): void {
    this.#byId.clear();
    this.#recorded = 0;
  }
}

/** A decision, with its unique place in its world. */
export interface PlacedDecision {
  readonly decision: Decision;
  readonly place: number;
}

interface Kept extends PlacedDecision {
  readonly bytes: number;
}

/** Estimates the size of a decision by its large parts: the rights and the object of a denial. */
function keptOf(decision: Decision, place: number, weights: WeakMap<object, number>): Kept {
  const { input, hints } = decision;
  const plain = hints === undefined ? PLAIN_BYTES : PLAIN_BYTES + bytesOf(hints);
  if (input === undefined) return { decision, place, bytes: plain };
  const { heldRights } = input.caller;
  const weight = weights.get(heldRights) ?? bytesOf(heldRights);
  weights.set(heldRights, weight);
  const bytes = weight + bytesOf(input.lookedUp);
  if (bytes <= MOST_EVIDENCE) return { decision, place, bytes: plain + bytes };
  const { input: _, ...bare } = decision;
  return { decision: bare, place, bytes: plain };
}

function fits(decision: Decision, { principal, effect, operation }: DecisionFilter): boolean {
  const who = decision.principal ?? decision.claimed;
  return (
    (effect === undefined || decision.effect === effect) &&
    (operation === undefined || decision.operation === operation) &&
    (principal === undefined || (who !== undefined && namesOf(who).includes(principal)))
  );
}

/**
 * Replaces secrets in a decision by fingerprints: a denial repeats parts of the request. Its path is already free of
 * them.
 */
export function decisionWithoutSecrets(decision: Decision, secrets: KnownSecrets): Decision {
  if (decision.effect === 'allow') return decision;
  const { target, boundTo, detail, hints } = decision;
  const hide = (text: string) => hideInLine(text, secrets);
  return {
    ...decision,
    ...(target !== undefined && { target: hide(target) }),
    ...(boundTo !== undefined && { boundTo: hide(boundTo) }),
    ...(detail !== undefined && { detail: hide(detail) }),
    ...(hints !== undefined && { hints: hints.map(hide) }),
  };
}
