import type { Decision } from '../decisions/decision.ts';
import { namesOf } from '../decisions/principal.ts';
import { estimateBytes } from '../lib/memory.ts';
import { shortenPath } from '../lib/redact.ts';
import { parseNumber } from './journal.ts';
import { type PriorityCache, PriorityRing } from './ring.ts';
import { hideInLine, type KnownSecrets } from './secrets.ts';

export interface DecisionFilter {
  /** Id, name, client id or e-mail address of the caller, or of the principal that a refused credential claims. */
  readonly principal?: string;
  readonly effect?: 'allow' | 'deny';
  readonly operation?: string;
}

/** Size of a decision with only table names and a path, like nearly all. */
const PLAIN_BYTES = 1200;
/** Larger decision input is dropped: the decision can still be explained, but has fewer fixes. */
const MAX_INPUT_BYTES = 256 * 1024;

/** The newest 2000 denials and the newest 2000 other decisions of one world, as far as the process has room. */
export class Decisions {
  readonly #ring: PriorityRing<Decision>;
  readonly #series: string;
  /** Sizes of held rights, which many decisions share. */
  readonly #weights = new WeakMap<object, number>();
  /** The number in the newest id, incremented by the world. */
  lastNumber = 0;
  #recordedCount = 0;
  #clearedAt = 0;

  /** @param series prefix of the ids, unique to the world and the process */
  constructor(places: PriorityCache<Decision>, series: string) {
    this.#ring = new PriorityRing(places);
    this.#series = series;
  }

  /** Returns the number of a decision, kept or evicted; null for an id of another world. */
  numberOf(id: string): number | null {
    return parseNumber(id, `${this.#series}-`, this.lastNumber);
  }

  record(decision: Decision): void {
    this.#recordedCount += 1;
    const fullBytes = this.#weightOf(decision);
    const stored = fullBytes <= MAX_INPUT_BYTES ? decision : withoutInput(decision);
    const bytes = stored === decision ? fullBytes : this.#weightOf(stored);
    this.#ring.add(this.#recordedCount, stored, decision.effect === 'deny', bytes);
  }

  /** Newest first. */
  list(filter: DecisionFilter): readonly NumberedDecision[] {
    return [...this.#newestFirst()].filter(({ decision }) => matchesFilter(decision, filter));
  }

  byId(id: string): Decision | null {
    return this.find(id)?.decision ?? null;
  }

  find(id: string): NumberedDecision | undefined {
    // No index: every request would pay for it, and decisions are nearly always looked up while they are new.
    for (const placed of this.#newestFirst()) if (placed.decision.id === id) return placed;
    return undefined;
  }

  *#newestFirst(): Generator<NumberedDecision> {
    for (const [position, decision] of this.#ring.newestFirst()) yield { decision, number: position };
  }

  /** Decisions evicted since the last `clear`. */
  get droppedCount(): number {
    return this.#recordedCount - this.#clearedAt - this.#ring.size;
  }

  clear(): void {
    this.#ring.clear();
    this.#clearedAt = this.#recordedCount;
  }

  /** Estimates the size of a decision from its large parts: the rights and the object of a denial. */
  #weightOf({ input, hints }: Decision): number {
    const plain = hints === undefined ? PLAIN_BYTES : PLAIN_BYTES + estimateBytes(hints);
    if (input === undefined) return plain;
    const { held } = input.caller;
    const weight = this.#weights.get(held) ?? estimateBytes(held);
    this.#weights.set(held, weight);
    return plain + weight + estimateBytes(input.lookedUp);
  }
}

/** A decision, with its unique place in its world. */
export interface NumberedDecision {
  readonly decision: Decision;
  readonly number: number;
}

function withoutInput({ input: _, ...bare }: Decision): Decision {
  return bare;
}

function matchesFilter(decision: Decision, { principal, effect, operation }: DecisionFilter): boolean {
  const claimant = decision.principal ?? decision.credential?.claimed;
  return (
    (effect === undefined || decision.effect === effect) &&
    (operation === undefined || decision.operation === operation) &&
    (principal === undefined || (claimant !== undefined && namesOf(claimant).includes(principal)))
  );
}

/** Replaces secrets in a decision, which quotes the path and, for a denial, other parts of the request. */
export function hideDecisionSecrets(decision: Decision, secrets: KnownSecrets): Decision {
  const { request, resources = {}, credential, hints } = decision;
  const { target, boundTo } = resources;
  const hide = (text: string) => hideInLine(text, secrets);
  const hidden = { ...decision, request: { ...request, path: shortenPath(hide(request.path)) } };
  if (decision.effect === 'allow') return hidden;
  return {
    ...hidden,
    resources: {
      ...resources,
      ...(target !== undefined && { target: hide(target) }),
      ...(boundTo !== undefined && { boundTo: hide(boundTo) }),
    },
    ...(credential?.detail !== undefined && { credential: { ...credential, detail: hide(credential.detail) } }),
    ...(hints !== undefined && { hints: hints.map(hide) }),
  };
}
