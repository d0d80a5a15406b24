import type { Decision } from '../decisions/decision.ts';
import { type CredentialUses, sizeOfUses, Uses } from '../decisions/uses.ts';
import { rfc3339 } from '../lib/clock.ts';
import { createSharedCache, MEGABYTE, Quota, type SharedCache } from '../lib/memory.ts';
import { Decisions } from './decisions.ts';
import type { Draft } from './entry.ts';
import { type EventKind, Events } from './event-stream.ts';
import { createRequestCache, Journal, type RequestCache, type WorldEnd } from './journal.ts';
import { createPriorityCache, type PriorityCache } from './ring.ts';
import type { KnownSecrets } from './secrets.ts';
import { summarize } from './view.ts';

/** Memory budgets shared by the activity logs of a process. */
export interface ActivityBudgets {
  readonly requests: RequestCache;
  readonly decisions: PriorityCache<Decision>;
  readonly uses: SharedCache<CredentialUses>;
  /** for the conditions of waiting verifications */
  readonly verifications: Quota;
}

export function createActivityBudgets(): ActivityBudgets {
  return {
    requests: createRequestCache(8 * MEGABYTE),
    decisions: createPriorityCache({ refusals: 4 * MEGABYTE, others: 3 * MEGABYTE }),
    uses: createSharedCache(4 * MEGABYTE, sizeOfUses),
    verifications: new Quota(4 * MEGABYTE),
  };
}

/** The requests, decisions and uses of credentials of one world, in one order. It ends with the process. */
export class ActivityLog {
  readonly secrets: KnownSecrets;
  readonly journal: Journal;
  readonly decisions: Decisions;
  readonly uses: Uses;
  readonly events: Events;
  /** The quota for the conditions of waiting verifications, in all worlds. */
  readonly verifications: Quota;
  /** Headers of the latest request, reused while they repeat (saves memory). */
  #latestHeaders: readonly string[] = [];
  #latestHeaderText = '';

  /** @param series prefix of request and decision ids, unique to the world and the process */
  constructor(budgets: ActivityBudgets, series: string, secrets: KnownSecrets) {
    this.secrets = secrets;
    this.journal = new Journal(budgets.requests, series, secrets);
    this.decisions = new Decisions(budgets.decisions, series);
    this.events = new Events();
    this.verifications = budgets.verifications;
    this.uses = new Uses(budgets.uses);
  }

  /** Joins headers as a draft has them: alternating names and values, one per line. */
  joinHeaders(headers: readonly string[]): string {
    const { length } = headers;
    const isSame =
      length === this.#latestHeaders.length && headers.every((text, index) => text === this.#latestHeaders[index]);
    if (isSame) return this.#latestHeaderText;
    this.#latestHeaders = headers;
    this.#latestHeaderText = headers.join('\n');
    return this.#latestHeaderText;
  }

  /** @returns the request's id */
  recordRequest(draft: Draft): string {
    const { journal, events } = this;
    const number = journal.record(draft);
    events.publish('request', () => summarize(journal, number));
    return journal.idOf(number);
  }

  recordDecision(decision: Decision): void {
    const { decisions, events } = this;
    const { id } = decision;
    decisions.record(decision);
    events.publish('decision', () => {
      const kept = decisions.byId(id);
      if (kept === null) return null;
      const { at, service, operation, request, effect, principal, reason } = kept;
      return { id, at: rfc3339(at), service, operation, request, effect, principal, reason };
    });
  }

  /** @param data of the event in the stream */
  publishEvent(event: EventKind, data: object): void {
    this.events.publish(event, () => data);
  }

  /** Deletes everything but the events, and ends waiting verifications. */
  clear(): void {
    this.journal.empty();
    this.decisions.clear();
    this.uses.clear();
  }

  /** Ends event streams and waiting verifications, and deletes the requests. */
  end(why: WorldEnd): void {
    this.journal.end(why);
    this.events.end();
  }

  close(): void {
    this.uses.clear();
    this.decisions.clear();
  }
}
