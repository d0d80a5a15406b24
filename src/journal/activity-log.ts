import type { Budgets } from '../core/bounded-cache.ts';
import { type Instant, rfc3339 } from '../core/clock.ts';
import type { Decision } from '../core/decision.ts';
import { type Finding, type FindingKind, Findings, findingView } from '../core/finding.ts';
import type { Quota } from '../core/quota.ts';
import { type Note, Uses } from '../core/uses.ts';
import { clearInterval, setInterval } from '../platform/time.ts';
import { Decisions } from './decisions.ts';
import type { Draft } from './entry.ts';
import { type EventKind, Events } from './events.ts';
import { Journal, type WorldEnd } from './journal.ts';
import { hideInLine, type KnownSecrets } from './secrets.ts';
import { SecretsOfDrafts, summaryOf } from './view.ts';

/** An activity in a world. Later versions must be able to read stored ones (`worlds/shared-activity-log.ts`). */
export type Activity =
  | { readonly kind: 'request'; readonly draft: Draft }
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'finding'; readonly finding: { readonly kind: FindingKind; readonly message: string } }
  /** A finding was deleted. */
  | { readonly kind: 'finding-deleted'; readonly id: string }
  /** A credential was used for a new purpose. */
  | { readonly kind: 'use'; readonly use: Note }
  /** Any other event for the event stream. */
  | { readonly kind: 'event'; readonly event: EventKind; readonly data: object };

/** An activity, with its places in the order that all processes share. */
export interface Numbered {
  /** Null if it was dropped. */
  readonly activity: Activity | null;
  /** The number of a request in its world, from 1. */
  readonly request: number | null;
  /** The number of an event in its world, from 1. */
  readonly event: number | null;
}

/** The activities since the last read. */
export interface News {
  /** If the log was emptied since then: how many requests there had been. Their decisions are gone, too. */
  readonly emptiedAt: number | null;
  /** Oldest first. */
  readonly activities: readonly Numbered[];
  /** The current state of changed findings. */
  readonly findings: readonly Finding[];
}

/** The shared activity log of a world, in place of the process's own memory. */
export interface SharedActivityLog {
  /** Adds an activity, which the next `flush` stores. @param at by the clock of the world */
  append(activity: Activity, at: Instant): void;
  /** Stores the appended activities. Afterwards all processes can read them. */
  flush(): Promise<void>;
  /** The activities that all processes stored since the last call, in order. */
  news(): Promise<News>;
  /** Deletes a finding for all processes. @returns whether it existed */
  deleteFinding(id: string): Promise<boolean>;
  /** Empties the log for all processes. */
  empty(): Promise<void>;
}

/** How often a process polls the shared log while a client waits, in milliseconds. */
const LOOK_MS = 50;

/**
 * The activity log of one world, in one order: requests, decisions, findings, uses of credentials. A process that has
 * the world to itself keeps it in memory. Processes that share the world keep it in a shared log, and read new
 * activities on demand.
 */
export class ActivityLog {
  readonly secrets: KnownSecrets;
  readonly journal: Journal;
  readonly decisions: Decisions;
  readonly findings: Findings;
  readonly uses: Uses;
  readonly events: Events;
  /** The quota for the conditions of waiting verifications, in all worlds. */
  readonly verifications: Quota;
  readonly #shared: SharedActivityLog | null;
  readonly #draftSecrets: SecretsOfDrafts;
  #reading: Promise<void> = Promise.resolve();
  #followers = 0;
  /** Of the latest request. Those of a client are often the same, and one text for all is less to keep. */
  #headers: readonly string[] = [];
  #headerText = '';
  #looking: ReturnType<typeof setInterval> | undefined;

  /** @param series prefix of the ids of requests and events, unique to the world */
  constructor(budgets: Budgets, series: string, secrets: KnownSecrets, shared: SharedActivityLog | null = null) {
    this.#shared = shared;
    this.secrets = secrets;
    this.#draftSecrets = new SecretsOfDrafts(secrets);
    this.journal = new Journal(budgets.requests, series, secrets);
    this.decisions = new Decisions(budgets.decisions);
    this.events = new Events(series);
    this.verifications = budgets.verifications;
    const publishFinding = (finding: Finding) => this.events.publish('finding', () => findingView(finding));
    this.findings = new Findings(
      budgets.findings,
      series,
      shared === null ? publishFinding : () => {},
      shared === null ? null : (finding, at) => shared.append({ kind: 'finding', finding }, at),
      (message) => hideInLine(message, secrets),
    );
    this.uses = new Uses(budgets.uses, shared === null ? null : (use) => shared.append({ kind: 'use', use }, 0));
  }

  /** Can other processes read the log? */
  get isShared(): boolean {
    return this.#shared !== null;
  }

