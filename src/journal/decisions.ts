import type { Decision } from '../core/decision.ts';
import { type Budget, bytesOf, Held } from '../core/held.ts';
import { namesOf } from '../core/principal.ts';
import { hideInLine, type KnownSecrets } from './secrets.ts';

export interface DecisionFilter {
  /** Id, name, client id or e-mail address of the caller, or of whom the caller claimed to be. */
  readonly principal?: string;
  readonly effect?: 'allow' | 'deny';
  readonly operation?: string;
}

const MOST = 2000;

/** The size of a decision that consists of names from tables and a path, as nearly all do. */
const PLAIN_BYTES = 1000;
/** A decision with larger evidence is kept without it: it can still be explained, but has fewer fixes. */
const MOST_EVIDENCE = 256 * 1024;

/** The newest 2000 decisions of one world, as far as the budget has room. */
export class Decisions {
  readonly #byId: Held<Kept>;
  /** The same standing is weighed again and again. */
  readonly #weights = new WeakMap<object, number>();
  /** The place of the newest. */
  #newest = 0;
  /** How many were recorded since it was last empty. */
  #recorded = 0;

  constructor(budget: Budget) {
    this.#byId = new Held(budget, ({ bytes }) => bytes, MOST);
  }

  /** @param place from 1: the next one, or a higher one that others gave it */
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

  /** How many have made room for newer ones since it was last empty. */
  get dropped(): number {
    return this.#recorded - this.#byId.size;
  }

  clear(): void {
    this.#byId.clear();
    this.#recorded = 0;
  }
}

/** A decision, with its place among all of its world: no other one has it. */
export interface PlacedDecision {
  readonly decision: Decision;
  readonly place: number;
}

interface Kept extends PlacedDecision {
  readonly bytes: number;
}

/** Weighs a decision by what can be large: the rights and the object that led to a refusal. */
function keptOf(decision: Decision, place: number, weights: WeakMap<object, number>): Kept {
  const { evidence, hints } = decision;
  const plain = hints === undefined ? PLAIN_BYTES : PLAIN_BYTES + bytesOf(hints);
  if (evidence === undefined) return { decision, place, bytes: plain };
  const { standing } = evidence.caller;
  const weight = weights.get(standing) ?? bytesOf(standing);
  weights.set(standing, weight);
  const bytes = weight + bytesOf(evidence.sighting);
  if (bytes <= MOST_EVIDENCE) return { decision, place, bytes: plain + bytes };
  const { evidence: _, ...bare } = decision;
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

/** A decision with fingerprints in place of secrets: a refusal repeats some of what was sent. Its path has none. */
export function decisionWithoutSecrets(decision: Decision, secrets: KnownSecrets): Decision {
  if (decision.effect === 'allow') return decision;
  const { target, boundTo, detail, hints } = decision;
  const hidden = (text: string) => hideInLine(text, secrets);
  return {
    ...decision,
    ...(target !== undefined && { target: hidden(target) }),
    ...(boundTo !== undefined && { boundTo: hidden(boundTo) }),
    ...(detail !== undefined && { detail: hidden(detail) }),
    ...(hints !== undefined && { hints: hints.map(hidden) }),
  };
}