  /** Headers as a draft has them: names and values in turn, one per line. */
  headerText(headers: readonly string[]): string {
    const { length } = headers;
    const isSame = length === this.#headers.length && headers.every((text, index) => text === this.#headers[index]);
    if (isSame) return this.#headerText;
    this.#headers = headers;
    this.#headerText = headers.join('\n');
    return this.#headerText;
  }

  request(draft: Draft): void {
    if (this.#shared === null) this.#keepRequest(draft);
    else this.#shared.append({ kind: 'request', draft: this.#draftSecrets.hide(draft) }, draft.at);
  }

  decision(decision: Decision): void {
    if (this.#shared === null) this.#keepDecision(decision);
    else this.#shared.append({ kind: 'decision', decision }, decision.at);
  }

  /** @param data of the event in the stream */
  event(event: EventKind, data: object): void {
    if (this.#shared === null) this.events.publish(event, () => data);
    else this.#shared.append({ kind: 'event', event, data }, 0);
  }

  /** Stores all activities so far. Afterwards all processes can read them. */
  async flush(): Promise<void> {
    await this.#shared?.flush();
  }

  /** Reads the activities of other processes. */
  async catchUp(): Promise<void> {
    const shared = this.#shared;
    if (shared === null) return;
    const read = async () => {
      await shared.flush();
      this.#take(await shared.news());
    };
    // Sequential, because each read begins where the last one ended.
    this.#reading = this.#reading.then(read, read);
    await this.#reading;
  }

  /** Keeps reading the activities of other processes, for clients that wait. @returns a function that stops it */
  follow(): () => void {
    if (this.#shared === null) return () => {};
    this.#followers += 1;
    // A failed read is repeated the next time.
    this.#looking ??= setInterval(() => this.catchUp().catch(() => {}), LOOK_MS).unref();
    return () => {
      this.#followers -= 1;
      if (this.#followers > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    };
  }

  /** @returns whether it existed */
  async deleteFinding(id: string): Promise<boolean> {
    if (this.#shared === null) return this.findings.delete(id);
    const wasThere = await this.#shared.deleteFinding(id);
    await this.catchUp();
    return wasThere;
  }

  /** Forgets everything but the events, and ends waiting verifications. */
  async empty(): Promise<void> {
    if (this.#shared === null) return this.#forget();
    await this.#shared.empty();
    await this.catchUp();
  }

  /** Ends event streams and waiting verifications, and forgets the requests. */
  end(why: WorldEnd): void {
    clearInterval(this.#looking);
    this.journal.end(why);
    this.events.end();
  }

  /** Frees its memory after its end. */
  close(): void {
    this.findings.clear();
    this.uses.clear();
    this.decisions.clear();
  }

  #forget(requests?: number): void {
    this.journal.empty(requests);
    this.decisions.clear();
    this.findings.clear();
    this.uses.clear();
  }

  #take({ emptiedAt, activities, findings }: News): void {
    if (emptiedAt !== null) this.#forget(emptiedAt);
    // A finding that was deleted and reported again is in `findings`.
    for (const { activity } of activities) {
      if (activity?.kind === 'finding-deleted') this.findings.delete(activity.id);
    }
    for (const finding of findings) this.findings.put(finding);
    for (const { activity, request, event } of activities) this.#takeOne(activity, request, event);
  }

  #takeOne(activity: Activity | null, request: number | null, number: number | null): void {
    if (activity === null) {
      if (number !== null) this.events.publish('world', () => null, number);
      return;
    }
    const { kind } = activity;
    const event = number ?? undefined;
    if (kind === 'request') this.#keepRequest(activity.draft, request ?? undefined, event);
    else if (kind === 'decision') this.#keepDecision(activity.decision, event);
    else if (kind === 'finding') this.events.publish('finding', () => this.#viewFinding(activity.finding), event);
    else if (kind === 'use') this.uses.take(activity.use);
    else if (kind === 'event') this.events.publish(activity.event, () => activity.data, event);
  }

  #viewFinding({ kind, message }: Pick<Finding, 'kind' | 'message'>): object | null {
    const found = this.findings.find(kind, message);
    return found === undefined ? null : findingView(found);
  }

  #keepRequest(draft: Draft, request?: number, event?: number): void {
    const { journal, events } = this;
    const number = journal.record(draft, request);
    if (draft.reported !== undefined) this.findings.concern(draft.reported, journal.idOf(number));
    if (events.isWatched || event !== undefined) events.publish('request', () => summaryOf(journal, number), event);
  }

  #keepDecision(decision: Decision, event?: number): void {
    const { decisions, events } = this;
    const { id } = decision;
    decisions.record(decision, event);
    if (events.isWatched || event !== undefined)
      events.publish('decision', () => decisionSummary(decisions, id), event);
  }
}

/** The event of a decision; null if it is no longer kept. */
function decisionSummary(decisions: Decisions, id: string): object | null {
  const decision = decisions.byId(id);
  if (decision === null) return null;
  const { at, service, operation, request, effect, principal, reason } = decision;
  return { id, at: rfc3339(at), service, operation, request, effect, principal, reason };
}
